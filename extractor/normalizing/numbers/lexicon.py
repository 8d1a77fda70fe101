"""The number words, units and currencies of a language as a trie over tokens, from the tables and CLDR."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError

from extractor.folding import AS_FIGURES
from extractor.normalizing.lexicons import load_table
from extractor.normalizing.numbers.literals import Marks
from extractor.normalizing.numbers.tokens import GAP_BREAK, Tokens, tokenize

Kinds = dict[str, tuple[Any, int]]
"""What phrases start at a token: for each kind the value and the end of the longest."""

_NOTHING: Kinds = {}
_LONGEST_ENDING = 8
_REMEMBERED = 20_000
"""Words of an article whose first steps are kept; the same words come again and again."""
_PIECES = frozenset({"small", "scale", "round", "half_of", "and", "plus_half", "parts"})
"""What a compound is made of; its last piece may be anything, with endings."""
_DECIMAL_KEYED = frozenset(
    {"small", "scale", "round", "letter", "half_of", "tenths", "fraction", "fraction_strict", "parts"}
    | {"mult", "dual", "weak_small"}
)


@dataclass(slots=True)
class Node:
    """One place in the trie; `stems` are for tokens that may go on with an ending."""

    exact: dict[str, "Node"] = field(default_factory=dict)
    stems: dict[str, "Node"] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)

    @property
    def leads_on(self) -> bool:
        """Tell whether longer phrases go on from here."""
        return bool(self.exact or self.stems)

    def steps(self, word: str) -> Iterator["Node"]:
        """Yield the nodes that `word` leads to, the loosest fit first."""
        if self.stems:
            for size in range(max(1, len(word) - _LONGEST_ENDING), len(word) + 1):
                if (node := self.stems.get(word[:size])) is not None:
                    yield node
        if (node := self.exact.get(word)) is not None:
            yield node


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """All that number reading knows of one language."""

    language: str
    marks: Marks
    spaced_groups: bool
    units_first: bool
    compounds: bool
    proclitics: tuple[str, ...]
    ablative: tuple[str, ...]
    root: Node
    first_steps: Callable[[str], tuple[Node, ...]]
    characters: str

    def tokenize(self, text: str) -> Tokens:
        """Cut a text into tokens the way this language writes numbers."""
        split = self._split if self.compounds or self.proclitics else None
        return tokenize(text, spaced_groups=self.spaced_groups, split=split, characters=self.characters)

    def matches(self, tokens: Tokens, first: int) -> Kinds:
        """Return the longest phrase of each kind that starts at token `first`."""
        words, gaps = tokens.words, tokens.gaps
        steps = self.first_steps(words[first])
        if not steps:
            return _NOTHING
        pending = [(node, first + 1) for node in steps]
        found: Kinds = {}
        while pending:
            node, at = pending.pop()
            for kind, value in node.kinds.items():
                if kind not in found or at > found[kind][1]:
                    found[kind] = (value, at)
            if node.leads_on and at < len(words) and gaps[at] < GAP_BREAK:
                pending.extend((step, at + 1) for step in node.steps(words[at]))
        return found

    def _knows(self, word: str) -> bool:
        return bool(self.first_steps(word))

    def _split(self, word: str) -> tuple[int, ...]:
        if self.proclitics and not self._knows(word):
            for clitic in self.proclitics:
                if word.startswith(clitic) and self._knows(word[len(clitic) :]):
                    return (len(clitic),)
        if self.compounds and len(word) > 4 and not self._knows(word):
            return self._compound(word, 0) or ()
        return ()

    def _compound(self, word: str, start: int) -> tuple[int, ...] | None:
        """Return where to cut the compound from `start` on; None if it is not made of number words."""
        for end in range(len(word) - 2, start + 1, -1):  # no piece of one letter
            node = self.root.exact.get(word[start:end])
            if node is None or not _PIECES & node.kinds.keys():
                continue
            if self._knows(word[end:]):
                return (end,)
            if (rest := self._compound(word, end)) is not None:
                return (end, *rest)
        return None


def _add(root: Node, phrase: str, kind: str, value: Any) -> None:
    """Put a phrase into the trie; "*" after a word admits endings; the first meaning of a kind stays."""
    node = root
    for word in _phrase_tokens(phrase):
        stem = word.endswith("*")
        step = node.stems if stem else node.exact
        node = step.setdefault(word.rstrip("*"), Node())
    if node is not root:
        node.kinds.setdefault(kind, value)


_PHRASE = re.compile(r"([^\s*]+)(\*?)")


def _phrase_tokens(phrase: str) -> list[str]:
    words: list[str] = []
    for match in _PHRASE.finditer(phrase):
        tokens = tokenize(match[1], spaced_groups=False)
        words.extend(tokens.words)
        if match[2] and words:
            words[-1] += "*"
    return words


def _value_of(kind: str, key: str) -> Any:
    if key and kind in _DECIMAL_KEYED:
        top, _, bottom = key.partition("/")
        return Decimal(top) / Decimal(bottom or 1)
    if kind == "unit":
        factor, _, name = key.rpartition(" ")
        return name, Decimal(factor or 1)
    return key


def _add_table(root: Node, table: dict[str, Any]) -> None:
    for kind, entry in table.items():
        if kind in {"settings", "stopwords"}:
            continue
        groups = entry.items() if isinstance(entry, dict) else [("", entry)]
        for key, phrases in groups:
            value = _value_of(kind, str(key))
            for phrase in str(phrases).split("|"):
                _add(root, phrase, kind, value)


_CUT = {"de": 2, "nl": 1, "es": 2, "pt": 2, "it": 2, "fr": 2, "ro": 2} | dict.fromkeys(
    ("ru", "uk", "pl", "cs", "sk", "bg", "sr", "hr", "sl", "be", "lt", "lv"), 2
)
"""How many letters of an adjective its endings take in a language; elsewhere they stay whole."""


def _stemmed(word: str, language: str) -> str:
    cut = _CUT.get(language, 0)
    return f"{word[:-cut]}*" if cut and len(word) > cut + 3 else f"{word}*" if len(word) > 3 else word


def _add_cldr(root: Node, language: str, codes: list[str]) -> None:
    """Add CLDR's currency names that say the country, such as "Canadian dollars", and the names of months."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return
    plurals = locale._data["currency_names_plural"]  # noqa: SLF001 - Babel has no door to the plural names
    for code in codes:
        for name in {locale.currencies.get(code, code), *dict(plurals.get(code, {})).values()}:
            if len(name.split()) > 1 or "-" in name:
                _add(
                    root,
                    " ".join(_stemmed(word, language) for word in AS_FIGURES.fold(name).text.split()),
                    "currency",
                    code,
                )
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month in dict(locale.months[context].get(width, {})).values():
                if len(month) > 2 and not month[0].isdigit():
                    _add(root, month, "month", month)


