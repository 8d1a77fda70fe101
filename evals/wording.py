"""Words of any script to tokens, and how much two wordings share; knows no language."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_TOKEN = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd]"
    "|[^\\W_\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]+"
)
"""A letter of a script whose words are not, or not reliably, set apart by spaces; else a word."""


@lru_cache(maxsize=16384)
def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text after NFKC and case folding; Han, kana and Hangul letter by letter."""
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def token_f1(one: str, other: str) -> float:
    """Return the F1 of the two multisets of words; the order of words does not matter."""
    first, second = Counter(tokens(one)), Counter(tokens(other))
    both = sum((first & second).values())
    total = sum(first.values()) + sum(second.values())
    return 2 * both / total if total else 0.0


def title_credit(one: str, other: str) -> float:
    """Return 1 for a token F1 of at least 0.8, 0.5 for at least 0.5, else 0."""
    shared = token_f1(one, other)
    return 1.0 if shared >= 0.8 else 0.5 if shared >= 0.5 else 0.0
