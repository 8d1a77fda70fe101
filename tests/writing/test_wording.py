import pytest

from extractor.records import Evidence, TradeFigure
from extractor.writing.wording import amount_in_words, country_of, date_in_words, label_of, number_in_words


@pytest.mark.parametrize(
    ("code", "name"),
    [("KOR", "South Korea (KOR)"), ("XKX", "Kosovo (XKX)"), ("EUE", "European Union (EUE)"), ("QQQ", "QQQ")],
)
def test_a_code_has_its_english_name(code, name):
    assert country_of(code) == name


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2025", "2025"),
        ("2019-04", "April 2019"),
        ("2025-11-01", "1 November 2025"),
        ("2025-11-11/2025-11-12", "11 November 2025 – 12 November 2025"),
        ("../2030", "until 2030"),
        ("2026-01/..", "from January 2026"),
        ("2023-10-20?", "20 October 2023 (uncertain)"),
        ("2023-21", "2023-21"),
        ("soon", "soon"),
    ],
)
def test_a_date_is_said_in_words(edtf, words):
    assert date_in_words(edtf) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("27800000000", "27.8 billion"),
        ("1200000000000", "1.2 trillion"),
        ("1234567", "1,234,567"),
        ("1500", "1,500"),
        ("-8.10", "−8.1"),
        ("0", "0"),
        ("100", "100"),
        ("1000000", "1 million"),
    ],
)
def test_a_number_is_short_where_that_is_exact(number, words):
    assert number_in_words(number) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"value": "1200000000", "unit": "currency", "currency": "EUR", "qualifier": "about"},
            "about 1.2 billion EUR",
        ),
        ({"value": "8.1", "unit": "percent", "qualifier": "exact"}, "8.1%"),
        ({"value": "2", "unit": "multiple", "qualifier": "nearly"}, "nearly 2 times"),
        ({"value": "3", "value_max": "5", "unit": "percent", "qualifier": "between"}, "between 3 and 5%"),
        (
            {"value": "3", "value_max": "5", "unit": "percentage_point", "qualifier": "exact"},
            "3–5 percentage points",
        ),
        ({"value": "40000", "unit": "cubic_metre", "qualifier": "at_most"}, "at most 40,000 cubic metre"),
        ({"qualifier": "about"}, "“many millions”"),
    ],
)
def test_an_amount_is_said_with_its_unit_and_bound(values, words):
    figure = TradeFigure(
        id="f", evidence=(Evidence(quote="x", start=0, end=1),), indicator="exports", measure="level",
        value_as_written="many millions", status="actual", **values,
    )  # fmt: skip
    assert amount_in_words(figure) == words


def test_labels_are_words():
    assert label_of("head_of_state") == "head of state"
    assert label_of("place_as_written") == "place"
    assert label_of("io_head") == "head of an international organisation"
