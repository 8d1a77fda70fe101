"""Extractions as one page of HTML that works offline: the article beside its records, each showing the other.

The page holds all it needs and may load nothing: a content security policy names its own style and script
by their digests. All that comes from an article, an LLM or a source is escaped text; only http and https
addresses become links.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from extractor.records import Extraction, ExtractionWarning
from extractor.writing.cards import Card, Group, all_cards, cards_of, marks_of
from extractor.writing.cleaning import for_json, for_page, on_one_line
from extractor.writing.describing import type_of
from extractor.writing.highlighting import Piece, split_at_marks
from extractor.writing.options import WriteOptions
from extractor.writing.templating import digest_of, literal, page_environment
from extractor.writing.wording import label_of

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The shape of a BCP 47 tag, enough to keep anything else out of an attribute."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the article as shown; `kind` is the record type that colours it, "" for none."""

    text: Markup
    id: str
    keys: str
    kind: str
    notes: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One article with its records, as the template takes it; `titled` if its text begins with its title."""

    key: str
    extraction: Extraction
    title: str
    titled: bool
    language: str | None
    source: str
    link: str | None
    lines: tuple[tuple[Markup, tuple[Stretch, ...]], ...]
    groups: tuple[Group, ...]
    warnings: tuple[tuple[ExtractionWarning, str | None], ...]
    places: Mapping[str, str]


def write_page(pairs: Sequence[tuple[Extraction, str]], _: WriteOptions) -> str:
    """Return one page on all the extractions, each with the text of its article."""
    cases = [_case(extraction, text, f"a{number}") for number, (extraction, text) in enumerate(pairs)]
    style, script = _part("page.css"), _part("page.js")
    page: str = _template().render(
        cases=cases,
        title=cases[0].title if len(cases) == 1 else f"{len(cases)} articles",
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        style_digest=digest_of(style),
        script_digest=digest_of(script),
        data=htmlsafe_json_dumps([one.model_dump(mode="json") for one, _text in pairs], dumps=_dumps),
    )
    return page


def _dumps(value: Any, **_: Any) -> str:
    return for_json(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _part(name: str) -> str:
    return files("extractor.writing").joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    environment = page_environment()
    environment.filters |= {"label": label_of, "type": lambda card: type_of(card.record).name}
    return environment.from_string(_part("page.html.j2"))


def _case(extraction: Extraction, text: str, key: str) -> Case:
    article = extraction.article
    groups = cards_of(extraction, key)
    lines, places = _article(text, groups, key)
    by_id = {card.record.id: card.key for card in all_cards(groups)}
    language = article.language or ""
    return Case(
        key=key,
        extraction=extraction,
        title=on_one_line(article.title or article.id),
        titled=bool(article.title) and on_one_line(text[:2000]).startswith(on_one_line(article.title or "")),
        language=language if _LANGUAGE.fullmatch(language) else None,
        source=article.source if article.source != "-" else "",
        link=_safe_link(article.source),
        lines=lines,
        groups=groups,
        warnings=tuple((one, by_id.get(one.record or "")) for one in extraction.warnings),
        places=places,
    )


def _safe_link(source: str) -> str | None:
    """Return the source if it is an address on the web; anything a browser could run or open is no link."""
    if not re.fullmatch(r"https?://[^\s\x00-\x20\x7f]+", source):
        return None
    try:
        return source if urlsplit(source).hostname else None
    except ValueError:
        return None


def _article(
    text: str, groups: Sequence[Group], key: str
) -> tuple[tuple[tuple[Markup, tuple[Stretch, ...]], ...], dict[str, str]]:
    """Return the lines of the article as shown, and for each card the id of the stretch where it begins."""
    shown = for_page(text)
    cards = {card.key: card for card in all_cards(groups)}
    lines = split_at_marks(shown, [mark for card in cards.values() for mark in marks_of(card, text)])
    pieces = [piece for line in lines for piece in line.pieces]
    notes, places = _anchors(pieces, cards, text)
    stretches = {
        piece.span: _stretch(piece, shown, f"{key}p{piece.span.start}", cards, notes.get(number, ()))
        for number, piece in enumerate(pieces)
    }
    made = tuple(
        (literal(line.gap.of(shown)), tuple(stretches[piece.span] for piece in line.pieces)) for line in lines
    )
    return made, {card: f"{key}p{start}" for card, start in places.items()}


def _anchors(
    pieces: Sequence[Piece], cards: Mapping[str, Card], text: str
) -> tuple[dict[int, tuple[Card, ...]], dict[str, int]]:
    """Find where the evidence of each card ends (there goes its number) and where it begins."""
    starts, ends = [piece.span.start for piece in pieces], [piece.span.end for piece in pieces]
    notes: dict[int, tuple[Card, ...]] = {}
    places: dict[str, int] = {}
    for card in cards.values():
        for mark in marks_of(card, text):
            first, last = bisect_right(ends, mark.span.start), bisect_left(starts, mark.span.end) - 1
            if mark.key == card.key and first <= last:
                notes[last] = (*notes.get(last, ()), card)
                places.setdefault(card.key, starts[first])
    return notes, places


def _stretch(
    piece: Piece, shown: str, id_: str, cards: Mapping[str, Card], notes: tuple[Card, ...]
) -> Stretch:
    shortest = next((cards[key] for key in piece.keys if key in cards), None)
    kind = type_of(shortest.record).name if shortest else ""
    return Stretch(literal(piece.span.of(shown)), id_, " ".join(piece.keys), kind, notes)
