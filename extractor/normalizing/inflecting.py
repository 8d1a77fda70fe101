"""Says, from data, which endings a word of a lexicon may take, and what is written on to its front."""

import re
from functools import cache

from extractor.normalizing.lexicons import load_table

_NONE = re.compile("")
_LONGEST_TAIL = 5
"""Letters of a word that its endings may replace."""


@cache
def _endings(language: str) -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, dict[str, str]]] = load_table("inflections")
    return table.get(language, {})


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


@cache
def _rules(language: str, sort: str, *, last: bool) -> tuple[dict[str, str], tuple[int, ...]]:
    """Return the endings for each tail of words of a sort, and how long tails are, the longest first."""
    rules = _endings(language)
    table = {**rules.get(sort, {}), **(rules.get(f"{sort} last", {}) if last else {})}
    return table, tuple(sorted({len(tail) for tail in table if len(tail) <= _LONGEST_TAIL}, reverse=True))


@cache
def pattern_of(word: str, language: str, sort: str, *, last: bool) -> tuple[str, re.Pattern[str]]:
    """Return the folded stem of a folded `word` and the endings it may take.

    `sort` is noun, adjective or whatever the table has; `last` tells whether the word ends its phrase:
    languages with case suffixes put them there only (rules under `sort` last, e.g. "noun last").
    """
    table, sizes = _rules(language, sort, last=last)
    for size in sizes:
        tail = word[len(word) - size :]
        if size < len(word) and tail in table:
            return word[: len(word) - size], _compiled(table[tail])
    return word, _NONE


@cache
def proclitics_of(language: str) -> tuple[re.Pattern[str], ...]:
    """Return what a language writes on to the front of a word: prepositions, conjunctions, articles."""
    written = _endings(language).get("proclitics", {})
    return tuple(_compiled(expression) for expression in written.values())
