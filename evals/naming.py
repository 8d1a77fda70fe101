"""Names of persons and delegations to credit; uses no lexicon of ours: the pupil does not mark the exam.

An alias that is equal after folding is right. Else the romanised tokens, in any order, must each be alike
inside one country. A family name alone is half right where nobody else of the article has it.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations

from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler

from evals.cases import Record, is_empty
from evals.wording import token_f1, tokens

ALIKE = 0.75
"""Jaro-Winkler from which two tokens may be spellings of one name (SCORING, "person")."""
_SAME_FAMILY_NAME = 0.9
_MOST_TOKENS = 7
_JOINERS = re.compile("['’ʼʻ`´.]")
_WORD = re.compile("[a-z0-9]+")

Tokens = tuple[str, ...]


@lru_cache(maxsize=8192)
def name_tokens(name: str) -> Tokens:
    """Return the words of a name in plain Latin letters; hyphens part, apostrophes do not."""
    composed = unicodedata.normalize("NFKC", name)
    return tuple(_WORD.findall(anyascii(_JOINERS.sub("", composed)).casefold()))


def is_alias(one: str, other: str) -> bool:
    """Tell whether two names are equal after folding, in whatever order and spacing."""
    first, second = name_tokens(one), name_tokens(other)
    if not first or not second:
        return False
    return sorted(first) == sorted(second) or "".join(first) == "".join(second)


def names_alike(one: str, other: str) -> bool:
    """Tell whether two names may be one: each token of the shorter is like one of the longer."""
    first, second = sorted((name_tokens(one), name_tokens(other)), key=len)
    if len(first) < 2 or len(second) > _MOST_TOKENS:
        return len(first) == len(second) == 1 and JaroWinkler.similarity(first[0], second[0]) >= ALIKE
    return _covers(first, second) or any(_covers(first, joined) for joined in _joined(second, len(first)))


def _covers(short: Tokens, long: Tokens) -> bool:
    if len(short) > len(long):
        return False
    return any(
        all(JaroWinkler.similarity(a, b) >= ALIKE for a, b in zip(short, order, strict=True))
        for order in permutations(long, len(short))
    )


def _joined(long: Tokens, length: int) -> Iterable[Tokens]:
    """Yield the longer name with two neighbours in one word, if that makes it as long as the other."""
    if len(long) == length + 1:
        for at in range(length):
            yield (*long[:at], long[at] + long[at + 1], *long[at + 2 :])


def shares_family_name(one: str, other: str) -> bool:
    """Tell whether one name is a single word of the other."""
    short, long = sorted((name_tokens(one), name_tokens(other)), key=len)
    if len(short) != 1 or len(long) < 2:
        return False
    return any(JaroWinkler.similarity(short[0], token) >= _SAME_FAMILY_NAME for token in long)


def same_country(gold: Record, answer: Record) -> bool:
    """Tell whether two records may be of people of one country: one unknown contradicts nothing."""
    accepted, given = gold.field("country").accepted, answer.value("country")
    return not accepted or is_empty(given) or given in accepted


def person_credit(accepted: Iterable[str], name: str, *, one_country: bool, people: Iterable[str]) -> float:
    """Return the credit of a name; `people` are the persons of the key, who may share a family name."""
    known = tuple(accepted)
    if any(is_alias(alias, name) for alias in known):
        return 1.0
    if not one_country:
        return 0.0
    if any(names_alike(alias, name) for alias in known):
        return 1.0
    if any(shares_family_name(alias, name) for alias in known) and _is_unique(name, known, people):
        return 0.5
    return 0.0


def _is_unique(name: str, known: tuple[str, ...], people: Iterable[str]) -> bool:
    """Tell whether no other person of the article could be meant by the name."""
    return not any(
        shares_family_name(name, person) or is_alias(name, person)
        for person in people
        if not any(is_alias(person, alias) for alias in known)
    )


def delegation_credit(accepted: Iterable[str], name: str) -> float:
    """Return the credit of the name of an unnamed side ("Saudi delegation"): the words that are shared."""
    best = max((token_f1(alias, name) for alias in accepted), default=0.0)
    return 1.0 if best >= 0.8 else 0.5 if best >= 0.5 else 0.0


def written_alike(gold: Record, answer: Record) -> bool:
    """Tell whether both copy the same words of the article as the name."""
    written = answer.value("name_as_written")
    if not isinstance(written, str) or not tokens(written):
        return False
    return any(tokens(alias) == tokens(written) for alias in gold.field("name_as_written").accepted)


def distinct_people(records: Iterable[Record]) -> tuple[str, ...]:
    """Return the names of the persons of a key, each once."""
    names: list[str] = []
    for record in records:
        name = record.value("name")
        if isinstance(name, str) and not any(is_alias(name, known) for known in names):
            names.append(name)
    return tuple(names)
