"""Words that name a state or a place, to ISO 3166-1 alpha-3 codes: XKX is Kosovo, EUE the European Union.

Entities that hardly any state recognises are named and never coded. A bare "Korea" is KOR, "Congo" COD
unless the text has the other, "Georgia" GEO unless its surroundings speak of the US state.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from extractor.article import Span
from extractor.normalizing.outcome import Outcome, unresolved
from extractor.normalizing.phrases import Hit
from extractor.normalizing.places.lexicon import (
    BREAKAWAY,
    NOTHING,
    PlaceMeaning,
    endonym_index,
    joined_letters,
    language_of,
    place_index,
    territories,
)

_LINK = "-\u2010\u2011\u2013\u2014\u00b7\u30fb\uff65\u2027\u2219\u22c5\u318d"
_LINKED = re.compile(f"[{_LINK}]")
_IN_COMPOUNDS = {"name", "adjective", "capital", "compound", "letter"}
_PLACES = {"capital", "city", "seat"}
_OFFICES = re.compile(
    r"president|minister|government|embassy|ambassador|premier|chancellor|king|emir|republic|kormány|elnök|miniszter"
    r"|regierung|präsident|kanzler|президент|министр|правительств|посол|président|gouvernement|presidente|ministro"
    r"|대통령|총리|정부|장관|대사|외교|정상|国王|总统|總統|首相|大統領|政府|رئيس|وزير|cumhurbaşkan|bakan|prezydent|прем",
    re.IGNORECASE,
)
_NEAR = 24
_REMEMBERED = 1024
_PERSONAL = re.compile(r"(?:Jordan|Chad|Georgia|Paris|Sydney|Israel|Kenya|Florence|Austin|London)$")
_GIVEN_BEFORE = re.compile(
    r"\b(?:Michael|Vernon|Jim|James|John|David|Robert|Bill|Barbara|Mike|Mr|Mrs|Ms|Dr|Sen|Rep|Jack|Steve)\.? $"
)
_CAPITALISED_AFTER = re.compile(
    r" (?!(?i:[a-z]*(?:president|minister|king|prince|river|embassy|government)))[A-Z][a-z]+"
)
_US_GEORGIA = re.compile(
    r"\b(?:Atlanta|Savannah|Augusta|Stacey Abrams|Kemp|Raffensperger|Fulton County|U\.?S\.? state)\b"
)
_END_OF_LETTERS = (
    "(?![央东東部亜亚小古])(?:(?![가-힣])"
    "|(?=(?:은|는|이|가|을|를|의|에|와|과|도|만|로|간|측|양|정|관|협|외|무|동맹|수교|경)))"
)
"""What may follow the last letter of a compound: no other word that begins with it, as in 한·중앙아시아."""
_CUT_BEFORE = set("其集空途当當会會年心高初家一毎今数")


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """Words that name one state, or several in a compound; `kind` tells by what.

    Kinds: name, adjective (demonyms too), capital, seat (of government), city, compound.
    """

    span: Span
    text: str
    codes: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    span: Span
    codes: tuple[str, ...]
    kind: str
    others: tuple[str, ...] = ()
    weak: bool = False


@lru_cache(_REMEMBERED)
def find_countries(text: str, language: str | None) -> tuple[PlaceMention, ...]:
    """Return every mention of a state in `text`, in order; spans are half-open, in code points.

    `language` is a BCP-47 tag; its words and the English ones are looked for, without it those of all
    languages that have a table. Words that are usually something else count only when the text supports
    them: the same state is named otherwise, or an office stands beside.
    """
    bare = language_of(language)
    hits = place_index(bare).find(text, _is_whole)
    candidates = [
        _Candidate(hit.span, hit.meaning.codes, hit.meaning.kind, hit.meaning.others, hit.meaning.weak)
        for hit in hits
        if hit.meaning.kind not in {NOTHING, BREAKAWAY}
    ]
    with_letters = sorted([*candidates, *_letters(text, bare, hits)], key=lambda one: one.span)
    joined = _join(text, with_letters, adjectives_join=bare == "ar")
    return tuple(
        PlaceMention(one.span, one.span.of(text), one.codes, one.kind) for one in _supported(text, joined)
    )


def _is_whole(text: str, hit: Hit[PlaceMeaning]) -> bool:
    """Tell whether a hit's surroundings leave it what it is."""
    span, meaning = hit.span, hit.meaning
    after = text[span.end : span.end + 2]
    if meaning.bound:
        return len(after) == 2 and bool(_LINKED.match(after)) and after[1].isalpha()
    if meaning.kind == "compound" and hit.phrase.language in {"zh", "ja"}:
        return not (span.start and text[span.start - 1] in _CUT_BEFORE) and not _begins_name(
            text, span.end - 1, hit.phrase.language
        )
    if _PERSONAL.fullmatch(span.of(text)):
        return not _is_person(text, span)
    if span.of(text) == "US" and after[:1] in {"$", "\u20ac", "\u00a3"}:
        return False
    return not (span.of(text).isupper() and _is_shouted_word(text, span))


