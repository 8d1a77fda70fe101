"""Other amounts: the digits of a figure are drawn anew, as many of them, with their marks and words kept."""

import re
from decimal import Decimal
from random import Random

from extractor.article import Span
from extractor.normalizing.numbers import parse_quantity
from training.augmenting.editing import Labelled, replaced
from training.augmenting.persons import plain

_NUMBER = re.compile(r"(?<![\d.,])\d+(?:[.,   ]\d+)*(?![\d.,]*\d)")
_UNIT_SHOWN = 2
"""Characters after a number that tell it from the same digits elsewhere."""
_LIKE_A_YEAR = re.compile(r"(?:19|20)\d\d")


def amounted(one: Labelled, random: Random) -> Labelled | None:
    """Return the article with other digits in those figures where nothing else hangs on them, or None."""
    found: Labelled | None = None
    for number in range(len(one.key["records"]["trade_figures"])):
        found = _redrawn(found or one, number, random) or found
    return found.changed("amounts") if found else None


def _redrawn(one: Labelled, number: int, random: Random) -> Labelled | None:
    figure = one.key["records"]["trade_figures"][number]
    written, value = str(plain(figure["value_as_written"])), plain(figure["value"])
    numbers = _NUMBER.findall(written)
    if len(numbers) != 1 or value is None or plain(figure["value_max"]) or _LIKE_A_YEAR.fullmatch(numbers[0]):
        return None
    old = numbers[0]
    if not _stands_alone(one, number, old):
        return None
    new = _drawn(old, random)
    spans = _places(one.text, written, old)
    words = written.replace(old, new)
    amount = _scaled(Decimal(str(value)), old, new, str(one.article["language"]), (written, words))
    if not spans or amount is None:
        return None
    told = re.compile(rf"(?<![\d.,]){re.escape(old)}(?={re.escape(_unit(written, old))})")
    changed = replaced(one, dict.fromkeys(spans, new), lambda text: told.sub(new, text))
    changed.key["records"]["trade_figures"][number] |= {"value": amount, "value_as_written": words}
    return changed


def _stands_alone(one: Labelled, number: int, old: str) -> bool:
    """Tell whether no other record has these digits, in words of the article or in English."""
    told = re.compile(rf"(?<!\d){re.escape(old)}(?!\d)")
    for kind, record in one.records:
        if kind == "trade_figures" and record["id"] == one.key["records"]["trade_figures"][number]["id"]:
            continue
        if any(told.search(str(record[name])) for name in record if name not in {"evidence", "id"}):
            return False
    return True


def _unit(written: str, old: str) -> str:
    return written[written.index(old) + len(old) :][:_UNIT_SHOWN]


def _places(text: str, written: str, old: str) -> list[Span]:
    pattern = rf"(?<![\d.,]){re.escape(old)}(?={re.escape(_unit(written, old))})(?![.,]?\d)"
    return [Span(*match.span()) for match in re.finditer(pattern, text)]


def _drawn(old: str, random: Random) -> str:
    """Return as many digits between the same marks; a first digit, and a last after a mark, are not 0."""
    while True:
        new = "".join(str(random.randint(0, 9)) if char.isdigit() else char for char in old)
        zero = old.startswith("0") != new.startswith("0")
        if not zero and new != old and not _LIKE_A_YEAR.fullmatch(new) and Decimal(_digits(new)) > 1:
            return new


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)


def _scaled(value: Decimal, old: str, new: str, language: str, words: tuple[str, str]) -> str | None:
    """Return the value in proportion to the digits, if the extractor reads old and new words so."""
    before = Decimal(_digits(old))
    if before == 0:
        return None
    amount = value / before * Decimal(_digits(new))
    text = format(amount.normalize(), "f")
    read = [parse_quantity(each, language).value for each in words]
    if read[0] is None or read[1] is None:
        return None
    right = [abs(read[0].value) == abs(value), abs(read[1].value) == abs(amount)]
    same_sort = (read[0].unit, read[0].currency) == (read[1].unit, read[1].currency)
    return text if all(right) and same_sort else None