def has_lexicon(language: str) -> bool:
    """Tell whether there is a table for the language (its primary subtag)."""
    return bool(load_table(f"numbers/{language}"))


@cache
def load_lexicon(language: str, region: str = "") -> Lexicon:
    """Build the lexicon of a language, and of a region or script of it (such as "mx", "hant"); built once."""
    table, common = load_table(f"numbers/{language}"), load_table("numbers/common")
    regional = common["regional"].get(f"{language}-{region}", {})
    settings = {**table.get("settings", {}), **regional.get("settings", {})}
    root = Node()
    for part in (regional, table, common["shared"]):
        _add_table(root, part)
    codes = common["codes"].split()
    for code in codes:
        _add(root, code, "code", code)
    _add_cldr(root, language, codes)
    decimal = settings.get("decimal", ".")
    return Lexicon(
        language=language,
        marks=Marks(decimal, tuple(settings.get("three", {}).items()), settings.get("slash", False)),
        spaced_groups=settings.get("spaced_groups", False),
        units_first=settings.get("units_first", False),
        compounds=settings.get("compounds", False),
        proclitics=tuple(AS_FIGURES.fold(clitic).text for clitic in settings.get("proclitics", "").split()),
        ablative=tuple(settings.get("ablative", "").split()),
        root=root,
        first_steps=lru_cache(_REMEMBERED)(lambda word: tuple(root.steps(word))),
        characters="".join(sorted(_characters(root))),
    )


def _characters(node: Node) -> set[str]:
    """Return the single characters that phrases are made of."""
    found = {word for word in node.exact if len(word) == 1}
    for step in (*node.exact.values(), *node.stems.values()):
        found |= _characters(step)
    return found
