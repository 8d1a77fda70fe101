"""Trade figures: every value is computed from the article's own words, or there is none."""

import pytest

from extractor.vocabulary import FigureStatus, Indicator, Measure
from tests.answering import codes, figure, read

VALUES = [  # text, language, what the LLM copied, the words kept, value, unit, currency, qualifier
    ("한국의 페루 수출은 42억 달러였다.", "ko", "42억 달러", "42억 달러", "4200000000", "currency", "USD", "exact"),
    ("한국의 페루 수출은 42억 달러였다.", "ko", "42억", "42억 달러", "4200000000", "currency", "USD", "exact"),
    ("양국 교역액은 1조 2000억 원에 달했다.", "ko", "1조 2000억 원", "1조 2000억 원", "1200000000000", "currency", "KRW", "exact"),
    ("Magyarország exportja 27,8 milliárd forint volt.", "hu", "27,8 milliárd forint", "27,8 milliárd forint", "27800000000", "currency", "HUF", "exact"),
    ("Die Exporte nach Peru betrugen rund 1,5 Mrd. Euro.", "de", "1,5 Mrd. Euro", "rund 1,5 Mrd. Euro", "1500000000", "currency", "EUR", "about"),
    ("Товарооборот составил 3 млрд долларов.", "ru", "3 млрд", "3 млрд долларов", "3000000000", "currency", "USD", "exact"),
    ("بلغ حجم التبادل التجاري 304 ملايين دولار.", "ar", "304 ملايين", "304 ملايين دولار", "304000000", "currency", "USD", "exact"),
    ("两国贸易额达到12.5亿美元。", "zh", "12.5亿美元", "12.5亿美元", "1250000000", "currency", "USD", "exact"),
    ("輸出額は5億ドルを超えた。", "ja", "5億ドル", "5億ドルを超え", "500000000", "currency", "USD", "over"),
    ("İhracat 2,5 milyar avroya ulaştı.", "tr", "2,5 milyar avro", "2,5 milyar avroya", "2500000000", "currency", "EUR", "exact"),
    ("Le commerce a atteint 1,2 milliard d'euros.", "fr", "1,2 milliard d'euros", "1,2 milliard d'euros", "1200000000", "currency", "EUR", "exact"),
    ("Las exportaciones sumaron casi 3 millones de dólares.", "es", "3 millones de dólares", "casi 3 millones de dólares", "3000000", "currency", "USD", "nearly"),
    ("Trade doubled to 1.2 billion euros.", "en", "doubled", "doubled", "2", "multiple", None, "exact"),
    ("The share of the rouble reached 34.5 percent.", "en", "34.5 percent", "34.5 percent", "34.5", "percent", None, "exact"),
]  # fmt: skip

SIGNS = [  # text, language, what the LLM copied, indicator, measure, value
    ("2030年贸易额下降3.2%。", "zh", "3.2%", "trade_turnover", "change", "-3.2"),
    ("Peru'ya ihracat yüzde 12 azaldı.", "tr", "yüzde 12", "exports", "change", "-12"),
    ("Die Exporte sanken um 7 Prozent.", "de", "7 Prozent", "exports", "change", "-7"),
    ("Az export 4 százalékkal csökkent.", "hu", "4 százalék", "exports", "change", "-4"),
    ("Экспорт сократился на 5 процентов.", "ru", "5 процентов", "exports", "change", "-5"),
    ("수출은 9% 감소했다.", "ko", "9%", "exports", "change", "-9"),
    ("Exports rose by 8 percent while imports fell by 3 percent.", "en", "8 percent", "exports", "change", "8"),
    ("Exports rose by 8 percent while imports fell by 3 percent.", "en", "3 percent", "imports", "change", "-3"),
    ("日本の対ペルー貿易赤字は5億ドルだった。", "ja", "5億ドル", "trade_balance", "level", "-500000000"),
    ("El déficit comercial con Perú fue de 5 millones de euros.", "es", "5 millones de euros", "trade_balance", "level", "-5000000"),
    ("Der Überschuss betrug 5 Millionen Euro.", "de", "5 Millionen Euro", "trade_balance", "level", "5000000"),
    ("After a fall in imports, exports were 5 million euros.", "en", "5 million euros", "exports", "level", "5000000"),
    ("Exports fell by -5 percent.", "en", "-5 percent", "exports", "change", "-5"),
]  # fmt: skip

