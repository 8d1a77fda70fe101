"""Names and acronyms of international organisations, in many languages, to one canonical name each.

Organisations are parties in their own right and are never expanded into their members.
"""

from functools import cache, lru_cache

from extractor.article import Span
from extractor.normalizing.lexicons import listed, load_table
from extractor.normalizing.outcome import Outcome, unresolved
from extractor.normalizing.phrases import Hit, Phrase, PhraseIndex
from extractor.normalizing.places.lexicon import language_of


@cache
def _index(language: str | None) -> PhraseIndex[str]:
    """Return the index of a language with English, of all languages without one."""
    table: dict[str, dict[str, str]] = load_table("organisations")
    wanted = None if language is None else {language, "en"}
    return PhraseIndex(
        Phrase(name.rstrip("?"), organisation, one, "weak" if name.endswith("?") else "noun")
        for organisation, names in table.items()
        for one, cell in names.items()
        if wanted is None or one in wanted
        for name in listed(cell)
    )


def _is_sure(_text: str, hit: Hit[str]) -> bool:
    return hit.phrase.sort != "weak"


def find_organisations(text: str, language: str | None) -> tuple[tuple[Span, str], ...]:
    """Return every mention of an organisation with its canonical name; half-open spans in code points.

    `language` is a BCP-47 tag; its names and the English ones are looked for, without it all of them.
    """
    hits = _index(language_of(language)).find(text, _is_sure)
    return tuple(_with_sign(text, hit.span, hit.meaning) for hit in hits)


def _with_sign(text: str, span: Span, organisation: str) -> tuple[Span, str]:
    """Return OPEC+ for OPEC with the sign behind it."""
    if organisation == "OPEC" and text[span.end : span.end + 1] == "+":
        return Span(span.start, span.end + 1), "OPEC+"
    return span, organisation


@lru_cache(1024)
def resolve_organisation(text: str, language: str | None) -> Outcome[str]:
    """Return the canonical name of the one organisation that a few words name, "NATO", "World Bank".

    The words' own language comes first, then all of them; its acronym or name may stand among other
    words ("the ASEAN side"), but two organisations have no one name.
    """
    bare = language_of(language)
    for tried in dict.fromkeys((bare, None)):
        index = _index(tried)
        whole = {_with_sign(text, hit.span, hit.meaning)[1] for hit in index.whole(text)}
        named = whole or {organisation for _, organisation in find_organisations(text, tried)}
        if len(named) == 1:
            return Outcome(named.pop())
        if named:
            return unresolved("names more than one organisation")
    return unresolved("names no organisation known")
