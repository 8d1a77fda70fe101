"""Ten articles in ten languages through the whole pipeline, on answers that the embedded LLM gave."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from extractor.llm.caching import Cached, Policy
from extractor.llm.recorded import RecordedAnswers
from extractor.pipeline import Extractor
from extractor.reading import ReadOptions, read_articles
from extractor.settings import Settings
from extractor.wiring import asking_of

ROOT = Path(__file__).parents[1]
RECORDED = Path(__file__).parent / "recorded"
FACTS = yaml.safe_load((RECORDED / "facts.yaml").read_text(encoding="utf-8"))
HOLDS = [(name, kind, fact) for name in FACTS for item in FACTS[name]["holds"] for kind, fact in item.items()]
LACKS = [(name, words) for name in FACTS for words in FACTS[name]["lacks"]]


@cache
def extraction(name):
    (article,) = read_articles(str(ROOT / "examples" / f"{name}.txt"), ReadOptions())
    recorded = Cached(None, RecordedAnswers(RECORDED / "examples.jsonl"), Policy.OFFLINE)
    return article.text, Extractor(recorded, asking_of(Settings())).extract(article)


def plain(value):
    """Return a value as the file of facts writes it."""
    return (
        value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
    )


def words_shown(result):
    for record in result.records:
        yield from (evidence.quote for evidence in record.evidence)
        yield from (words.quote for several in record.shown_by.values() for words in several)
        for field, value in record:
            if field.endswith("_as_written") and value is not None:
                yield value


def test_there_are_ten_articles_in_ten_languages():
    assert len(FACTS) == 10
    assert {path.stem for path in (ROOT / "examples").glob("*.txt")} == set(FACTS)


@pytest.mark.parametrize(("name", "kind", "fact"), HOLDS)
def test_what_the_article_reports_is_found(name, kind, fact):
    _, result = extraction(name)
    records = getattr(result, kind)
    assert any(
        all(plain(getattr(record, field)) == plain(value) for field, value in fact.items())
        for record in records
    ), [record.model_dump(exclude={"evidence", "shown_by"}) for record in records]


@pytest.mark.parametrize(("name", "words"), LACKS)
def test_what_it_does_not_report_is_not(name, words):
    _, result = extraction(name)
    for record in result.records:
        values = record.model_dump(exclude={"evidence", "shown_by", "id"}).values()
        assert not any(words == value or (len(words) > 3 and words in str(value)) for value in values)


@pytest.mark.parametrize("name", FACTS)
def test_every_value_stands_in_the_text(name):
    text, result = extraction(name)
    assert all(words in text for words in words_shown(result))
    for record in result.records:
        spans = [*record.evidence, *(words for several in record.shown_by.values() for words in several)]
        assert all(text[span.start : span.end] == span.quote for span in spans)


@pytest.mark.parametrize("name", FACTS)
def test_a_value_that_was_changed_or_dropped_is_said(name):
    _, result = extraction(name)
    assert all(warning.detail for warning in result.warnings)
    ids = {record.id for record in result.records}
    assert all(warning.record is None or warning.record in ids for warning in result.warnings)


def test_an_article_without_records_has_none():
    _, result = extraction("en")
    assert result.records == ()
