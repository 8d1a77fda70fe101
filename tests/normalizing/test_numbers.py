import csv
import time
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from extractor.normalizing.numbers import (
    NumberReason,
    digit_runs,
    find_quantities,
    number_words,
    parse_count,
    parse_quantity,
)

DATA = Path(__file__).parent / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def shown(value):
    return "" if value is None else f"{value:f}"


def as_row(outcome):
    quantity, reason = outcome.value, outcome.reason
    return {
        "value": shown(quantity and quantity.value),
        "value_max": shown(quantity and quantity.value_max),
        "unit": quantity.unit if quantity else "",
        "currency": (quantity.currency or "") if quantity else "",
        "qualifier": quantity.qualifier if quantity else "",
        "reason": NumberReason(reason).name if reason else "",
    }


@pytest.mark.parametrize("row", rows("quantities.tsv"), ids=lambda row: f"{row['language']}:{row['text']}")
def test_words_as_written_become_the_quantity_or_the_reason(row):
    expected = {key: row[key] for key in ("value", "value_max", "unit", "currency", "qualifier", "reason")}
    assert as_row(parse_quantity(row["text"], row["language"])) == expected


def test_the_table_is_wide_enough_to_mean_something():
    table = rows("quantities.tsv")
    assert len(table) >= 700
    assert len({row["language"].split("-")[0] for row in table}) >= 30


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    yaml.safe_load((DATA / "found_quantities.yaml").read_text(encoding="utf-8")),
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_running_text_gives_whole_expressions_and_nothing_else(language, text, expected):
    found = [
        [
            span.of(text),
            " ".join(filter(None, (shown(q.value), shown(q.value_max), q.currency or q.unit, q.qualifier))),
        ]
        for span, q in find_quantities(text, language)
    ]
    assert found == expected


@pytest.mark.parametrize("row", rows("counts.tsv"), ids=lambda row: f"{row['language']}:{row['text']}")
def test_a_stated_count_is_read_in_words_and_digits(row):
    outcome = parse_count(row["text"], row["language"])
    reason = NumberReason(outcome.reason).name if outcome.reason else ""
    assert (shown(outcome.value and Decimal(outcome.value)), reason) == (row["count"], row["reason"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234 and 27,8 and 1.200.000", ("1234", "278", "1200000")),
        ("2024-05-03, 12.06.2024, 10:30", ("2024", "05", "03", "12", "06", "2024", "10", "30")),
        ("١٬٢٣٤ ۳۰ १२ ５０", ("1234", "30", "12", "50")),
        ("1 234 567 и 15\u202f300", ("1234567", "15300")),
        ("1'234 Swiss", ("1234",)),
        ("42억 5천만", ("42", "5")),
        ("12,34,567", ("1234567",)),
        ("none", ()),
    ],
)
def test_digit_runs_are_the_same_however_a_number_is_written(text, expected):
    assert digit_runs(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "three agreements and two hundred and five pages", [3, 205]),
        ("ko", "두 건의 협정과 열두 개 문서, 세계와 한국", [2, 12]),
        ("hu", "három megállapodás, 16 milliárd forint", [3]),
        ("ar", "ثلاث اتفاقيات", [3]),
        ("de", "einundzwanzig Abkommen", [21]),
        ("ja", "一方、三菱は十二件", [12]),
        ("zh", "一带一路", []),
        ("en", "nothing", []),
    ],
)
def test_spelled_numbers_are_found_with_their_values(language, text, expected):
    assert [int(value) for value in number_words(text, language)] == expected


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("42억 달러", "4200000000", "currency"),
        ("30亿美元", "3000000000", "currency"),
        ("120億ドル", "12000000000", "currency"),
        ("30 млрд долларов", "30000000000", "currency"),
        ("27,8 milliárd forint", "27800000000", "currency"),
        ("1,5 Mrd. Euro", "1500000000", "currency"),
        ("34 percent", "34", "percent"),
        ("304", "304", "count"),
    ],
)
def test_without_a_language_the_words_themselves_decide(text, value, unit):
    quantity = parse_quantity(text).value
    assert (shown(quantity.value), quantity.unit) == (value, unit)


@pytest.mark.parametrize("text", ["1 billion", "1.500 euro", "1,234"])
def test_without_a_language_what_languages_read_differently_is_refused(text):
    outcome = parse_quantity(text)
    assert outcome.value is None
    assert outcome.reason in {NumberReason.AMBIGUOUS_LANGUAGE, NumberReason.AMBIGUOUS_MARK}


def test_an_unknown_language_is_read_like_none():
    assert parse_quantity("42억 달러", "xx") == parse_quantity("42억 달러")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("hu", "27,8 millia\u0301rd forint"),
        ("fa", "۳۰ میلی\u200cارد دلار"),
        ("ar", "\u200f304 مليـارات ريال\u200f"),
        ("de", "1,5\u00a0Mrd.\u00a0Euro"),
    ],
)
def test_invisible_marks_and_decomposed_letters_change_nothing(language, text):
    ((span, quantity),) = find_quantities(text, language)
    assert quantity.currency is not None
    assert span.of(text) == text.strip("\u200f")


@pytest.mark.parametrize(
    "piece",
    [
        "1234567890",
        "1 234 567 ",
        "1,2,",
        "two hundred and ",
        "one ",
        "-",
        "1-",
        "about ",
        "USD ",
        "e\u0301",
        "5 bn to ",
        "a",
    ],
)
def test_time_is_linear_in_hostile_text(piece):
    text = (piece * 10_000)[:10_000]
    find_quantities("one", "en")
    start = time.perf_counter()
    find_quantities(text, "en")
    parse_quantity(text, "en")
    digit_runs(text)
    number_words(text, "en")
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("language", "piece"), [("zh", "一"), ("zh", "十亿"), ("ko", "만"), ("de", "fünfundzwanzig"), ("ar", "و")]
)
def test_time_is_linear_in_numerals_of_other_scripts(language, piece):
    find_quantities(piece, language)
    start = time.perf_counter()
    find_quantities((piece * 10_000)[:10_000], language)
    assert time.perf_counter() - start < 3