DROPPED = [
    ("Exports to Peru reached 1,200 containers.", "1,200", "exports", "bare number"),
    ("Peru has 30 ports that export fish.", "30", "other", "number of things"),
    ("Exports to Peru reached 3 billion euros.", "5 billion euros", "exports", "does not stand"),
    ("Exports to Peru reached 3 billion euros.", "30 billion euros", "exports", "does not stand"),
    ("Exports to Peru grew.", "Exports", "exports", "no number"),
]


def one(text, language="en", **more):
    found = read(text, language, figures=[figure(**more)])
    (record,) = found.trade_figures
    return record, found


@pytest.mark.parametrize(
    ("text", "language", "copied", "kept", "value", "unit", "currency", "qualifier"), VALUES
)
def test_a_value_is_computed_from_the_whole_expression(
    text, language, copied, kept, value, unit, currency, qualifier
):
    record, _ = one(text, language, value=copied, qualifier="up_to")
    assert record.value_as_written == kept == record.shown_by["value"][0].quote
    assert (record.value, record.unit, record.currency) == (value, unit, currency)
    assert record.qualifier == qualifier


@pytest.mark.parametrize(("text", "language", "copied", "indicator", "measure", "value"), SIGNS)
def test_the_nearest_word_gives_the_sign(text, language, copied, indicator, measure, value):
    record, _ = one(text, language, value=copied, indicator=indicator, measure=measure)
    assert record.value == value


@pytest.mark.parametrize(("text", "copied", "indicator", "why"), DROPPED)
def test_what_is_no_figure_is_dropped_with_its_reason(text, copied, indicator, why):
    found = read(text, figures=[figure(copied, indicator)])
    assert found.trade_figures == ()
    assert [why in warning.detail for warning in found.warnings] == [True]


def test_a_number_that_cannot_be_read_is_kept_as_written_only():
    record, found = one("Exports reached 1.234 or so 5,6,7 dollars.", value="5,6,7 dollars")
    assert (record.value, record.unit, record.currency) == (None, None, None)
    assert "unresolved_number" in codes(found)


def test_a_currency_that_is_not_said_is_noted():
    record, found = one("Las exportaciones fueron de 3 millones de pesos.", "es", value="3 millones de pesos")
    assert (record.value, record.unit, record.currency) == ("3000000", "currency", None)
    assert "unresolved_number" in codes(found)


def test_both_ends_of_a_range_are_kept():
    record, _ = one(
        "They expect between 3 and 5 billion euros of exports.", value="between 3 and 5 billion euros"
    )
    assert (record.value, record.value_max, record.qualifier) == ("3000000000", "5000000000", "between")


@pytest.mark.parametrize(
    ("more", "period", "written"),
    [
        ({"when": "in 2030"}, "2030", "in 2030"),
        ({"when": "2029"}, "2029", "2029"),
        ({"period": "2029"}, "2029", "2029"),
        ({"period": "2031"}, None, None),
        ({}, None, None),
        ({"when": "in 1999"}, None, None),
    ],
)
def test_a_period_is_as_written_or_as_read_or_none(more, period, written):
    text = "Exports to Peru were 3 billion euros in 2030 and 2 billion in 2029."
    record, _ = one(text, value="3 billion euros", **more)
    assert record.period == period
    assert written is None or record.period_as_written.endswith(written)


def test_the_one_period_of_a_sentence_serves_an_llm_that_read_it_otherwise():
    record, _ = one("지난해 수출은 42억 달러였다.", "ko", value="42억 달러", period="2029")
    assert (record.period, record.period_as_written) == ("2030", "지난해")


@pytest.mark.parametrize(
    ("text", "when", "period"),
    [
        ("The two countries want trade of 10 billion euros by 2035.", "by 2035", "../2035"),
        ("Trade is to reach 10 billion euros in 2035.", "in 2035", "2035"),
    ],
)
def test_what_lies_ahead_is_a_target(text, when, period):
    record, found = one(text, value="10 billion euros", indicator="trade_turnover", when=when)
    assert (record.period, record.status) == (period, FigureStatus.TARGET)
    assert "changed_value" in codes(found)


def test_the_running_year_is_measured():
    record, _ = one("Exports have reached 3 billion euros in 2031.", value="3 billion euros", when="in 2031")
    assert record.status is FigureStatus.ACTUAL


@pytest.mark.parametrize("indicator", ["trade_turnover", "currency_share"])
def test_turnover_has_no_direction(indicator):
    sides = {"from": "LVA", "to": "PER"}
    record, _ = one(
        "Trade of Latvia with Peru was 3 million euros.",
        value="3 million euros",
        indicator=indicator,
        **sides,
    )
    assert (record.from_country, record.to_country, record.countries) == (None, None, ("LVA", "PER"))


