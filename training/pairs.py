"""Labelled articles to pairs of question and answer, letter for letter as the extractor has them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.gold import rows_of
from extractor.errors import ConfigError
from extractor.llm.base import Message
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor, Prepared
from extractor.prompting import compact_answer
from training.asking import article_of, asking_in
from training.labelling import Labels

ORDERS: Mapping[str, tuple[str, ...]] = {
    "figures-last": ("meetings", "agreements", "mous", "figures"),
    "figures-first": ("figures", "meetings", "agreements", "mous"),
}
"""In which order an answer has its four lists."""
WHOLE = "all"
"""The part of an answer that has all lists."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What question and answer look like: `joint` is one answer about all types, else one for each."""

    form: str = "v1"
    order: str = "figures-last"
    joint: bool = True

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ConfigError(f"no order is called {self.order!r}", hint=f"one of {', '.join(ORDERS)}")

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists of an answer, in order."""
        return ORDERS[self.order]

    @property
    def parts(self) -> tuple[str, ...]:
        """What one chunk is asked for: everything at once, or list by list."""
        return (WHOLE,) if self.joint else self.lists


@dataclass(frozen=True, slots=True)
class Pair:
    """One question about a chunk (from 0) of an article, and the answer to it; `records` says how many."""

    article: str
    chunk: int
    part: str
    system: str
    user: str
    answer: str
    records: int


def preparer(form: str) -> Extractor:
    """Return an Extractor that prepares questions in a format, and is never asked."""
    return Extractor(ScriptedLLM(()), asking_in(form))


def pairs_of(cases: Iterable[Case], shape: Shape) -> Iterator[Pair]:
    """Yield the pairs of labelled articles, in order."""
    extractor = preparer(shape.form)
    for case in cases:
        yield from pairs_of_case(case, extractor.prepare(article_of(case)), shape)


def pairs_of_case(case: Case, prepared: Prepared, shape: Shape) -> Iterator[Pair]:
    """Yield the pairs of one article as it was prepared."""
    labels = Labels(case, prepared, asking_in(shape.form).template.full)
    for at, (chunk, request) in enumerate(zip(prepared.chunks, prepared.requests, strict=True)):
        answer = json.loads(compact_answer(labels.answer(chunk)))
        for part in shape.parts:
            wanted = shape.lists if part == WHOLE else (part,)
            system, user = question(request.messages, part)
            yield Pair(
                article=case.id,
                chunk=at,
                part=part,
                system=system,
                user=user,
                answer=compact({name: answer[name] for name in wanted}),
                records=sum(len(answer[name]) for name in wanted),
            )


def question(messages: Sequence[Message], part: str) -> tuple[str, str]:
    """Return the system's and the user's message; one for a single list names it at the end."""
    system, user = (message.content for message in messages)
    return system, user if part == WHOLE else f"{user}\nRecords: {part}"


def compact(answer: Mapping[str, Any]) -> str:
    """Return an answer as JSON without spaces."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def write_pairs(pairs: Iterable[Pair], path: Path) -> int:
    """Write pairs as JSON Lines; return how many."""
    lines = [json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pair in pairs]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")
    return len(lines)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Read what `write_pairs` wrote. Raises ConfigError where a line is no pair."""
    try:
        return tuple(Pair(**row) for row in rows_of(path))
    except TypeError as error:
        raise ConfigError(f"{path}: a line is no pair: {error}", hint="python -m training pairs") from error
