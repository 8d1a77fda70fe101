"""Number tokens to exact values: digits, number words, magnitudes, alone or mixed; knows nothing of units."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from extractor.normalizing.numbers.lexicon import Kinds, Lexicon
from extractor.normalizing.numbers.literals import NumberReason, read_literal
from extractor.normalizing.numbers.tokens import GAP_NONE, GAP_SPACE, Tokens

_CHARACTER = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_LONGEST_NUMBER = 40
"""Tokens; a bound that keeps the time linear."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number read from the tokens up to `end`; `order` is its last magnitude (1 for none)."""

    value: Decimal
    end: int
    order: Decimal
    spelled: bool
    over: bool = False
    letter: bool = False


class Tally:
    """The sum of a number as it is being read: parts with the magnitude that closed each."""

    def __init__(self) -> None:
        self.parts: list[tuple[Decimal, Decimal]] = []
        self.literal_last = False

    @property
    def order(self) -> Decimal:
        """The last magnitude; 1 when the last part is open."""
        return self.parts[-1][1]

    @property
    def total(self) -> Decimal:
        """The sum of all parts."""
        return sum((value for value, _ in self.parts), Decimal(0))

    def takes_small(self, value: Decimal, *, joined_units_first: bool) -> bool:
        """Tell whether a number word of `value` continues the number, as five after twenty does."""
        if not self.parts:
            return True
        last, order = self.parts[-1]
        if self.literal_last:
            return False
        if order > 1:
            return value < order
        if joined_units_first and last < 10 and 20 <= value < 100 and value % 10 == 0:
            return True
        return any(
            last >= slot and last % slot == 0 and 0 < value < slot for slot in (Decimal(100), Decimal(10))
        )

    def add(self, value: Decimal, order: Decimal = Decimal(1), *, literal: bool = False) -> None:
        """Append a part."""
        self.parts.append((value, order))
        self.literal_last = literal

    def open_before(self, order: Decimal) -> bool:
        """Tell whether there are parts that a magnitude would multiply."""
        return bool(self.parts) and self.parts[-1][1] < order

    def scale(self, order: Decimal) -> None:
        """Multiply the open parts by a magnitude."""
        value = Decimal(0)
        while self.open_before(order):
            value += self.parts.pop()[0]
        self.add(value * order, order)

    def add_half(self) -> None:
        """Add half of the last magnitude, as in "two million and a half"."""
        self.add(self.order / 2, self.order)


