"""Sectors are named by the instrument's own words, in any language."""

import pytest

from extractor.resolving.sectors import sectors_in

ROWS = [
    ("memorandum on the training of beekeepers", {"education", "agriculture"}),
    ("Abkommen über die Vermeidung der Doppelbesteuerung", {"finance"}),
    ("사이버 보안 양해각서", {"digital"}),
    ("해양수산 협력 양해각서", {"agriculture"}),
    ("соглашение о воздушном сообщении", {"transport"}),
    ("gümrük anlaşması", {"trade"}),
    ("atomerőmű bővítéséről szóló szerződés", {"nuclear_energy"}),
    ("اتفاقية التعاون الثقافي", {"culture"}),
    ("刑事司法互助协定", {"governance"}),
    ("protocole relatif à la sécurité alimentaire", {"agriculture"}),
    ("acordo de isenção de vistos", {"consular"}),
    # words that only look like a sector's
    ("roadmap of political consultations", {"political"}),
    ("Vereinbarung über diplomatische Konsultationen", set()),
    ("соглашение с Португалией", set()),
    ("wspólne oświadczenie o wizycie", set()),
    ("important declaration on Gaza", set()),
    ("Gemeinsame Erklärung", set()),
]


@pytest.mark.parametrize(("title", "sectors"), ROWS, ids=[title for title, _ in ROWS])
def test_the_words_of_a_title_name_its_sectors(title, sectors):
    assert {str(sector) for sector in sectors_in(title)} == sectors


def test_words_that_name_many_fields_name_none():
    assert sectors_in("agreement on trade, energy, health, culture and space") == ()


def test_sectors_come_in_the_order_of_the_words():
    assert [str(sector) for sector in sectors_in("liman ve gümrük anlaşması")] == ["transport", "trade"]
