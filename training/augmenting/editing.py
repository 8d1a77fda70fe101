"""Changes of a labelled article: pieces of its text are replaced, moved or left out, and the labels follow.

An article and its key are rows as in `articles.jsonl` and `key.jsonl`. A text is rebuilt from pieces; what
evidence pointed at is found again piece by piece, so no offset is ever searched for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from evals.cases import TYPES, Case, case_of
from evals.validating import case_problems
from extractor.article import Span

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Labelled:
    """An article and its key; `changes` are the names of what was done to it."""

    article: Row
    key: Row
    changes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of the article."""
        return str(self.article["text"])

    @property
    def case(self) -> Case:
        """The article as the scorer sees it."""
        return case_of(self.article, self.key["records"])

    @property
    def evidence(self) -> tuple[Span, ...]:
        """Every span that a record rests on."""
        return tuple(
            Span(one["start"], one["end"]) for _, record in self.records for one in record["evidence"]
        )

    @property
    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every record of the key with its type."""
        return ((kind, record) for kind in TYPES for record in self.key["records"][kind])

    @property
    def held(self) -> tuple[Span, ...]:
        """Every span that must stay whole: evidence, the title, and words that give orders to programs."""
        words = (self.article["title"], *self.article.get("injected", ()))
        return (*self.evidence, *(self._span_of(one) for one in words))

    def _span_of(self, words: str) -> Span:
        start = self.text.index(words)
        return Span(start, start + len(words))

    def named(self, name: str) -> "Labelled":
        """Return the same under another id."""
        return replace(self, article={**self.article, "id": name}, key={**self.key, "id": name})

    def changed(self, what: str) -> "Labelled":
        """Return the same, with a change noted."""
        return replace(self, changes=(*self.changes, what))


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the new text: `words`, and where they stood before, None for what is new."""

    words: str
    start: int | None


def replaced(one: Labelled, edits: Mapping[Span, str], told: Callable[[str], str]) -> Labelled:
    """Return the article with spans replaced, and `told` applied to every string of the labels.

    A span whose ends lie inside an edit grows to the whole of it.
    """
    ordered = sorted(edits.items())
    assert all(a.end <= b.start for (a, _), (b, _) in pairwise(ordered))

    def moved(position: int, *, is_end: bool) -> int:
        shift = 0
        for span, words in ordered:
            if span.end <= position:
                shift += len(words) - (span.end - span.start)
            elif span.start < position:
                return span.start + shift + (len(words) if is_end else 0)
        return position + shift

    text, last = "", 0
    for span, words in ordered:
        text += one.text[last : span.start] + words
        last = span.end
    text += one.text[last:]
    spans = {s: Span(moved(s.start, is_end=False), moved(s.end, is_end=True)) for s in one.held}
    return _rebuilt(one, text, spans, told)


def rearranged(one: Labelled, pieces: Iterable[Piece]) -> Labelled | None:
    """Return the article made of pieces; None where evidence would be torn or lost."""
    starts: list[tuple[Span, int]] = []
    text = ""
    for piece in pieces:
        if piece.start is not None:
            starts.append((Span(piece.start, piece.start + len(piece.words)), len(text)))
        text += piece.words
    spans: dict[Span, Span] = {}
    for span in one.held:
        found = _moved(span, starts)
        if found is None or text[found.start : found.end] != span.of(one.text):
            return None
        spans[span] = found
    return _rebuilt(one, text, spans, lambda words: words)


def _moved(span: Span, starts: Sequence[tuple[Span, int]]) -> Span | None:
    """Return where a span went, if its pieces stayed together."""
    ends = []
    for position in (span.start, span.end - 1):
        home = next(((old, new) for old, new in starts if old.start <= position < old.end), None)
        if home is None:
            return None
        ends.append(home[1] + position - home[0].start)
    return Span(ends[0], ends[1] + 1)


def _rebuilt(one: Labelled, text: str, spans: Mapping[Span, Span], told: Callable[[str], str]) -> Labelled:
    def value(written: Any) -> Any:
        if isinstance(written, str):
            return told(written)
        if isinstance(written, list):
            return [value(each) for each in written]
        if isinstance(written, Mapping):
            return {name: value(each) for name, each in written.items()}
        return written

    def record(row: Row) -> dict[str, Any]:
        moved = [spans[Span(each["start"], each["end"])] for each in row["evidence"]]
        evidence = [{"quote": span.of(text), "start": span.start, "end": span.end} for span in moved]
        fixed = {"id", "meeting"} & set(row)
        return {
            **{name: value(each) for name, each in row.items()},
            **{name: row[name] for name in fixed},
            "evidence": evidence,
        }

    records = {kind: [record(row) for row in one.key["records"][kind]] for kind in TYPES}
    title, *orders = (spans[span].of(text) for span in one.held[len(one.evidence) :])
    article = {**one.article, "text": text, "title": title} | ({"injected": orders} if orders else {})
    return replace(one, article=article, key={**one.key, "records": records})


def faults(one: Labelled) -> tuple[str, ...]:
    """Return what the validator of the gold data finds, and orders or a title that the text lacks."""
    orders = (words for words in one.article.get("injected", ()) if words not in one.text)
    title = (
        () if one.article["title"] in one.text else (f"title {one.article['title']!r} is not in the text",)
    )
    return (*case_problems(one.case), *(f"order {words!r} is not in the text" for words in orders), *title)
