"""A bare number takes its unit from what is said beside it, once; where two are said it takes none."""

import pytest

from tests.answering import figure, read


@pytest.mark.parametrize(
    ("text", "language", "written", "currency"),
    [
        ("Trade reached 3 billion euros. Exports made up 250 million.", "en", "250 million", "EUR"),
        (
            "Les échanges valent 21 milliards d'euros. L'excédent est de 9 millions.",
            "fr",
            "9 millions",
            "EUR",
        ),
        ("Оборот — 5 млрд долларов. Экспорт составил 3 млрд.", "ru", "3 млрд", "USD"),
    ],
)
def test_an_amount_takes_the_currency_told_before_it(text, language, written, currency):
    found = read(text, language, figures=[figure(written, s=[2])])
    assert [(one.unit, one.currency) for one in found.trade_figures] == [("currency", currency)]
    assert found.trade_figures[0].shown_by["currency"][0].quote in text


@pytest.mark.parametrize(
    "text",
    [
        "Trade reached 3 billion euros, or 4 billion dollars. Exports made up 250 million.",
        "Trade grew fast. Exports made up 250 million.",
    ],
)
def test_an_amount_takes_no_currency_that_is_not_told_alone(text):
    assert not read(text, figures=[figure("250 million", s=[2])]).trade_figures


@pytest.mark.parametrize(
    ("text", "language", "written"),
    [
        ("The tariff falls from 10 percent to 8.", "en", "8"),
        ("Der Zoll steigt von 9 auf 18 Prozent.", "de", "9"),
        ("Пошлина снизится с 10 до 2%.", "ru", "10"),
    ],
)
def test_a_percentage_that_moves_is_one_on_both_ends(text, language, written):
    found = read(text, language, figures=[figure(written, "tariff")])
    assert [one.unit for one in found.trade_figures] == ["percent"]


def test_another_number_beside_a_percentage_is_none():
    assert not read("Exports rose 8 percent in 8 ports.", figures=[figure("8 ports")]).trade_figures