class Reading:
    """A text in tokens with the phrases that start at each, looked up once."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.tokens: Tokens = lexicon.tokenize(text)
        self._count = len(self.tokens)
        self._kinds: list[Kinds] = [lexicon.matches(self.tokens, at) for at in range(self._count)]

    def kinds(self, at: int) -> Kinds:
        """Return what phrases start at token `at`; nothing past the end."""
        return self._kinds[at] if 0 <= at < self._count else {}

    def end_of(self, kind: str, at: int) -> int | None:
        """Return the end of the phrase of a kind at `at`, if one starts there."""
        match = self._kinds[at].get(kind) if 0 <= at < self._count else None
        return match[1] if match else None

    def word(self, at: int) -> str:
        """Return the folded word at `at`; empty past the ends."""
        return self.tokens.words[at] if 0 <= at < self._count else ""

    def ends_before(self, kinds: tuple[str, ...], at: int) -> bool:
        """Tell whether a phrase of one of the kinds, of three tokens at most, ends right before `at`."""
        return any(self.end_of(kind, place) == at for place in range(max(0, at - 3), at) for kind in kinds)

    def after_joint(self, at: int) -> int:
        """Return the next token, past a hyphen between parts, a point of abbreviation, or an "of"."""
        if self.word(at) == "." and self.tokens.gap(at) == GAP_NONE and self.tokens.gap(at + 1) <= GAP_SPACE:
            at += 1
        if self.word(at) == "-" and self.tokens.gap(at) == self.tokens.gap(at + 1) == GAP_NONE:
            return at + 1
        end = self.end_of("of", at)
        if end is None:
            return at
        return end + 1 if self.word(end) == "'" else end

    def has_counter(self, at: int) -> bool:
        """Tell whether a unit, counter or other word that only follows numbers stands at `at`."""
        return bool(_COUNTERS & self.kinds(at).keys())

    @cached_property
    def is_character_script(self) -> bool:
        """Tell whether words are not set apart, so that a number word needs more to be one."""
        return self.lexicon.language in {"ko", "ja", "zh", "th"}


class NumberReader:
    """Reads one number at a time from a reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.problem: NumberReason | None = None

    def read(self, at: int, *, joins: bool = True, letters: bool = False) -> Amount | None:
        """Return the longest number that starts at `at`; None, and `problem` where something is wrong.

        `joins` admits "and" inside the number; `letters` admits single-letter magnitudes, which are safe
        only beside a currency.
        """
        self.problem = None
        if not self._may_start(at):
            return None
        tally, start, over, letter = Tally(), at, False, False
        spelled = not self.reading.tokens.is_literal(at)
        while at - start < _LONGEST_NUMBER:
            if tally.parts and (end := self._past_excess(at)) is not None:
                at, over = end, True
                continue
            step = self._step(tally, at, joins=joins)
            if step is None and letters and not letter and tally.parts and tally.literal_last:
                step = self._letter(tally, at)
                letter = step is not None
            if step is None:
                break
            at = step
        if not tally.parts or self.problem:
            return None
        return Amount(tally.total, at, tally.order, spelled, over, letter)

    def _may_start(self, at: int) -> bool:
        reading, tokens = self.reading, self.reading.tokens
        if tokens.gap(at) == GAP_NONE and at > 0:
            before = reading.word(at - 1)
            if _CHARACTER.match(before) and not tokens.is_literal(at):
                return not (
                    {"small", "scale", "weak_small"} & reading.kinds(at - 1).keys()
                    or ("가" <= before <= "힣" and not reading.kinds(at - 1).keys() & _KOREAN_LEADS)
                )
        return True

    def _past_excess(self, at: int) -> int | None:
        """Return the end of a "-odd" inside a number (여, 多, 余), if the number or a unit goes on."""
        end = self.reading.end_of("excess", at)
        if end is None or self.reading.tokens.gap(at) != GAP_NONE:
            return None
        return end if _FOLLOWS_EXCESS & self.reading.kinds(end).keys() else None

    def _step(self, tally: Tally, at: int, *, joins: bool) -> int | None:
        if self.reading.tokens.is_literal(at):
            return self._literal(tally, at)
        if (
            tally.parts
            and (self.reading.end_of("currency", at) or 0) > at + 1
            and "plus_half" not in self.reading.kinds(at)
        ):
            return None  # "5억 오만 리알": Omani rials, and not fifty thousand more
        for step in (self._half, self._scale, self._small):
            if (end := step(tally, at)) is not None:
                return end
        return self._joined(tally, at, joins=joins) if tally.parts else None

    def _literal(self, tally: Tally, at: int) -> int | None:
        reading = self.reading
        scaled = bool(
            {"scale", "letter"}
            & (reading.kinds(at + 1).keys() | reading.kinds(reading.after_joint(at + 1)).keys())
        )
        value = read_literal(reading.word(at), reading.lexicon.marks, scaled=scaled)
        if isinstance(value, NumberReason):
            if not tally.parts:
                self.problem = value
            return None
        if tally.parts:
            glued = reading.tokens.gap(at) == GAP_NONE and reading.is_character_script
            rest = tally.order == 1000 and len(reading.word(at)) == 3  # "2 bin 500", "2 هزار و ۵۰۰"
            if tally.order <= value or not (scaled or glued or rest):
                return None
        tally.add(value, literal=True)
        return at + 1

    def _half(self, tally: Tally, at: int) -> int | None:
        kinds = self.reading.kinds(at)
        if tally.parts and "plus_half" in kinds and not tally.order < 1:
            value, end = kinds["plus_half"]
            if self.reading.is_character_script and tally.order > 1 and not self._unit_follows(end):
                return None
            tally.add_half()
            return int(end)
        if not tally.parts and "half_of" in kinds:
            value, end = kinds["half_of"]
            end = self.reading.after_joint(end)
            if {"scale", "round"} & self.reading.kinds(end).keys():
                tally.add(value)
                return int(end)
        return None

    def _unit_follows(self, at: int) -> bool:
        return bool(_UNITS & self.reading.kinds(at).keys())

    def _scale(self, tally: Tally, at: int) -> int | None:
        kinds = self.reading.kinds(at)
        if "scale" not in kinds and tally.parts and (self.reading.word(at) in {".", "-"} or "of" in kinds):
            return self._scale_past_joint(tally, at)
        if "scale" in kinds and tally.open_before(kinds["scale"][0]):
            order, end = kinds["scale"]
            tally.scale(order)
            return int(end)
        if "dual" in kinds and not tally.parts:
            order, end = kinds["dual"]
            tally.add(order * 2, order)
            return int(end)
        if "round" in kinds:
            order, end = kinds["round"]
            if not tally.parts or (self.reading.is_character_script and order < tally.order):
                tally.add(order, order)
                return int(end)
        return None

    def _scale_past_joint(self, tally: Tally, at: int) -> int | None:
        """Read a magnitude after an abbreviation's point, a hyphen or an "of" ("30 de milioane")."""
        joint = self.reading.after_joint(at)
        match = self.reading.kinds(joint).get("scale") if joint != at else None
        return self._scale(tally, joint) if match is not None and match[0] >= 1000 else None

    def _small(self, tally: Tally, at: int, *, joined: bool = False) -> int | None:
        match = self.reading.kinds(at).get("small")
        if match is None or not tally.takes_small(match[0], joined_units_first=joined):
            return None
        tally.add(match[0])
        return match[1]

    def _joined(self, tally: Tally, at: int, *, joins: bool) -> int | None:
        """Continue past a hyphen, an "and" or a spelled decimal point."""
        reading = self.reading
        if reading.word(at) == "-" and reading.tokens.gap(at) == reading.tokens.gap(at + 1) == GAP_NONE:
            return self._small(tally, at + 1)
        end = reading.end_of("and", at)
        if joins and end is not None:
            if tally.order > 1 and "scale" in reading.kinds(end):
                return None
            if reading.tokens.is_literal(end):
                return self._literal(tally, end) if tally.order == 1000 else None
            units_first = reading.lexicon.units_first
            return self._small(tally, end, joined=units_first) or self._round_after_and(tally, end)
        end = reading.end_of("point", at)
        return self._decimals(tally, end) if end is not None else None

    def _round_after_and(self, tally: Tally, at: int) -> int | None:
        match = self.reading.kinds(at).get("round")
        if match is None or tally.order <= match[0] or match[0] >= 1000:
            return None
        tally.add(match[0], match[0])
        return match[1]

    def _decimals(self, tally: Tally, at: int) -> int | None:
        """Read digit words after a spelled point, as in "one point five"."""
        place, start = Decimal(1), at
        while (
            (match := self.reading.kinds(at).get("small")) is not None and match[0] < 10 and at - start < 12
        ):
            place /= 10
            tally.add(match[0] * place)
            at = match[1]
        return at if at > start else None

    def _letter(self, tally: Tally, at: int) -> int | None:
        match = self.reading.kinds(at).get("letter")
        if match is None:
            return None
        if self.reading.tokens.gap(at) == GAP_SPACE and not (
            "currency_before" in self.reading.kinds(match[1])
            and self.reading.tokens.gap(match[1]) == GAP_NONE
        ):
            return None
        tally.scale(match[0])
        return match[1]


_UNITS = frozenset({"percent", "points", "currency", "unit", "times", "count", "tenths"})
_COUNTERS = _UNITS | {"time", "ordinal", "frac_of"}
_FOLLOWS_EXCESS = _UNITS | {"scale"}
_KOREAN_LEADS = frozenset(
    {
        "about",
        "before",
        "approx",
        "currency",
        "currency_before",
        "minus",
        "of",
        "range",
        "range_weak",
        "vague",
    }
)
