from datetime import date

import pytest

from extractor.article import Article
from extractor.segmenting import reference_date, segment

DAY = date(2025, 11, 12)


def dated(text, today=None, **known):
    return reference_date(segment(Article(id="a", text=text, **known)), today)


@pytest.mark.parametrize(
    "text",
    [
        "Ministers sign pact\nPublished: November 12, 2025 at 10:30 GMT\nThey met on Tuesday.",
        "협정 체결\n입력 2025.11.12. 오전 10:00\n양국 장관은 서울에서 회담했다.",
        "Megállapodás\n2025. november 12., szerda 14:05\nA miniszter fogadta kollégáját.",
        "Соглашение подписано\n12 ноября 2025, 14:05\nМинистр принял посла.",
        "Pact signed\nLISBON, 12 November 2025 (Agency) - The minister received his colleague.",
        "Budapest, 2025. november 12., szerda (GNT) - A miniszter fogadta kollégáját. Aláírták.",
        "協定に署名\n2025年11月12日 19時12分\n両外相は会談した。",
    ],
)
def test_a_full_date_in_a_dateline_is_stated(text):
    assert dated(text, supplied_date=date(2020, 1, 1)) == (DAY, "stated")


def test_metadata_goes_before_the_text():
    text = "Title here\nPublished: November 1, 2025\nThey met."
    assert dated(text, published=DAY) == (DAY, "stated")


def test_the_dateline_next_to_the_headline_wins_over_the_banner():
    text = "Friday, 14 November 2025\nHome | World | Politics\nMinisters sign pact\nPublished: 12 November 2025\nThey met."
    assert dated(text) == (DAY, "stated")


def test_a_banner_without_a_year_is_never_used():
    text = "Mittwoch, 12. November\nBerg empfängt Kollegin\nDer Minister sprach mit ihr."
    assert dated(text) == (None, "unknown")
    assert dated(text, supplied_date=date(2024, 11, 13)) == (date(2024, 11, 13), "supplied")


def test_the_users_date_goes_before_an_inferred_one():
    text = "Pact signed\nThey signed it on 12 November 2025."
    assert dated(text, supplied_date=date(2025, 11, 13)) == (date(2025, 11, 13), "supplied")
    assert dated(text) == (DAY, "inferred")


def test_the_latest_full_date_that_is_no_plan_is_inferred():
    text = (
        "Pact signed\nThey first met on 3 May 2019. They signed it on 12 November 2025. "
        "The next meeting will be held on 5 March 2026. It is valid until 31 December 2030."
    )
    assert dated(text) == (DAY, "inferred")


def test_a_date_after_today_is_no_date_of_an_article():
    text = "Pact signed\nThey signed it on 12 November 2025. Both sides ratified it on 1 March 2026."
    assert dated(text, today=date(2025, 12, 1)) == (DAY, "inferred")
    assert dated("Pact\nPublished: 12 November 2025\nThey met.", today=date(2025, 1, 1)) == (None, "unknown")


def test_dates_of_related_articles_and_copyright_lines_do_not_count():
    text = "Pact signed\nThey met.\nRelated articles\n- Minister in Peru, 3 May 2024\n© 2025 Paper, 12 November 2025"
    assert dated(text) == (None, "unknown")