def _begins_name(text: str, start: int, language: str) -> bool:
    """Tell whether a full name of a state begins at `start`: the 日 of 日本 belongs to it, not to 中日."""
    found = place_index(language).find(text[start : start + 8])
    return (
        bool(found)
        and found[0].span.start == 0
        and found[0].meaning.kind == "name"
        and len(found[0].phrase.text) > 1
    )


def _is_person(text: str, span: Span) -> bool:
    before, after = text[max(0, span.start - 14) : span.start], text[span.end : span.end + 24]
    if _GIVEN_BEFORE.search(before):
        return True
    if span.of(text) == "Georgia" and _US_GEORGIA.search(text) and "Tbilisi" not in text:
        return True
    return span.of(text) in {"Chad", "Jordan", "Sydney", "Georgia"} and bool(_CAPITALISED_AFTER.match(after))


def _is_shouted_word(text: str, span: Span) -> bool:
    """Tell whether US or IT stands in a line that is all capitals, where it may be a pronoun."""
    if span.of(text) not in {"US", "IT"}:
        return False
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    rest = text[start : span.start] + text[span.end : end if end >= 0 else len(text)]
    return sum(map(str.isupper, rest)) > 3 and not any(map(str.islower, rest))


@cache
def _letter_pattern(language: str | None) -> re.Pattern[str] | None:
    letters = sorted(joined_letters(language), key=len, reverse=True)
    if not letters:
        return None
    either = "|".join(map(re.escape, letters))
    boundary = r"(?<![가-힣a-zA-Z])" if language == "ko" else ""
    return re.compile(f"{boundary}(?:(?<=[{_LINK}])(?:{either}){_END_OF_LETTERS}|(?:{either})(?=[{_LINK}]))")


def _letters(text: str, language: str | None, hits: Sequence[Hit[PlaceMeaning]]) -> list[_Candidate]:
    """Return single letters beside a link, which count only once joined: 한·미, 日・EU."""
    pattern = _letter_pattern(language)
    if pattern is None:
        return []
    taken = {place for hit in hits for place in range(*hit.span)}
    codes = joined_letters(language)
    return [
        _Candidate(Span(*found.span()), (codes[found.group()],), "letter")
        for found in pattern.finditer(text)
        if found.start() not in taken
    ]


def _join(text: str, candidates: Iterable[_Candidate], *, adjectives_join: bool) -> list[_Candidate]:
    """Join neighbours with a link between them into compounds; letters that stay alone are dropped."""
    joined: list[_Candidate] = []
    for one in candidates:
        last = joined[-1] if joined else None
        if last is not None and _belong_together(text, last, one, adjectives_join=adjectives_join):
            codes = tuple(dict.fromkeys((*last.codes, *one.codes)))
            joined[-1] = _Candidate(Span(last.span.start, one.span.end), codes, "compound")
        else:
            joined.append(one)
    return [one for one in joined if one.kind != "letter"]


