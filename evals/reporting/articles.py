"""The articles of a report document as the page shows them: each record with its key and answer side by side.

A card is one aligned pair, one missed record, or one that the key lacks. Its evidence is marked in the text:
shaded where the key's stands, underlined where the answer's does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from evals.cases import TYPES
from evals.reporting.describing import field_name, record_line, value_text
from extractor.article import Span
from extractor.writing.cleaning import for_page, on_one_line
from extractor.writing.highlighting import Line, Mark, Piece, split_at_marks
from extractor.writing.templating import literal
from extractor.writing.wording import label_of

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The shape of a BCP 47 tag, enough to keep anything else out of an attribute."""
_PROVEN = {
    "folded": "found but for case or width",
    "fuzzy": "found only nearly",
    "none": "not in the article",
}
_WORST = ("missed", "false", "wrong", "minor", "right")
"""Which outcome colours words that are evidence of several records."""
_FINE = frozenset({None, "correct"})

OUTCOMES = {
    "right": "right",
    "minor": "right in its core fields",
    "wrong": "wrong in a core field",
    "missed": "missed",
    "false": "not in the key",
}
"""What can become of a record, in the words of the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field, the key's value and the answer's; `same` if both read alike, `verdict` "" if not counted."""

    label: str
    gold: str
    also: str
    answer: str
    verdict: str
    same: bool
    core: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One record; `errors` are its tags, `quotes` what is shown of its evidence, each with what is wrong."""

    key: str
    number: int
    kind: str
    outcome: str
    line: str
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    wrong: tuple[Row, ...]
    right: tuple[Row, ...]
    quotes: tuple[tuple[str, str], ...]
    place: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the text: the keys of its cards, the outcome that colours it, and whose evidence it is."""

    text: Markup
    id: str
    keys: str
    outcome: str
    sides: str
    notes: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One article."""

    key: str
    source: Mapping[str, Any]
    title: str
    language: str | None
    tally: Mapping[str, int]
    cards: tuple[Card, ...]
    lines: tuple[tuple[Markup, tuple[Stretch, ...]], ...]
    moved: Mapping[str, Any] | None

    @property
    def gap(self) -> float:
        """Return how much the article rose from the other run."""
        return gap_of(self.moved) if self.moved else 0.0


def gap_of(moved: Mapping[str, Any]) -> float:
    """Return the rise of an article's F1; where there was nothing to be right about, nothing was wrong."""
    before, after = (1.0 if moved[end] is None else float(moved[end]) for end in ("before", "after"))
    return after - before


def views_of(articles: Iterable[Mapping[str, Any]], moved: Mapping[str, Any]) -> tuple[View, ...]:
    """Return the articles, the worst first; `moved` by id is what changed from another run."""
    ordered = sorted(articles, key=lambda one: (1.0 if one["f1"] is None else one["f1"], one["id"]))
    return tuple(_view(one, f"a{place}", moved.get(one["id"])) for place, one in enumerate(ordered, 1))


