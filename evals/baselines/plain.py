"""One plain instructor call an article: a schema that asks for quotes, a prompt with the rules, no more.

As a user of instructor would write it. The library re-asks after an answer that breaks the schema.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
from evals.baselines.asking import quoted as evidence
from evals.baselines.plain_answer import Attendee, Instrument, Meeting, News, TradeFigure
from extractor.article import Article
from extractor.errors import InvalidOutputError, LLMError

if TYPE_CHECKING:
    import openai

_MODES = {
    "auto": "JSON_SCHEMA",
    "json_schema": "JSON_SCHEMA",
    "tools": "TOOLS",
    "json": "JSON",
    "text": "MD_JSON",
}
"""What instructor calls the modes; by default the strongest, as for the extractor."""


class Baseline:
    """A system that makes one instructor call for each article."""

    name = "instructor"

    def __init__(self, terms: Terms) -> None:
        self.llm = terms.endpoint.name
        self.at_once = terms.at_once
        self._terms = terms
        self._wording, digest = wording_of("plain")
        self._mode = _MODES[terms.endpoint.mode]
        library = f"instructor {needed('instructor')} {self._mode}"
        self.prompt = f"{library}, plain@{digest}, {terms.max_tokens} tokens"
        # What it logs is in the rows of the run, but for the article's words, which are not to be logged.
        logging.getLogger("instructor").setLevel(logging.CRITICAL)

    async def extract(self, article: Article, epoch: int) -> Mapping[str, Any]:
        """Return the answer as an Extraction. Raises LLMError when there is none."""
        del epoch  # nothing is remembered: each call asks anew
        tally = Tally()
        try:
            news = await self._ask(article, tally)
        except Exception as error:  # noqa: BLE001 - whatever the library raises is its failure
            raise _fault(error, tally, self._terms.endpoint.shown) from None  # theirs hold the article
        usage = tally.usage(reasks=max(0, len(tally.replies) - 1))
        return extraction_of(article, Said(self.llm, self.prompt, records_of(news, article.text), usage))

    async def aclose(self) -> None:
        """Hold nothing, so free nothing."""

    async def _ask(self, article: Article, tally: Tally) -> News:
        import instructor  # noqa: PLC0415 - two seconds, and needed for a run only

        async with _client(self._terms, tally) as client:
            patched = instructor.from_openai(client, mode=instructor.Mode[self._mode])
            news: News = await patched.create(
                response_model=News,
                model=self.llm,
                messages=[
                    {"role": "system", "content": self._wording["system"].strip()},
                    {"role": "user", "content": _question(article)},
                ],
                max_retries=self._terms.reasks,
                max_tokens=self._terms.max_tokens,
                temperature=0,
            )
        return news


def _client(terms: Terms, tally: Tally) -> "openai.AsyncOpenAI":
    """Return a client of one article, whose replies the tally hears."""
    import openai  # noqa: PLC0415 - a second, and needed for a run only

    async def heard(response: Any) -> None:
        tally.hear(response.status_code, await response.aread())

    return openai.AsyncOpenAI(
        base_url=terms.endpoint.base_url,
        api_key=terms.key,
        timeout=terms.endpoint.timeout_s,
        http_client=openai.DefaultAsyncHttpxClient(event_hooks={"response": [heard]}),
    )


def _question(article: Article) -> str:
    day = f"Reference date: {article.supplied_date.isoformat()}\n\n" if article.supplied_date else ""
    return f"{day}Article:\n{article.text}"


def _fault(error: Exception, tally: Tally, url: str) -> LLMError:
    problem = f"(answer): {type(error).__name__}"
    fault = fault_in(error, tally, url) or InvalidOutputError(
        f"the answer from {url} does not fit the schema", raw="", problems=(problem,)
    )
    fault.usage = tally.usage(reasks=max(0, len(tally.replies) - 1))
    return fault


# -- its answer to records ---------------------------------------------------------------------------------


def records_of(news: News, text: str) -> dict[str, list[Record]]:
    """Return the records that an answer says, by type; evidence is its quotes, found in the text or not."""
    meetings = [(f"m{number}", one) for number, one in enumerate(news.meetings, 1)]
    people = [(name, one) for name, meeting in meetings for one in meeting.attendees]
    return {
        "meetings": [_meeting(name, one, text) for name, one in meetings],
        "attendees": [_attendee(f"a{number}", *one, text) for number, one in enumerate(people, 1)],
        "agreements": _instruments("g", news.agreements, text, len(meetings)),
        "mous": _instruments("u", news.mous, text, len(meetings)),
        "trade_figures": [_figure(f"f{at}", one, text) for at, one in enumerate(news.trade_figures, 1)],
    }


def _plain(one: Any, without: Iterable[str] = ()) -> Record:
    fields: Record = one.model_dump(mode="json", exclude={"quote", *without})
    return fields


def _meeting(name: str, one: Meeting, text: str) -> Record:
    fields = _plain(one, ("attendees", "place"))
    return {"id": name, **fields, "place_as_written": one.place, "evidence": evidence(one.quote, text)}


def _attendee(name: str, meeting: str, one: Attendee, text: str) -> Record:
    return {"id": name, **_plain(one), "meeting": meeting, "evidence": evidence(one.quote, text)}


def _instruments(letter: str, some: Sequence[Instrument], text: str, meetings: int) -> list[Record]:
    records = []
    for number, one in enumerate(some, 1):
        known = one.meeting is not None and 1 <= one.meeting <= meetings
        link = f"m{one.meeting}" if known else None
        fields = {**_plain(one, ("organisations",)), "party_organisations": one.organisations}
        records.append(
            {**fields, "id": f"{letter}{number}", "meeting": link, "evidence": evidence(one.quote, text)}
        )
    return records


def _figure(name: str, one: TradeFigure, text: str) -> Record:
    values = {"value": number_text(one.value), "value_max": number_text(one.value_max)}
    return {"id": name, **_plain(one), **values, "evidence": evidence(one.quote, text)}
