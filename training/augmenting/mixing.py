"""Other surroundings: noise of pages put in, sentences without evidence left out, lists in another order.

Labels stay as they are; only the places of their evidence move.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from extractor.article import Article, Span, Zone
from extractor.normalizing.places import find_countries
from extractor.segmenting import segment
from training.augmenting.editing import Labelled, Piece, rearranged
from training.augmenting.persons import plain

_LINE = re.compile(r"[^\n]*\n?")
_BULLET = re.compile(r"\s*([-–—•·*▲△○□◇▶■])\s*\S")
_MOST_DROPPED = 3
_WORDS = ("_as_written", "attributed_to")


def with_noise(one: Labelled, headlines: Sequence[str], random: Random) -> Labelled | None:
    """Return the article with lines of a page between its paragraphs, and headlines of others at the end."""
    table = noise_of(str(one.article["language"]))
    if not table:
        return None
    lines = list(_lines(one.text))
    inner = [at for at in range(2, len(lines)) if not _is_inside(lines[at].start, one)]
    chosen = sorted(random.sample(inner, min(len(inner), random.randint(1, 2))))
    words = random.sample(table["lines"], len(chosen))
    pieces: list[Piece] = []
    for at, span in enumerate(lines):
        if at in chosen:
            pieces.append(Piece(words[chosen.index(at)] + "\n\n", None))
        pieces.append(Piece(span.of(one.text), span.start))
    told = random.sample(headlines, min(len(headlines), random.randint(1, 3)))
    related = [random.choice(table["related"]), *told] if told else []
    ends = [*related, random.choice(table["ends"])]
    pieces.append(Piece(("" if one.text.endswith("\n") else "\n") + "\n" + "\n".join(ends) + "\n", None))
    found = rearranged(one, pieces)
    return found.changed("noise") if found else None


@cache
def noise_of(language: str) -> Mapping[str, Sequence[str]]:
    """Return what pages of a language show beside articles: `lines`, headings of `related` ones, `ends`."""
    source = files("training.augmenting").joinpath("data/noise.yaml").read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(source)
    return table.get(language, {})


def shortened(one: Labelled, random: Random) -> Labelled | None:
    """Return the article without a few sentences that show nothing; None where all of them are needed."""
    sentences = segment(Article(id="-", text=one.text)).sentences
    idle = [
        sentence.span
        for sentence in sentences[2:]
        if sentence.zone is Zone.BODY and not any(sentence.span.overlaps(span) for span in one.held)
    ]
    random.shuffle(idle)
    found: Labelled | None = None
    dropped: list[Span] = []
    for span in idle:
        shorter = rearranged(one, _without(one.text, [*dropped, span]))
        if shorter is not None and _tells_as_much(one, shorter):
            found, dropped = shorter, [*dropped, span]
        if len(dropped) == _MOST_DROPPED:
            break
    return found.changed("shorter") if found else None


def reordered(one: Labelled, random: Random) -> Labelled | None:
    """Return the article with the lines of its lists in another order; None where it has no list."""
    lines = list(_lines(one.text))
    runs = [run for run in _runs(lines, one.text) if len(run) > 2]
    order = list(range(len(lines)))
    for run in runs:
        mixed = random.sample(run, len(run))
        for place, line in zip(run, mixed, strict=True):
            order[place] = line
    if order == sorted(order):
        return None
    found = rearranged(one, (Piece(lines[at].of(one.text), lines[at].start) for at in order))
    return found.changed("order") if found else None


def joined(one: Labelled, other: Labelled, random: Random) -> Labelled | None:
    """Return the article with the text of another one, which has no record, before or behind its own."""
    if any(True for _ in other.records) or one.article["language"] != other.article["language"]:
        return None
    if other.article.get("injected") or other.article["title"] in one.text:
        return None
    foreign = Piece(other.text.rstrip("\n") + "\n\n", None)
    own = Piece(one.text.rstrip("\n") + "\n\n", 0)
    found = rearranged(one, (own, foreign) if random.random() < 0.7 else (foreign, own))
    return found.changed("joined") if found else None


def _lines(text: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in _LINE.finditer(text) if match[0])


def _is_inside(position: int, one: Labelled) -> bool:
    return any(span.start < position < span.end for span in one.held)


def _without(text: str, dropped: Iterable[Span]) -> list[Piece]:
    pieces, last = [], 0
    for span in sorted(dropped):
        pieces.append(Piece(text[last : span.start], last))
        last = span.end + (text[span.end : span.end + 1] == " ")
    return [*pieces, Piece(text[last:], last)]


def _tells_as_much(one: Labelled, shorter: Labelled) -> bool:
    """Tell whether the words and states of the labels are all still there."""
    language = str(one.article["language"])
    states = [{c for p in find_countries(each.text, language) for c in p.codes} for each in (one, shorter)]
    words = {
        str(plain(record[name]))
        for _, record in one.records
        for name in record
        if name.endswith(_WORDS) and plain(record[name])
    }
    return states[0] == states[1] and all(word in shorter.text for word in words)


def _runs(lines: Sequence[Span], text: str) -> Iterator[list[int]]:
    """Yield the places of lines that follow one another and begin with the same mark."""
    run: list[int] = []
    mark = None
    for at, span in enumerate(lines):
        found = _BULLET.match(span.of(text)) if text[span.end - 1] == "\n" else None
        if found is None or found[1] != mark:
            yield run
            run, mark = [], found[1] if found else None
        if found is not None:
            run.append(at)
    yield run
