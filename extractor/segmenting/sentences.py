"""A block of text to sentences, as spans of the untouched text; line breaks within the block count as spaces.

A stop ends a sentence unless something speaks against it: a small letter after it, an abbreviation, initial,
ordinal or date before it, a quotation that goes on. Where no table speaks for a language, sentencex, which
knows some 300, must agree.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from extractor.article import Span

_CLOSERS = "\"'”’“»«›‹)\\]」』】〉》）〕］"
_WIDE_CLOSERS = "\"'”’»)\\]」』】〉》）〕］"
# Stops that need no space after them, and those that do.
_STOP = re.compile(
    rf"(?P<wide>[。！？｡．؟۔।॥።၊။។]+)(?P<wide_close>[{_WIDE_CLOSERS}]*)"
    rf"|(?P<stop>[.!?…‥]+)(?P<close>[{_CLOSERS}]*(?:[ \u00a0\u202f]»(?!\w))?)"
)
_STOP_SIGN = re.compile(r"[。！？｡．؟۔।॥။၊.!?…‥]")
_AFTER = re.compile(r"\s+[\"'“”„«»‘‹›(\[「『（—–\-•*]*\s*(?P<word>[^\W_][\w’'\-]{0,40})?")
_TOKEN = re.compile(r"[^\s()\[\]\"'“”„«»‘’,;:/、，；：（「]+$")
_DATE_GOES_ON = re.compile(r"\s+\d{1,2}\s*\.")
_DATE_BEFORE = re.compile(r"\d{1,4}\.\s*\d{1,2}$")
_INITIALS = re.compile(r"[^\W\d_](?:\.-?[^\W\d_])*")
_ROMAN = re.compile(r"[IVXLC]+")
_HANGUL_END = re.compile(r"[다요까음임함됨]$")
_HANGUL = re.compile(r"[가-힣]")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")
_QUOTES = frozenset("\"'”’“»«›‹」』")
# Korean particles that carry on the sentence in which a quotation stood, even after a space.
_PARTICLE = re.compile(r"(?:이?라(?:고|며|면서|는)|고|며|면서|는)(?:$|\W|[가-힣])")
_BRACKETS = {"「": "」", "『": "』", "（": "）", "《": "》"}
_OPENING_BRACKET = re.compile(f"[{''.join(_BRACKETS)}]")
_LONGEST_QUOTATION = 400  # a bracket that closes later than this was never closed


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a language has before and after its stops; see sentence_rules.json."""

    language: str
    names: frozenset[str]
    numbers: frozenset[str]
    inner: frozenset[str]
    openers: frozenset[str]
    ordinals: bool


def split_sentences(text: str, span: Span, language: str | None) -> tuple[Span, ...]:
    """Return the sentences of a block, in order; every character that is not a space is in one of them.

    `language` is a BCP-47 base code or None. Linear in the length of the block.
    """
    block = span.of(text)
    rules = _rules(language or "en")
    quoted = _inside_brackets(block)
    cuts = [
        match.end() for match in _stops(block) if not quoted[match.start()] and _ends(block, match, rules)
    ]
    if language is not None and language not in _table():
        cuts = _agreed(block, cuts, language)
    return tuple(_trimmed(block, cuts, span.start))


def _stops(block: str) -> Iterator[re.Match[str]]:
    """Yield the stops; a search for one sign of many is far quicker than one for either of two patterns."""
    sign = _STOP_SIGN.search(block)
    while sign is not None:
        match = _STOP.match(block, sign.start())
        assert match is not None
        yield match
        sign = _STOP_SIGN.search(block, match.end())


def _ends(block: str, match: re.Match[str], rules: _Rules) -> bool:
    end = match.end()
    if end == len(block):
        return False
    if match["wide"]:
        return _wide_ends(block, match, rules)
    if not block[end].isspace():
        return _glued_ends(block, match)
    after = _AFTER.match(block, end)
    word = (after["word"] if after else None) or ""
    return not word[:1].islower() and _spaced_ends(block, match, word, rules)


def _spaced_ends(block: str, match: re.Match[str], word: str, rules: _Rules) -> bool:
    """Tell whether a stop ends a sentence when a space and a word that can begin one follow."""
    if match["close"].strip()[-1:] in _QUOTES:
        return not (rules.language == "ko" and _PARTICLE.match(word))
    return match["stop"] != "." or _full_stop_ends(block, match.start(), word, rules)


def _wide_ends(block: str, match: re.Match[str], rules: _Rules) -> bool:
    following = block[match.end()]
    if match["wide"] == "．" and following.isdigit():
        return False
    if following in "、，；,;」』）)":
        return False
    if not match["wide_close"] or following.isspace() or following in "「『（“":
        return True
    # after a closed quotation the sentence mostly goes on in Japanese, and in Chinese after a question
    return rules.language == "zh" and match["wide"].endswith("。")


