"""What an LLM might say of a short text, said by hand, and what the pipeline then makes of it."""

import json
from datetime import date

from extractor.drafts import AnswerDraft
from extractor.llm.base import LLMIdentity
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor, article_of
from extractor.prompting import Asking, load_template

DAY = date(2031, 6, 4)
"""A Wednesday: the day on which the invented articles appear."""
WHO = LLMIdentity("scripted", "https://llm.invalid/v1")


def asking(chunk_tokens=6000, template="general", identity=WHO):
    return Asking(identity, load_template(template), chunk_tokens, 4096)


def person(name, office="foreign_minister", country=None, role="participant", **more):
    return {"s": [1], "name": name, "office": office, "country": country, "role": role, **more}


def meeting(*people, **more):
    usual = {"s": [1], "kind": "talks", "mode": "in_person", "status": "held", "countries": []}
    return {**usual, "attendees": list(people), **more}


def agreement(title, **more):
    return {"s": [1], "title": title, "type": "agreement", "status": "signed", "parties": [], **more}


def mou(title, **more):
    return {"s": [1], "title": title, "status": "signed", "parties": [], **more}


def figure(value, indicator="exports", **more):
    usual = {"s": [1], "value": value, "indicator": indicator, "measure": "level", "qualifier": "exact"}
    return {**usual, **more}


def answer(meetings=(), agreements=(), mous=(), figures=()):
    parts = {"meetings": meetings, "agreements": agreements, "mous": mous, "figures": figures}
    draft = AnswerDraft.model_validate({name: list(records) for name, records in parts.items()})
    return draft.model_dump_json(by_alias=True)


NOTHING = answer()


def read(text, language="en", *, day=DAY, **records):
    """Return the extraction of a text for which the LLM gives these records."""
    article = article_of(text, day=day, language=language)
    found = Extractor(ScriptedLLM([answer(**records)]), asking()).extract(article)
    assert_proven(found, text)
    return found


def assert_proven(found, text):
    """Every word that a record shows stands in the text where it says; ids are unique and links resolve."""
    ids = [record.id for record in found.records]
    assert len(ids) == len(set(ids))
    meetings = {record.id for record in found.meetings}
    for record in found.records:
        shown = [words for several in record.shown_by.values() for words in several]
        assert record.evidence
        assert all(words.quote == text[words.start : words.end] for words in (*record.evidence, *shown))
        written = [getattr(record, field) for field in type(record).model_fields if "as_written" in field]
        assert all(words in text for words in written if words is not None)
        assert record.attributed_to is None or record.attributed_to in text
        assert getattr(record, "meeting", None) in {None, *meetings}
    assert all(person.meeting in meetings for person in found.attendees)
    assert {warning.record for warning in found.warnings} <= {None, *ids}
    assert type(found).model_validate_json(found.model_dump_json()) == found


def codes(found):
    """Return the codes of the warnings."""
    return [str(warning.code) for warning in found.warnings]


def shown_json(found):
    """Return all that comes out but the article's identity and provenance, as one text."""
    return json.dumps(
        found.model_dump(mode="json", exclude={"article", "provenance", "warnings"}), ensure_ascii=False
    )