def _belong_together(text: str, last: _Candidate, one: _Candidate, *, adjectives_join: bool) -> bool:
    if not {last.kind, one.kind} <= _IN_COMPOUNDS or set(one.codes) <= set(last.codes):
        return False
    gap = text[last.span.end : one.span.start]
    if adjectives_join and gap == " " and one.kind == "adjective" and last.kind in {"adjective", "compound"}:
        return True
    return len(gap) == 1 and _LINKED.match(gap) is not None


def _supported(text: str, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Leave out weak words that nothing supports; of several meanings choose the one named elsewhere."""
    sure = {code for one in candidates if not one.weak and not one.others for code in one.codes}
    kept = []
    for one in candidates:
        if one.weak and not sure.intersection(one.codes) and not _stands_by_office(text, one.span):
            continue
        named = [code for code in one.others if code in sure]
        if named and not sure.intersection(one.codes):
            kept.append(replace(one, codes=(named[0],)))
        else:
            kept.append(one)
    return kept


def _stands_by_office(text: str, span: Span) -> bool:
    near = text[max(0, span.start - _NEAR) : span.start] + " " + text[span.end : span.end + _NEAR]
    return _OFFICES.search(near) is not None


@lru_cache(_REMEMBERED)
def resolve_countries(text: str, language: str | None) -> Outcome[tuple[str, ...]]:
    """Return the codes of the states that a few words name, in order: "Korean-Kazakh" gives KOR and KAZ.

    The words' own language comes first, then all languages with a table, then endonyms.
    """
    bare = language_of(language)
    for tried in dict.fromkeys((bare, None)):
        codes = _codes_of(text, tried, foreign=tried != bare)
        if codes:
            return Outcome(codes)
        if any(hit.meaning.kind == BREAKAWAY for hit in place_index(tried).find(text)):
            return unresolved("breakaway entity")
    endonyms = endonym_index().whole(text)
    if endonyms:
        return Outcome(endonyms[0].meaning.codes)
    return unresolved("names no state")


def _codes_of(text: str, language: str | None, *, foreign: bool) -> tuple[str, ...]:
    """Return the codes; a foreign language's adjectives do not count: Hungarian "román" is no "Roman"."""
    mentions = find_countries(text, language)
    if foreign:
        mentions = tuple(mention for mention in mentions if mention.kind != "adjective")
    if not mentions:
        whole = [hit.meaning for hit in place_index(language).whole(text) if hit.meaning.weak]
        return whole[0].codes if whole else ()
    return tuple(dict.fromkeys(code for mention in mentions for code in mention.codes))


@lru_cache(_REMEMBERED)
def resolve_place(text: str, language: str | None) -> Outcome[str]:
    """Return the code of the state where a place is, by its capital, city, seat of government or own name.

    "The US embassy in Seoul" is in KOR: of several states named, the one named by a place within it counts.
    """
    mentions = find_countries(text, language) or find_countries(text, None)
    codes = {code for mention in mentions for code in mention.codes}
    if len(codes) > 1:
        codes = {code for mention in mentions if mention.kind in _PLACES for code in mention.codes}
    if len(codes) == 1:
        return Outcome(codes.pop())
    if mentions:
        return unresolved("names more than one state")
    outcome = resolve_countries(text, language)
    if outcome.value is None or len(outcome.value) != 1:
        return unresolved(outcome.reason or "names more than one state")
    return Outcome(outcome.value[0])


def country_name(code: str) -> str:
    """Return the English short name of a code, the code itself if it is none of ours."""
    territory = territories().get(code)
    return code if territory is None else territory.name


def is_country_code(code: str) -> bool:
    """Tell whether `code` is assigned in ISO 3166-1 alpha-3, or is XKX or EUE."""
    return code in territories()