def _glued_ends(block: str, match: re.Match[str]) -> bool:
    """Tell whether a stop without space after it ends a sentence: a frequent slip in Korean and Arabic."""
    if match["stop"] != "." or match["close"]:
        return False
    before, after = block[max(0, match.start() - 3) : match.start()], block[match.end()]
    if _HANGUL_END.search(before):
        return bool(_HANGUL.match(after))
    return len(_ARABIC.findall(before)) == 3 and bool(_ARABIC.match(after))


def _full_stop_ends(block: str, stop: int, word: str, rules: _Rules) -> bool:
    found = _TOKEN.search(block, max(0, stop - 40), stop)
    token = found.group() if found else ""
    if token.isdigit():
        return _number_ends(block, (stop - len(token), stop), word, rules)
    folded = token.casefold()
    if folded in rules.names or (folded in rules.numbers and _is_number(word)):
        return False
    if folded in rules.inner:
        return _opens(word, rules)
    if rules.ordinals and _ROMAN.fullmatch(token):
        return word in rules.openers
    return not _INITIALS.fullmatch(token) or _initials_end(block, token, stop, word, rules)


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or bool(_ROMAN.fullmatch(word))


def _number_ends(block: str, number: tuple[int, int], word: str, rules: _Rules) -> bool:
    """Tell whether the stop after a number ends a sentence, and is not that of a date, ordinal or list."""
    start, stop = number
    digits = stop - start
    if not block[:start].strip():
        return False  # "1. The parties ..."
    if word[:1].isdigit() and (digits <= 2 or _DATE_GOES_ON.match(block, stop + 1)):
        return False
    opens = word in rules.openers
    if digits <= 2 and not opens and _DATE_BEFORE.search(block, max(0, stop - 12), stop):
        return False
    return opens or not (rules.ordinals and digits <= 2)


def _initials_end(block: str, token: str, stop: int, word: str, rules: _Rules) -> bool:
    if _ARABIC.match(token):
        return len(token) > 1
    if _HANGUL.match(token) or not (token[0].isupper() or token[0].islower()):
        return True  # a word of one letter, in a script without capitals
    if word in rules.openers:
        return True
    if token[0].isupper():
        return False
    before = block[max(0, stop - len(token) - 40) : stop - len(token)].rstrip()
    # "т. д.", "2025 г.", "2025 r." may end a sentence; a date alone, as at its start, does not
    return not rules.openers and word[:1].isupper() and len(before) > 25 and (before[-1:] in ".0123456789")


def _opens(word: str, rules: _Rules) -> bool:
    if rules.openers:
        return word in rules.openers
    return not (word[:1].isdigit() or (word.isupper() and len(word) > 1))  # "млн. долл. США"


def _inside_brackets(block: str) -> bytearray:
    """Return a flag per character: 1 within brackets of East Asia that are closed soon enough."""
    inside = bytearray(len(block))
    if _OPENING_BRACKET.search(block) is None:
        return inside
    opened: list[tuple[str, int]] = []
    for position, char in enumerate(block):
        if char in _BRACKETS:
            opened.append((_BRACKETS[char], position))
        elif opened and char == opened[-1][0]:
            start = opened.pop()[1]
            if not opened and position - start <= _LONGEST_QUOTATION:
                inside[start:position] = b"\1" * (position - start)
        elif opened and position - opened[0][1] > _LONGEST_QUOTATION:
            opened.clear()
    return inside


def _agreed(block: str, cuts: list[int], language: str) -> list[int]:
    from sentencex import get_sentence_boundaries  # noqa: PLC0415 - for languages without a table only

    found = get_sentence_boundaries(language, block)
    theirs = {boundary["start_index"] for boundary in found} | {boundary["end_index"] for boundary in found}
    return [cut for cut in cuts if theirs & set(range(cut, min(cut + 4, len(block))))]


def _trimmed(block: str, cuts: list[int], offset: int) -> list[Span]:
    """Return the pieces between cuts without the spaces around them; one without a word joins the last."""
    spans: list[Span] = []
    for start, end in pairwise((0, *cuts, len(block))):
        piece = block[start:end]
        if not piece.strip():
            continue
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if spans and not any(map(str.isalnum, piece)):
            spans[-1] = Span(spans[-1].start, offset + right)
        else:
            spans.append(Span(offset + left, offset + right))
    return spans


@cache
def _table() -> dict[str, dict[str, str]]:
    raw: dict[str, dict[str, str]] = json.loads(
        resources.files(__package__).joinpath("sentence_rules.json").read_text("utf-8")
    )
    return {language: words for language, words in raw.items() if language != "comment"}


@cache
def _rules(language: str) -> _Rules:
    words = _table().get(language) or _table()["en"]
    return _Rules(
        language=language,
        names=frozenset(words["names"].split()),
        numbers=frozenset(words["numbers"].split()),
        inner=frozenset(words["inner"].split()),
        openers=frozenset(words.get("openers", "").split()),
        ordinals=bool(words.get("ordinals")),
    )
