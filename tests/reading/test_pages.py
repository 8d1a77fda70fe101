import io
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import psutil
import pytest

from extractor.article import Zone
from extractor.errors import ConfigError, ReadError
from extractor.reading import ReadOptions, pages, read_articles
from extractor.segmenting import segment

pytest.importorskip("trafilatura")
PAGE = (Path(__file__).parent / "page.html").read_bytes()


def read(data, **options):
    [article] = read_articles("-", ReadOptions(**{"format": "html"} | options), io.BytesIO(data))
    return article


@pytest.fixture(scope="module")
def article():
    return read(PAGE)


def test_the_article_of_a_page_is_its_text_and_facts(article):
    assert article.title == "Minister trifft Kollegin - Zeitung"
    assert (article.language, article.published) == ("de", date(2025, 11, 12))
    assert "seine chilenische Kollegin Ana Soto empfangen. Beide unterzeichneten" in article.text
    assert "3,5\u00a0Mrd. Euro" in article.text or "3,5 Mrd. Euro" in article.text
    assert "Erklärung über den Austausch von Studierenden" in article.text


def test_zones_come_from_the_markup(article):
    zones = {block.span.of(article.text): block.zone for block in article.blocks}
    assert zones["Außenminister Berg empfängt chilenische Kollegin"] is Zone.HEADLINE
    assert zones["Abkommen über Häfen unterzeichnet"] is Zone.SUBHEAD
    assert zones["Von Anna Krug"] is Zone.BYLINE
    assert zones["Ausblick"] is Zone.SUBHEAD
    assert zones["Berg und Soto am Mittwoch in Berlin. Foto: Beispiel"] is Zone.CAPTION
    assert list(zones.values()).count(Zone.HEADLINE) == 1


@pytest.mark.parametrize("sign", ["HIDDEN", "SCRIPT", "COMMENT", "RELATED", "FOOTER", "Startseite", "color"])
def test_what_a_reader_does_not_see_or_read_is_not_text(article, sign):
    assert sign not in article.text


def test_no_markup_is_left(article):
    assert "<" not in article.text
    assert "&nbsp" not in article.text


def test_a_page_segments_into_numbered_sentences(article):
    result = segment(article)
    assert result.language == "de"
    assert result.sentences[0].zone is Zone.HEADLINE
    assert any(sentence.text.endswith("vor fünf Jahren.") for sentence in result.sentences)
    assert [sentence.zone for sentence in result.others] == [Zone.BYLINE]


def test_a_page_that_hides_its_article_until_a_script_runs_is_read():
    data = b"<html><head><style>.late{display:none}</style></head><body><article class='late'>"
    assert "signed an agreement" in read(data + PARAGRAPH * 4 + b"</article></body></html>").text


def test_markup_on_standard_input_is_recognised():
    assert read(PAGE, format=None).text == read(PAGE).text


def test_the_encoding_that_the_markup_names_is_used():
    korean = (
        '<html lang="ko"><head><meta charset="euc-kr"><title>t</title></head><body><article><h1>항만 협정 체결</h1>'
        "<p>외교부 장관은 12일 서울에서 칠레 외교장관과 회담하고 항만 협정에 서명했다고 외교부가 밝혔다.</p>"
        "<p>양국의 교역액은 지난해 42억 달러로 늘었고 두 장관은 협력을 넓히기로 했다고 대변인이 설명했다.</p>"
        "</article></body></html>"
    )
    assert "칠레 외교장관과 회담하고" in read(korean.encode("cp949")).text


PARAGRAPH = b"<p>The foreign minister received the ambassador and signed an agreement on trade and ports.</p>"
HOSTILE = {
    "no article": b"<html><body><nav><a href='/'>Home</a></nav></body></html>",
    "empty page": b"<html></html>",
    "deep": b"<html><body>" + b"<div>" * 200_000 + PARAGRAPH + b"</div>" * 200_000 + b"</body></html>",
    "deep spans": b"<p>" + b"<span>" * 200_000 + b"words and words" + b"</span>" * 200_000,
    "only hidden": b"<html><body><div style='display:none'>" + PARAGRAPH * 5 + b"</div></body></html>",
    "too large": b"<html>" + b"x" * 20_000_001,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_page_without_a_readable_article_is_refused(data):
    start = time.monotonic()
    with pytest.raises(ReadError) as caught:
        read(data)
    assert caught.value.hint
    assert time.monotonic() - start < 15


@pytest.mark.parametrize(
    "data",
    [
        b"<a " * 300_000,
        b"<table><tr><td>" * 100_000,
        b"&amp;" * 1_000_000,
        b"<!--" * 500_000,
        b"<p>" * 1_000_000,
    ],
    ids=["attributes", "tables", "entities", "comments", "paragraphs"],
)
def test_strange_markup_ends_in_time_whatever_it_gives(data):
    start = time.monotonic()
    try:
        assert read(b"<html><body>" + PARAGRAPH * 3 + data, timeout=8).text
    except ReadError as error:
        assert error.hint  # noqa: PT017 - both an article and an error are right
    assert time.monotonic() - start < 12


def test_a_page_that_takes_too_long_is_given_up_and_its_process_is_gone():
    with pytest.raises(ReadError, match=r"took over|too large"):
        read(b"<html><body>" + PARAGRAPH * 150_000, timeout=1)
    assert not psutil.Process().children(recursive=True)


def test_the_memory_of_the_child_is_capped(monkeypatch):
    monkeypatch.setattr(pages, "_MEMORY", 150_000_000)
    with pytest.raises(ReadError, match="too large"):
        read(b"<html><body>" + PARAGRAPH * 150_000)


def test_without_the_extra_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setattr(pages, "find_spec", lambda _: None)
    with pytest.raises(ConfigError) as caught:
        read(PAGE)
    assert "pip install extractor[html]" in caught.value.hint


def test_reading_text_does_not_import_what_html_and_urls_need():
    command = "import sys, extractor.reading; print([m for m in ('trafilatura','lxml','httpcore2','ssl','charset_normalizer') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
