"""Other names for persons, where a name stands bare wherever it stands, so that nothing need be inflected."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from extractor.article import Span
from extractor.folding import folded
from extractor.normalizing.places import find_countries
from training.augmenting.editing import Labelled, replaced
from training.augmenting.persons import PART, UNSPACED, Name, names_of, plain

_SHORTEST = 3
"""Letters that a part of a name must have to be looked for alone: shorter ones stand in too many words."""
_WORDS_APART = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f\u0900-\u0dff\u1e00-\u1eff]")
_KANA = "\u30a1-\u30fa\u30fc"
_HANGUL = "\uac00-\ud7a3"
_LIKE_A_WOMANS = re.compile(r"(?:[aáàаяαη]|ة)$")
_FINALS = 28
_RIEUL = 8
"""The one final after which the particle of direction is written as after a vowel."""
_PARTICLES = "은는이가과와도을를의에께로으측씨"
_TITLES = (
    "대통령|총리|장관|차관|대사|위원장|의장|주석|특사|총재|회장|대표|실장|본부장|처장|청장|시장|지사|국장|"
    "大臣|首相|総理|外相|氏|さん|長官|議長|大統領|副大臣|大使|次官|市長|知事|会長|"
    "外长|部长|总理|主席|大使|总统|特使|市长|省长|副|外長|部長|總理|總統|市長"
)


def renamed(one: Labelled, pool: Sequence[Name], random: Random) -> Labelled | None:
    """Return the article with other names for the persons whose names can be exchanged; None if none can."""
    edits: dict[Span, str] = {}
    words: dict[str, str] = {}
    names = tuple(names_of(one))
    taken = {folded(part) for name in names for part in name.parts}
    for name in names:
        new = _drawn(name, pool, taken, random)
        found = _exchange(one, name, new) if new else None
        if new is None or not found or any(span.overlaps(other) for span in found for other in edits):
            continue
        edits |= found
        words |= dict(zip((*name.parts, *name.latin), (*new.parts, *new.latin), strict=True))
        words |= {span.of(one.text): word for span, word in found.items() if len(span.of(one.text)) > 1}
        taken |= {folded(part) for part in new.parts}
    if not edits:
        return None
    return _one_spelling(replaced(one, edits, lambda text: _exchanged(text, words))).changed("names")


def _drawn(name: Name, pool: Sequence[Name], taken: set[str], random: Random) -> Name | None:
    """Return a new name of as many parts, drawn part by part; none of it is in the article."""
    alike = [
        one
        for one in pool
        if len(one.parts) == len(name.parts)
        and _script(one.parts[-1]) == _script(name.parts[-1])
        and not any(folded(part) in taken for part in one.parts)
    ]
    if name.is_unspaced:
        return random.choice(alike) if alike else None
    fitting = [[one for one in alike if _agrees(one, name, at)] for at in range(len(name.parts))]
    if not all(fitting):
        return None
    drawn = [random.choice(each) for each in fitting]
    return Name(
        tuple(one.parts[at] for at, one in enumerate(drawn)),
        tuple(one.latin[at] for at, one in enumerate(drawn)),
    )


def _agrees(one: Name, other: Name, at: int) -> bool:
    """Tell whether a part of two names ends alike as women's names do: verbs and titles may agree with it."""
    return bool(_LIKE_A_WOMANS.search(one.parts[at])) == bool(_LIKE_A_WOMANS.search(other.parts[at]))


def _script(word: str) -> str:
    if UNSPACED.fullmatch(word):
        return "hangul" if word[0] >= "\uac00" else "han"
    return "apart" if _WORDS_APART.search(word) else "other"


