"""Tokens to points and stretches of time: a cascade of rewriting rules over their symbols, one rule a line.

The same rules serve all languages; what differs is in the lexicons' flags. The symbols are those of
`lexing`; L is a length of time.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from extractor.normalizing.dates.lexicon import load_lexicon
from extractor.normalizing.dates.lexing import Token
from extractor.normalizing.dates.meanings import (
    Meaning,
    read_ago,
    read_before,
    read_between,
    read_calendar,
    read_century,
    read_cumulative_months,
    read_dated_weekday,
    read_day_and_month,
    read_dotted,
    read_first_months,
    read_leftover,
    read_length,
    read_listed,
    read_merged,
    read_month_said_twice,
    read_named,
    read_next_year,
    read_numbered_day,
    read_numbered_weekday,
    read_numbers_after,
    read_numbers_before,
    read_numbers_between,
    read_open_end,
    read_open_start,
    read_part_of_now,
    read_part_of_this_year,
    read_part_of_year,
    read_pass,
    read_qualified,
    read_relative,
    read_relative_name,
    read_relative_unit,
    read_slashed_year,
    read_span_around_now,
    read_stretch_merged,
    read_weekend,
    read_with_year_after,
    read_with_year_before,
    read_year,
    read_year_word,
    read_years,
    read_years_after_year,
    read_years_with_word,
)
from extractor.normalizing.dates.points import Length, Point, Stretch
from extractor.normalizing.dates.settling import Reason

_SYMBOLS: dict[type, str] = {Point: "P", Stretch: "R", Length: "L", Reason: "!"}
_ROUNDS = 6  # a list or range has few members; a bound keeps the time linear
_REMEMBERED = 8192  # rows of symbols; those of most sentences are alike


class _Rule(NamedTuple):
    pattern: str
    build: Callable[[Sequence[Token]], Meaning]
    flag: str = ""  # the language must have this trait, or with "-" before it must not


def parse(tokens: list[Token], language: str) -> list[Token]:
    """Return the tokens with every date rewritten to one token: P a point, R a stretch, L a length."""
    rules = _rules_of(language)
    symbols = _symbols(tokens)
    place = _next_rule(symbols, language, 0)
    while place < len(rules):
        for _ in range(_ROUNDS):
            before = len(tokens)
            tokens = _apply(rules[place], tokens, symbols)
            symbols = _symbols(tokens)
            if len(tokens) == before:
                break
        place = _next_rule(symbols, language, place + 1)
    return tokens


@cache
def _rules_of(language: str) -> tuple[_Rule, ...]:
    """Return the rules of a language, in order."""
    has = load_lexicon(language).has
    return tuple(
        rule
        for rule in _RULES
        if not rule.flag or has(rule.flag.removeprefix("-")) is not rule.flag.startswith("-")
    )


@lru_cache(_REMEMBERED)
def _next_rule(symbols: str, language: str, start: int) -> int:
    """Return the place of the first rule from `start` on that may apply; most sentences have none."""
    rules = _rules_of(language)
    fitting = (place for place in range(start, len(rules)) if _compiled(rules[place].pattern).search(symbols))
    return next(fitting, len(rules))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _symbols(tokens: list[Token]) -> str:
    return "".join([token.symbol for token in tokens])


def _apply(rule: _Rule, tokens: list[Token], symbols: str) -> list[Token]:
    """Return the tokens, whose symbols are given, with a rule applied wherever it fits."""
    pattern = _compiled(rule.pattern)
    result: list[Token] = []
    position = copied = 0
    while match := pattern.search(symbols, position):
        start, end = match.span()
        meaning = rule.build(tokens[start:end])
        if meaning is None:
            position = start + 1
            continue
        result += tokens[copied:start]
        result.append(Token(_SYMBOLS[type(meaning)], tokens[start].start, tokens[end - 1].end, meaning))
        position = copied = end
    return result + tokens[copied:]


_RULES = (
    _Rule(r"[noyC]?[,&]?H(?:[yC]|[PRcd]*)", read_calendar),
    # years
    _Rule(r"(?<![no])uy", read_year_word),
    _Rule(r"yu", read_year_word),
    _Rule(r"Ru", read_years_with_word),
    _Rule(r"(?<=[fvb])y[-xt&]D?y|y[-xt]y|y&y(?=B)", read_years),
    _Rule(r"[no]u|u[no]", read_century),
    # days of months
    _Rule(r"[no]?m&m", read_month_said_twice),
    _Rule(r"[no]m|ovm|cd|md", read_day_and_month),
    _Rule(r"(?<!i)m[no](?![uC])", read_day_and_month, "month_day"),
    _Rule(r"(?<=[Dfbi])[no][-&tx]k", read_numbers_before),
    _Rule(r"(?<=D)k|ky", read_dotted),
    _Rule(r"P,?k", read_dated_weekday),
    _Rule(r"[no][-&tx]D?[Pdc]|[no],R", read_numbers_before),
    _Rule(r"(?<=b)[no]&D?[Pd]", read_numbers_between),
    _Rule(r"[no],[Pd]", read_numbers_before, "unspaced"),
    _Rule(r"d[-&tx]D?[Pd]", read_numbers_before),
    _Rule(r"P[-&tx]d|PFdT?|dFdT?", read_numbers_after),
    _Rule(r"P&[no]B|P[-&tx][no](?![umC])|PF[no]T", read_numbers_after, "month_day"),
    # counted and relative units
    _Rule(r"on[uA]|oou|nou|uno", read_first_months),
    _Rule(r"[az]nu|n[az]u", read_span_around_now),
    _Rule(r"nu[az]|un[az]", read_span_around_now, "mod_after"),
    _Rule(r"nu[gj]|Gnu|nA", read_ago),
    _Rule(r"nul|lnu", read_relative),
    _Rule(r"ouu", read_part_of_this_year),
    _Rule(r"ou(?!u)", read_part_of_year),
    _Rule(r"u[no]", read_part_of_year, "mod_after"),
    _Rule(r"(?<![noK])u[aj]", read_relative_unit, "mod_after"),
    _Rule(r"[Pmcs]j", read_relative_name, "mod_after"),
    _Rule(r"[Pmcs]a(?!u)", read_relative_name, "mod_after"),
    _Rule(r"(?<![no])au(?!n)", read_relative_unit),
    _Rule(r"a[Pmcsd]", read_relative_name),
    _Rule(r"(?<![noK])ug|Gu", read_relative_unit, "one_ago"),
    _Rule(r"nu(?=i?(?:[yP]))", read_cumulative_months, "cumulative"),
    # names alone
    _Rule(r"[mcds]", read_named),
    _Rule(r"PN", read_numbered_day),
    _Rule(r"P,?D?o(?!u)", read_numbered_weekday),
    _Rule(r"Pn(?=$|[,|&x-])", read_numbered_weekday, "weekday_day"),
    _Rule(r"D[no](?=$|[,|&x-])", read_named, "-ordinal_dot"),
    _Rule(r"Do(?=$|[,|&xt-])", read_named, "ordinal_dot"),
    # parts and whole dates
    _Rule(r"(?<![noa])u", read_weekend),
    _Rule(r"pu", read_part_of_now),
    _Rule(r"(?<![noa])up|(?<![noa])u(?=T)", read_part_of_now, "year_first"),
    _Rule(r"pP|Pp", read_pass),
    _Rule(r"y,?[PR](?!,?y)", read_with_year_before, "year_first"),
    _Rule(r"yP", read_with_year_before),
    _Rule(r"[PR][,iv]?y(?!u)", read_with_year_after),
    _Rule(r"P[,iv]?P", read_merged),
    _Rule(r"P[,i]?R|R[,i]?P", read_stretch_merged),
    _Rule(r"P[-tx]y|(?<=b)P&y|P&y(?=B)", read_years_after_year),
    _Rule(r"(?<=[ifvebtDp~?])y|y(?=[FTEBp])", read_year),
    _Rule(r"P&y(?!u)", read_slashed_year, "slash_days"),
    _Rule(r"P&y(?!u)", read_next_year),
    _Rule(r"P[,iv]?P", read_merged),
    _Rule(r"P[,i]?R|R[,i]?P", read_stretch_merged),
    _Rule(r"pP|Pp", read_pass),
    _Rule(r"[?~][iD]?P|P,?[?~],?", read_qualified),
    # stretches
    _Rule(r"[lG][iD]?[PL]|[PL]l", read_relative),
    _Rule(r"Pg", read_before),
    _Rule(r"bP&[iD]?P|P&[iD]?PB|[fv]?PFPT?|[fv]?P[-tx]PT?", read_between),
    _Rule(r"P&[iD]?P", read_listed),
    _Rule(r"[fvb]R[TB]?|R[TB]", read_pass),
    _Rule(r"Px(?=nu)", read_open_end),
    _Rule(r"[fe][iD]?P[FE]*|P[FE]+", read_open_end),
    _Rule(r"t[iD]?P|PT", read_open_start),
    _Rule(r"[iD]+[PR]", read_pass),
    _Rule(r"nu", read_length),
    _Rule(r"o[uA]|[uA]o", read_leftover),
)
