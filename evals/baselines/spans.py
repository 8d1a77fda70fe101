"""langextract: classes and attributes that equal the records, a few examples, its own alignment as evidence.

As a user of langextract would write it: one call an article (they are short, and links need the whole), its
schema from the examples, its tokenizer for all scripts, and a parse error as an error, not as a warning.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from evals.baselines.asking import (
    Record,
    Said,
    Tally,
    Terms,
    extraction_of,
    fault_in,
    needed,
    number_text,
    wording_of,
)
from extractor.article import Article
from extractor.errors import InvalidOutputError, LLMError

_WHOLE = 20_000
"""Characters in one call: more than any article of the gold has."""


class Baseline:
    """A system that runs langextract over each article, in a thread of its own: the library blocks."""

    name = "langextract"

    def __init__(self, terms: Terms) -> None:
        self.llm = terms.endpoint.name
        self.at_once = terms.at_once
        self._terms = terms
        self._wording, digest = wording_of("spans")
        self.prompt = f"langextract {needed('langextract')}, spans@{digest}, {terms.max_tokens} tokens"

    async def extract(self, article: Article, epoch: int) -> Mapping[str, Any]:
        """Return the answer as an Extraction. Raises LLMError when there is none."""
        del epoch  # nothing is remembered: each call asks anew
        tally = Tally()
        try:
            found = await asyncio.to_thread(self._ask, article, tally)
        except Exception as error:  # noqa: BLE001 - whatever the library raises is its failure
            raise _fault(error, tally, self._terms.endpoint.shown) from None  # theirs hold the article
        said = Said(self.llm, self.prompt, records_of(found, article.text), tally.usage())
        return extraction_of(article, said)

    async def aclose(self) -> None:
        """Hold nothing, so free nothing."""

    def _ask(self, article: Article, tally: Tally) -> list[Any]:
        library = import_module("langextract")
        examples = examples_of(self._wording["examples"])
        day = article.supplied_date
        with _heard(self._terms, examples, tally) as connected:
            document = library.extract(
                article.text,
                prompt_description=self._wording["description"].strip(),
                examples=examples,
                model=connected,
                use_schema_constraints=False,  # the connection has them
                max_char_buffer=_WHOLE,
                additional_context=f"Reference date: {day.isoformat()}" if day else None,
                resolver_params={"suppress_parse_errors": False},
                tokenizer=library.tokenizer.UnicodeTokenizer(),
                # Its check of examples trips over one that has no record; ours is in the tests.
                prompt_validation_level=library.prompt_validation.PromptValidationLevel.OFF,
                show_progress=False,
            )
        return list(document.extractions or ())


def examples_of(rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return examples from YAML as the library's own."""
    data = import_module("langextract").data
    return [
        data.ExampleData(
            text=row["text"],
            extractions=[
                data.Extraction(one["class"], one["text"], attributes=one["attributes"])
                for one in row["extractions"]
            ],
        )
        for row in rows
    ]


@contextmanager
def _heard(terms: Terms, examples: list[Any], tally: Tally) -> Iterator[Any]:
    """Give the library's connection to the endpoint, whose replies the tally hears."""
    import openai  # noqa: PLC0415 - a second, and needed for a run only

    factory = import_module("langextract.factory")
    config = factory.ModelConfig(
        model_id=terms.endpoint.name,
        provider="openai",
        provider_kwargs={
            "base_url": terms.endpoint.base_url,
            "api_key": terms.key,
            "temperature": 0.0,
            "max_output_tokens": terms.max_tokens,
        },
    )
    connected = factory.create_model(config, examples=examples, use_schema_constraints=True)

    def hear(response: Any) -> None:
        tally.hear(response.status_code, response.read())

    with openai.DefaultHttpxClient(event_hooks={"response": [hear]}) as wire:
        # The library hides what a call cost; its client, which the pinned version keeps here, can be heard.
        client = connected._client.with_options(timeout=terms.endpoint.timeout_s, http_client=wire)  # noqa: SLF001
        connected._client = client  # noqa: SLF001 - as above
        yield connected


def _fault(error: Exception, tally: Tally, url: str) -> LLMError:
    problem = f"(answer): {type(error).__name__}"
    fault = fault_in(error, tally, url) or InvalidOutputError(
        f"langextract could not read the answer from {url}", raw="", problems=(problem,)
    )
    fault.usage = tally.usage()
    return fault


# -- its extractions to records ----------------------------------------------------------------------------

_TYPES = {
    "meeting": ("meetings", "m"),
    "attendee": ("attendees", "a"),
    "agreement": ("agreements", "g"),
    "mou": ("mous", "u"),
    "trade_figure": ("trade_figures", "f"),
}
_LISTS = frozenset({"countries", "parties", "sectors", "signatories", "party_organisations"})
_NUMBERS = frozenset({"value", "value_max", "stated_count"})
_FLAGS = frozenset({"background", "is_record"})
_NAMES = {"place": "place_as_written"}
_NOTHING = frozenset({"", "null", "none", "n/a", "unknown date"})


def records_of(found: Iterable[Any], text: str) -> dict[str, list[Record]]:
    """Return the records that extractions say, by type; evidence is where the library aligned them."""
    records: dict[str, list[Record]] = {kind: [] for kind, _ in _TYPES.values()}
    links: dict[str, str] = {}
    for one in found:
        if one.extraction_class not in _TYPES:
            continue
        kind, letter = _TYPES[one.extraction_class]
        name = f"{letter}{len(records[kind]) + 1}"
        given = one.attributes or {}
        if kind == "meetings":
            links.setdefault(str(given.get("id")), name)
        fields = {_NAMES.get(key, key): _value(key, value) for key, value in given.items()}
        records[kind].append({**fields, "id": name, "evidence": [_evidence(one, text)]})
    for one in (one for kind, some in records.items() if kind != "meetings" for one in some):
        if "meeting" in one:
            one["meeting"] = links.get(str(one["meeting"]))
    return records


def _value(key: str, value: Any) -> Any:
    if key in _LISTS:
        members = value if isinstance(value, list) else [value]
        return [str(one) for one in members if not _is_nothing(one)]
    if isinstance(value, list):
        value = value[0] if value else None
    if _is_nothing(value):
        return None
    if key in _NUMBERS:
        return number_text(str(value).replace(",", ""))
    if key in _FLAGS:
        return str(value).lower() == "true"
    return str(value)


def _is_nothing(value: Any) -> bool:
    return value is None or str(value).strip().lower() in _NOTHING


def _evidence(one: Any, text: str) -> Record:
    """Return the words where the library aligned an extraction, else its text without a place."""
    place = one.char_interval
    if place is None or place.start_pos is None or place.end_pos is None:
        return {"quote": one.extraction_text, "start": None, "end": None}
    start, end = place.start_pos, place.end_pos
    return {"quote": text[start:end], "start": start, "end": end}
