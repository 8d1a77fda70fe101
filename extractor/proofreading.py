"""Templates and their examples to a list of faults: every example is held to what answers are held to.

An example that cites a wrong sentence, or a string that does not stand in its text, teaches an LLM to do so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from extractor.article import Sentence, Span, Zone
from extractor.drafts import AnswerDraft
from extractor.grounding import Ground
from extractor.llm.base import LLMIdentity
from extractor.prompting import Asking, Example, Template, build_request

_COPIED = frozenset({"name", "title", "value", "date", "place", "when", "valid", "by", "orgs", "signatories"})
"""Fields whose strings are copied from the article; `en`, codes and labels are not."""
_EXACTLY = 101.0
"""A floor that no similarity reaches: an example's strings may differ from its text by an ending at most."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of an example with its numbered sentences."""

    ground: Ground
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, example: Example) -> "_Text":
        text, spans, start = "\n".join(example.lines), [], 0
        for line in example.lines:
            spans.append(Span(start, start + len(line)))
            start += len(line) + 1
        return cls(Ground(text, example.language), tuple(spans))


def faults_of(template: Template) -> tuple[str, ...]:
    """Return what is wrong with a template and its examples, one line each; empty when all is well.

    Raises ConfigError when the template cannot be rendered at all.
    """
    line = "One sentence."
    sentence = Sentence(number=1, span=Span(0, len(line)), zone=Zone.BODY, text=line)
    build_request(Asking(LLMIdentity("none", "none"), template, 1000, 1000), (sentence,), "2031-01-01")
    return tuple(
        f"{template.name}: example {example.language}: {fault}"
        for example in template.examples
        for fault in _faults(example)
    )


def _faults(example: Example) -> Iterator[str]:
    text = _Text.of(example)
    answer = AnswerDraft.model_validate(example.answer).model_dump(by_alias=True, exclude_unset=True)
    for path, record in _records(answer):
        yield from (f"{path}: {fault}" for fault in _record_faults(record, text))
    for rejected in example.rejected:
        if text.ground.find(rejected["words"], fuzzy_floor=_EXACTLY) is None:
            yield f"rejected: {rejected['words']!r} does not stand in the text"


def _record_faults(record: Mapping[str, Any], text: _Text) -> Iterator[str]:
    wrong = [number for number in record["s"] if number > len(text.spans)]
    if wrong or not record["s"]:
        yield f"cites sentences {record['s']}, there are {len(text.spans)}"
        return
    cited = tuple(text.spans[number - 1] for number in record["s"])
    for name in _COPIED & set(record):
        values = record[name] if isinstance(record[name], list) else [record[name]]
        for value in filter(None, values):
            hit = text.ground.find(value, cited, fuzzy_floor=_EXACTLY)
            if hit is None:
                yield f"{name} {value!r} does not stand in the text"
            elif not any(span.start <= hit.start < span.end for span in cited):
                yield f"{name} {value!r} does not stand in the sentences cited"


def _records(value: object, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every part of an answer that cites sentences, with where it is."""
    if isinstance(value, Mapping):
        if "s" in value:
            yield path, value
        for name, inner in value.items():
            yield from _records(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _records(inner, f"{path}[{number}]")