def _exchange(one: Labelled, old: Name, new: Name) -> dict[Span, str] | None:
    """Return what to put where; None where a part may be inflected, or be another word as well."""
    if any(letters in one.text for letters in old.latin if letters not in old.parts):
        return None
    found = _whole(one.text, old, new) if old.is_unspaced else _in_parts(one.text, old, new)
    places = find_countries(one.text, str(one.article["language"]))
    if not found or any(place.span.overlaps(span) for place in places for span in found):
        return None
    return found if all(keeps_sound(one.text, span, word) for span, word in found.items()) else None


def _in_parts(text: str, old: Name, new: Name) -> dict[Span, str] | None:
    found: dict[Span, str] = {}
    for part, word in zip(old.parts, new.parts, strict=True):
        if len(part) < _SHORTEST:
            return None
        bare = [Span(*match.span()) for match in re.finditer(_bare(part), text)]
        stem = re.escape(part[: max(_SHORTEST, len(part) - 2)])
        sought = rf"(?<![^\W_]){stem}" if _WORDS_APART.search(part) else stem
        if len(bare) != len(re.findall(sought, text, re.IGNORECASE)):
            return None
        found |= dict.fromkeys(bare, word)
    return found


def _bare(part: str) -> str:
    """Return the pattern of a part of a name that stands as a word, particles of Korean aside."""
    word = re.escape(part)
    if re.search(f"[{_KANA}]", part):
        return rf"(?<![{_KANA}]){word}(?![{_KANA}])"
    if re.search(f"[{_HANGUL}]", part):
        return rf"(?<![{_HANGUL}]){word}(?=[{_PARTICLES}]|[^{_HANGUL}]|$)"
    return rf"(?<![^\W_]){word}(?![^\W_]|['’‘\-‑])"


def _whole(text: str, old: Name, new: Name) -> dict[Span, str] | None:
    """Return the places of a name without spaces, and of its family name before a title."""
    whole, family = old.parts[0], new.family or ""
    found = {Span(*match.span()): new.parts[0] for match in re.finditer(re.escape(whole), text)}
    rest = text.replace(whole, "\0" * len(whole))
    for length in (3, 2, 1) if whole[0] < "\uac00" else (1,):
        alone = [
            Span(*match.span())
            for match in re.finditer(
                rf"(?<![{_HANGUL}]){re.escape(whole[:length])}(?=\s?(?:[{_HANGUL}]{{0,6}})(?:{_TITLES}))",
                rest,
            )
        ]
        if alone and length < len(whole):
            return found | dict.fromkeys(alone, family)
        if length > 1 and whole[:length] in rest:
            return None
    return found


def keeps_sound(text: str, span: Span, new: str) -> bool:
    """Tell whether a Korean particle behind a name still fits: it goes by the last sound."""
    old = span.of(text)
    if text[span.end : span.end + 1] not in set(_PARTICLES) or not re.match(f"[{_HANGUL}]", old[-1]):
        return True
    return _final(old) == _final(new) or (0 not in {_final(old), _final(new)} and _final(new) != _RIEUL)


def _final(word: str) -> int:
    return (ord(word[-1]) - ord("가")) % _FINALS


def _exchanged(text: str, words: Mapping[str, str]) -> str:
    """Return a string of the labels with the parts of names exchanged, each once."""
    longest = sorted(words, key=len, reverse=True)
    pattern = "|".join(
        rf"(?<![^\W_]){re.escape(one)}(?![^\W_])" if _WORDS_APART.search(one) else re.escape(one)
        for one in longest
    )
    return re.sub(pattern, lambda match: words[match[0]], text)


def _one_spelling(one: Labelled) -> Labelled:
    """Take away other spellings of names: they were of the old ones. Another order stays."""
    for kind, record in one.records:
        if kind == "attendees" and isinstance(record["name"], Mapping):
            value = plain(record["name"])
            kept = [other for other in record["name"]["alternatives"] if _sorted(other) == _sorted(value)]
            record["name"] = {"value": value, "alternatives": kept} if kept else value
    return one


def _sorted(name: Any) -> list[str]:
    return sorted(PART.findall(str(name)))