def _view(article: Mapping[str, Any], key: str, moved: Mapping[str, Any] | None) -> View:
    drafts = {f"{key}r{number}": draft for number, draft in enumerate(_drafts(article), 1)}
    shown = for_page(article["text"])
    lines = split_at_marks(shown, [mark for name, draft in drafts.items() for mark in _marks(draft, name)])
    places = _places(lines)
    cards = tuple(
        _card(draft, name, number, places) for number, (name, draft) in enumerate(drafts.items(), 1)
    )
    language = str(article["language"])
    return View(
        key,
        article,
        on_one_line(str(article["title"] or article["id"])),
        language if _LANGUAGE.fullmatch(language) else None,
        {name: sum(card.outcome == name for card in cards) for name in OUTCOMES},
        cards,
        _shown_lines(lines, shown, cards),
        moved,
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A record before it has a number: rows of JSON, and where its evidence stands, key's and answer's."""

    gold: Mapping[str, Any] | None
    answer: Mapping[str, Any] | None
    source: Mapping[str, Any]
    spans: Mapping[str, tuple[Span, ...]]

    @property
    def record(self) -> Mapping[str, Any]:
        return self.gold or self.answer or {}

    @property
    def outcome(self) -> str:
        if self.gold is None or self.answer is None:
            return "false" if self.gold is None else "missed"
        if not self.source["right"]:
            return "wrong"
        proof = self.source["proof"]
        is_proven = set(proof["quotes"]) == {"exact"} and not proof["underivable"]
        is_right = all(slot["outcome"] in _FINE for slot in self.source["slots"])
        return "right" if is_right and is_proven else "minor"


def _drafts(article: Mapping[str, Any]) -> list[_Draft]:
    text = article["text"]
    triples = [
        *((pair["gold"], pair["answer"], pair) for pair in article["matched"]),
        *((gold, None, {}) for gold in article["missed"]),
        *((None, alarm["answer"], alarm) for alarm in article["false_alarms"]),
    ]
    drafts = [
        _Draft(gold, answer, source, {"key": _spans(gold, text), "said": _spans(answer, text)})
        for gold, answer, source in triples
    ]
    return sorted(drafts, key=_order)


def _order(draft: _Draft) -> tuple[bool, int, int]:
    """Order what went wrong before what is right, then by type and place in the text."""
    starts = [span.start for spans in draft.spans.values() for span in spans]
    return draft.outcome == "right", TYPES.index(draft.record["type"]), min(starts, default=10**9)


def _spans(record: Mapping[str, Any] | None, text: str) -> tuple[Span, ...]:
    """Return where the quotes of a record stand; one that does not stand where it says is looked for."""
    found = (_span(one, text) for one in (record or {}).get("evidence", ()))
    return tuple(span for span in found if span is not None)


def _span(evidence: Mapping[str, Any], text: str) -> Span | None:
    quote, start = evidence["quote"], evidence["start"]
    if not quote:
        return None
    if isinstance(start, int) and start >= 0 and text.startswith(quote, start):
        return Span(start, start + len(quote))
    start = text.find(quote)
    return Span(start, start + len(quote)) if start >= 0 else None


def _marks(draft: _Draft, key: str) -> Iterator[Mark]:
    for side, spans in draft.spans.items():
        yield from (Mark(span, f"{key} {side}") for span in spans)


def _card(draft: _Draft, key: str, number: int, places: Mapping[str, str]) -> Card:
    slots = [(slot["outcome"], _row(slot, draft.gold or {})) for slot in draft.source.get("slots", ())]
    wrong = [row for outcome, row in slots if outcome not in _FINE]
    place = places.get(key)
    return Card(
        key,
        number,
        draft.record["type"],
        draft.outcome,
        record_line(draft.record),
        tuple(draft.source.get("tags", ())),
        tuple(_notes(draft)),
        tuple(wrong if draft.gold and draft.answer else _one_sided(draft)),
        tuple(row for outcome, row in slots if outcome in _FINE and (row.gold or row.answer)),
        tuple(_quotes(draft, place)),
        place,
    )


def _row(slot: Mapping[str, Any], gold: Mapping[str, Any]) -> Row:
    name = slot["field"]
    left, right = value_text(name, slot["gold"]), value_text(name, slot["answer"])
    also = gold.get("alternatives", {}).get(name, ())
    return Row(
        field_name(name),
        left,
        " or ".join(value_text(name, one) or "nothing" for one in also),
        right,
        slot["outcome"] or "",
        left == right,
        bool(slot["core"]),
    )


def _one_sided(draft: _Draft) -> Iterator[Row]:
    """Yield what a record says that has no other side."""
    for name, value in draft.record["fields"].items():
        text = value_text(name, value)
        if text and value is not False:
            left, right = (text, "") if draft.gold else ("", text)
            yield Row(field_name(name), left, "", right, "", same=False, core=False)


def _notes(draft: _Draft) -> Iterator[str]:
    if draft.gold and draft.answer and draft.gold["type"] != draft.answer["type"]:
        yield f"taken for one of the {label_of(draft.answer['type'])}"
    if draft.record["optional"]:
        yield "optional in the key"
    underivable = draft.source.get("proof", {}).get("underivable", ())
    if underivable:
        yield f"does not follow from its own words: {', '.join(map(field_name, underivable))}"


def _quotes(draft: _Draft, place: str | None) -> Iterator[tuple[str, str]]:
    """Yield evidence that the text cannot show, or that alone says what a record is about."""
    found = draft.source.get("proof", {}).get("quotes", ())
    evidence = (draft.answer or draft.gold or {})["evidence"]
    alone = draft.gold is None or draft.answer is None or place is None
    for one, how in zip(evidence, [*found, *[""] * len(evidence)], strict=False):
        if alone or how in _PROVEN:
            yield one["quote"], _PROVEN.get(how, "")
    if not evidence:
        yield "", "without evidence"


# -- the text, with what is evidence marked ----------------------------------------------------------------


def _places(lines: Sequence[Line]) -> dict[str, str]:
    """Return for each card that is marked in the text the id of the stretch where it begins."""
    places: dict[str, str] = {}
    for piece in (piece for line in lines for piece in line.pieces):
        for key in _keys(piece):
            places.setdefault(key, _id(piece, key))
    return places


def _id(piece: Piece, key: str) -> str:
    return f"{key.partition('r')[0]}p{piece.span.start}"


def _shown_lines(
    lines: Sequence[Line], shown: str, cards: Sequence[Card]
) -> tuple[tuple[Markup, tuple[Stretch, ...]], ...]:
    by_key = {card.key: card for card in cards}
    notes = _ends([piece for line in lines for piece in line.pieces], by_key)
    return tuple(
        (literal(line.gap.of(shown)), tuple(_stretch(piece, shown, by_key, notes) for piece in line.pieces))
        for line in lines
    )


def _ends(pieces: Sequence[Piece], cards: Mapping[str, Card]) -> dict[Span, tuple[Card, ...]]:
    """Return the cards whose first stretch of evidence ends with a piece: there goes their number."""
    last: dict[str, Piece] = {}
    for piece in pieces:
        for key in _keys(piece):
            if key not in last or last[key].span.end == piece.span.start:
                last[key] = piece
    notes: dict[Span, tuple[Card, ...]] = {}
    for key, piece in last.items():
        notes[piece.span] = (*notes.get(piece.span, ()), cards[key])
    return notes


def _keys(piece: Piece) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.partition(" ")[0] for key in piece.keys))


def _stretch(
    piece: Piece, shown: str, cards: Mapping[str, Card], notes: Mapping[Span, tuple[Card, ...]]
) -> Stretch:
    keys = _keys(piece)
    sides = dict.fromkeys(key.partition(" ")[2] for key in piece.keys)
    return Stretch(
        literal(piece.span.of(shown)),
        _id(piece, keys[0]) if keys else "",
        " ".join(keys),
        min((cards[key].outcome for key in keys), key=_WORST.index, default=""),
        " ".join(sides),
        notes.get(piece.span, ()),
    )
