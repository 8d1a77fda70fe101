"""A language tag, or the letters of a text, to the lexicons that may read its numbers."""

import re
from collections import Counter
from functools import cache

from extractor.normalizing.lexicons import load_table
from extractor.normalizing.numbers.lexicon import Lexicon, has_lexicon, load_lexicon

_SAMPLE = 2000
_SCRIPTS = {
    "hangul": re.compile("[가-힣]"),
    "kana": re.compile("[\u3041-\u30ff]"),
    "han": re.compile("[\u3400-\u9fff]"),
    "arabic": re.compile("[\u0620-\u064a\u066e-\u06d3]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "devanagari": re.compile("[\u0904-\u0939]"),
    "hebrew": re.compile("[\u05d0-\u05ea]"),
    "greek": re.compile("[\u0370-\u03ff]"),
    "thai": re.compile("[\u0e01-\u0e2e]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
}


def known_lexicon(language: str | None) -> Lexicon | None:
    """Return the lexicon of a BCP-47 tag (primary subtag and region or script); None if there is no table."""
    if not language:
        return None
    primary, *rest = language.lower().replace("_", "-").split("-")
    aliases: dict[str, str] = load_table("numbers/common")["aliases"]
    primary = aliases.get(primary, primary)
    if not re.fullmatch("[a-z]{2,3}", primary) or not has_lexicon(primary):
        return None
    regional = load_table("numbers/common")["regional"]
    region = next((part for part in rest if f"{primary}-{part}" in regional), "")
    return load_lexicon(primary, region)


@cache
def _by_script() -> dict[str, tuple[str, ...]]:
    table: dict[str, str] = load_table("numbers/common")["scripts"]
    return {script: tuple(languages.split()) for script, languages in table.items()}


def possible_languages(text: str) -> tuple[str, ...]:
    """Return the languages of the script that most letters are in; those of Latin if there are no letters."""
    sample = text[:_SAMPLE]
    counts = {script: len(pattern.findall(sample)) for script, pattern in _SCRIPTS.items()}
    counts["han"] *= 2  # a Han sign says as much as a word of letters
    if counts["kana"] and counts["kana"] * 4 >= counts["han"] / 2:
        counts["kana"] += counts["han"]
    script = max(counts, key=lambda name: counts[name])
    return _by_script()[script if counts[script] else "latin"]


def likely_lexicon(text: str) -> Lexicon:
    """Return the lexicon for a running text of unknown language, chosen by its script and commonest words."""
    languages = possible_languages(text)
    words = Counter(re.findall(r"[^\W\d_]+", text[:_SAMPLE].lower()))
    common: dict[str, str] = load_table("numbers/common")["stopwords"]
    return load_lexicon(
        max(languages, key=lambda one: sum(words[word] for word in common.get(one, "").split()))
    )
