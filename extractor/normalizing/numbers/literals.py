"""Digits with their marks to decimals, by the customs of a language; what reads two ways is left unread."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MOST_DIGITS = 24
"""More digits than any amount has: account numbers, hashes, noise."""

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:M\d{3})+|[1-9]\d?(?:M\d{2})+M\d{3}")
"""Groups of three; or the Indian way, groups of two before the last three."""


class NumberReason(StrEnum):
    """Why words gave no number, or a currency amount no currency."""

    NO_NUMBER = "no number is written there"
    MALFORMED = "the digits and marks form no number"
    AMBIGUOUS_MARK = "the mark before three digits may divide thousands or decimals"
    AMBIGUOUS_LANGUAGE = "the words mean different numbers in different languages"
    AMBIGUOUS_CURRENCY = "the text does not say which country's currency it is"
    SEVERAL = "several numbers are written there"
    VAGUE = "a magnitude without a definite number"
    YEAR = "a bare year, not an amount"
    TIME = "a date, duration or ordinal, not an amount"
    LETTER = "letters after the digits that are no known unit or magnitude"
    UNKNOWN_WORD = "words between the number and its unit or magnitude are not known"
    NOT_WHOLE = "not a whole number"


@dataclass(frozen=True, slots=True)
class Marks:
    """How a language marks decimals; `three` says what one mark before exactly three digits is.

    `three` maps "." and "," to decimal, group, ambiguous, or scaled (decimal when a magnitude word follows,
    else ambiguous). `slash` is true where a slash can be the decimal mark (Persian).
    """

    decimal: str
    three: tuple[tuple[str, str], ...]
    slash: bool = False

    def custom(self, mark: str) -> str:
        """Return what `mark` before three digits is."""
        return dict(self.three).get(mark, "decimal" if mark == self.decimal else "group")


def _is_grouped(body: str, mark: str) -> bool:
    return re.fullmatch(_GROUPED.pattern.replace("M", re.escape(mark)), body) is not None


def read_literal(raw: str, marks: Marks, *, scaled: bool) -> Decimal | NumberReason:
    """Read one literal of folded digits and marks; `scaled` tells whether a magnitude word follows."""
    body = re.sub("[ \u00a0'٬]", "", raw)
    if marks.slash and body.count("/") == 1 and scaled:
        body = body.replace("/", "٫")
    if re.match(r"0\d", body):
        return NumberReason.MALFORMED
    if ":" in body or "/" in body:
        return NumberReason.TIME
    if sum(char.isdigit() for char in body) > MOST_DIGITS:
        return NumberReason.MALFORMED
    if body.count("٫") == 1:
        whole, _, fraction = body.partition("٫")
        return _decimal(re.sub("[.,]", "", whole) + "." + fraction)
    if raw != body:  # groups were set apart by a space or an apostrophe: what is left is the decimal mark
        return _decimal(body.replace(",", "."))
    return _read_marked(body, marks, scaled=scaled)


def _read_marked(body: str, marks: Marks, *, scaled: bool) -> Decimal | NumberReason:
    used = {mark for mark in ".," if mark in body}
    if len(used) == 2:
        last = max(used, key=body.rfind)
        (other,) = used - {last}
        whole, _, fraction = body.rpartition(last)
        return _decimal(f"{whole.replace(other, '')}.{fraction}") if _is_grouped(whole, other) else _bad()
    if not used:
        return _decimal(body)
    (mark,) = used
    if body.count(mark) > 1:
        return _decimal(body.replace(mark, "")) if _is_grouped(body, mark) else _bad()
    custom = marks.custom(mark) if _is_grouped(body, mark) else "decimal"
    if custom == "ambiguous" or (custom == "scaled" and not scaled):
        return NumberReason.AMBIGUOUS_MARK
    return _decimal(body.replace(mark, "") if custom == "group" else body.replace(mark, "."))


def _bad() -> NumberReason:
    return NumberReason.MALFORMED


def _decimal(plain: str) -> Decimal | NumberReason:
    return Decimal(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else NumberReason.MALFORMED


def digits_of(raw: str) -> tuple[str, ...]:
    """Return the digits of a folded literal as one run if its marks make a number, else piece by piece."""
    pieces = tuple(re.findall(r"\d+", raw))
    plain = re.sub("[ \u00a0'٬]", ",", raw)
    joined = len(pieces) == 1 or (
        not {":", "/"} & set(raw)
        and (len(pieces) == 2 or any(_is_grouped(plain.rpartition(mark)[0] or plain, ",") for mark in ".٫")
             or _is_grouped(plain, ",") or _is_grouped(plain, ".")
             or _is_grouped(plain.rpartition(",")[0], "."))
    )  # fmt: skip
    return ("".join(pieces),) if joined else pieces