def test_a_flow_runs_from_one_state_to_the_other():
    sides = {"from": "LVA", "to": "PER"}
    record, _ = one("Latvia exported fish for 3 million euros to Peru.", value="3 million euros", **sides)
    assert (record.from_country, record.to_country) == ("LVA", "PER")
    assert [words.quote for words in record.shown_by["countries"]] == ["Latvia", "Peru"]


def test_a_state_that_the_article_does_not_name_is_null_with_a_warning():
    record, found = one(
        "Exports to Peru were 3 million euros.", value="3 million euros", to="PER", **{"from": "LVA"}
    )
    assert (record.from_country, record.to_country, record.countries) == (None, "PER", ("PER",))
    assert [w.record for w in found.warnings if w.code == "unresolved_country"] == ["f1"]


@pytest.mark.parametrize(
    ("text", "language", "copied", "is_record"),
    [
        ("Exports to Peru hit a record 3 billion euros.", "en", "3 billion euros", True),
        ("수출은 사상 최대인 42억 달러였다.", "ko", "42억 달러", True),
        ("Az export rekordot döntött: 3 milliárd euró.", "hu", "3 milliárd euró", True),
        ("Exports to Peru were 3 billion euros.", "en", "3 billion euros", False),
    ],
)
def test_a_record_needs_its_word(text, language, copied, is_record):
    record, _ = one(text, language, value=copied, record=True)
    assert record.is_record is is_record


def test_a_multiple_is_a_change():
    record, _ = one("Trade with Peru tripled.", value="tripled", indicator="trade_turnover", measure="level")
    assert (record.measure, record.value, record.unit) == (Measure.CHANGE, "3", "multiple")


def test_two_numbers_of_a_sentence_are_two_figures():
    text = "Exports were 3 million euros and imports 2 million euros."
    found = read(text, figures=[figure("3 million euros"), figure("2 million euros", "imports")])
    assert [(f.id, f.indicator, f.value) for f in found.trade_figures] == [
        ("f1", Indicator.EXPORTS, "3000000"),
        ("f2", Indicator.IMPORTS, "2000000"),
    ]


def test_who_says_a_number_stands_in_the_text():
    text = "Exports to Peru were 3 million euros, the minister said."
    assert one(text, value="3 million euros", by="the minister")[0].attributed_to == "the minister"
    assert one(text, value="3 million euros", by="the ambassador")[0].attributed_to is None


def test_the_end_of_a_rise_is_no_upper_limit():
    text = "Obroty handlowe między Polską a Litwą wzrosły w ubiegłym roku o 12 proc., do 9,4 mld euro."
    (found,) = read(text, "pl", figures=[figure("9,4 mld euro", "trade_turnover")]).trade_figures
    assert (found.value, found.qualifier) == ("9400000000", "exact")


def test_a_limit_stays_one():
    text = "Poland may lend Lithuania up to 9.4 billion euros."
    (found,) = read(text, figures=[figure("9.4 billion euros", "loan_grant")]).trade_figures
    assert found.qualifier == "up_to"


def test_the_word_of_the_sentence_decides_between_exports_and_imports():
    text = "Zambia's imports of Irish goods rose last year to 31 million euros."
    (found,) = read(
        text, figures=[figure("31 million euros", "exports", **{"from": "ZMB", "to": "IRL"})]
    ).trade_figures
    assert (str(found.indicator), found.from_country, found.to_country) == ("imports", "IRL", "ZMB")


def test_a_year_beside_a_flow_is_its_period_and_a_day_is_not():
    text = "Trade between Zambia and Ireland reached 31 million euros in 2024, the bank said on 3 May 2025."
    (found,) = read(text, figures=[figure("31 million euros", "trade_turnover")]).trade_figures
    assert (found.period, found.period_as_written) == ("2024", "in 2024")


def test_a_flow_takes_the_period_that_the_sentence_before_tells_of_trade():
    text = "Trade between Zambia and Ireland grew in 2024. Exports reached 31 million euros."
    (found,) = read(text, figures=[figure("31 million euros", "exports")]).trade_figures
    assert found.period == "2024"
    (found,) = read(
        text.replace("Exports", "Loans"), figures=[figure("31 million euros", "loan_grant")]
    ).trade_figures
    assert found.period is None
