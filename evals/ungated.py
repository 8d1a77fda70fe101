"""An LLM's answers taken at their word: what the tool would print without grounding, gates and merging.

`python -m evals.ungated ARTICLES.jsonl CACHE_DIR > before.jsonl`, then `python -m evals score before.jsonl`
beside the tool's own output on the same recorded answers. Only what has no other reading is computed: amounts
are parsed from the words copied, since the LLM gives no numbers. Everything else is as the LLM wrote it.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from extractor.article import Article, Sentence
from extractor.drafts import AnswerDraft, FigureDraft, InstrumentDraft, MeetingDraft
from extractor.llm.caching import DiskStore
from extractor.llm.scripted import ScriptedLLM
from extractor.normalizing.numbers import parse_quantity
from extractor.pipeline import Extractor, Prepared
from extractor.reading import ReadOptions, read_articles
from extractor.settings import Settings
from extractor.wiring import asking_of


def taken_at_its_word(answer: AnswerDraft, sentences: Sequence[Sentence]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of one answer in the form of an Extraction, nothing checked and nothing joined."""
    meetings = [_meeting(draft, f"m{n}", sentences) for n, draft in enumerate(answer.meetings, 1)]
    return {
        "meetings": meetings,
        "attendees": [
            _attendee(person.model_dump(mode="json"), f"m{n}", _evidence(person.s, sentences))
            for n, draft in enumerate(answer.meetings, 1)
            for person in draft.attendees
        ],
        "agreements": [_instrument(draft, sentences) for draft in answer.agreements],
        "mous": [_instrument(draft, sentences) for draft in answer.mous],
        "trade_figures": [_figure(draft, sentences) for draft in answer.figures],
    }


def _meeting(draft: MeetingDraft, name: str, sentences: Sequence[Sentence]) -> dict[str, Any]:
    return {
        "id": name,
        "evidence": _evidence(draft.s, sentences),
        "kind": draft.kind,
        "mode": draft.mode,
        "status": draft.status,
        "visit_type": draft.visit,
        "background": draft.background,
        "countries": draft.countries,
    }


def _attendee(person: Mapping[str, Any], meeting: str, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    kept = {field: person[field] for field in ("office", "country", "role", "attendance")}
    kind = "delegation" if person["office"] == "delegation" else "person"
    names = {"name": person["en"] or person["name"], "name_as_written": person["name"]}
    return {"meeting": meeting, "evidence": evidence, "kind": kind, **names, **kept}


def _instrument(draft: InstrumentDraft, sentences: Sequence[Sentence]) -> dict[str, Any]:
    return {
        "evidence": _evidence(draft.s, sentences),
        "title": draft.en,
        "title_as_written": draft.title,
        **({"type": draft.type} if draft.type else {}),
        "status": draft.status,
        "parties": draft.parties,
        "stated_count": draft.count,
    }


def _figure(draft: FigureDraft, sentences: Sequence[Sentence]) -> dict[str, Any]:
    quantity = parse_quantity(draft.value).value
    amount = (
        {}
        if quantity is None
        else {
            "value": str(quantity.value),
            "unit": quantity.unit,
            "currency": quantity.currency,
        }
    )
    return {
        "evidence": _evidence(draft.s, sentences),
        "indicator": draft.indicator,
        "measure": draft.measure,
        "qualifier": draft.qualifier,
        "value_as_written": draft.value,
        "period": draft.period,
        "from_country": draft.from_,
        "to_country": draft.to,
        "status": draft.status,
        "is_record": draft.record,
        **amount,
    }


def _evidence(numbers: Sequence[int], sentences: Sequence[Sentence]) -> list[dict[str, Any]]:
    cited = [sentences[number - 1] for number in numbers if number <= len(sentences)]
    return [{"quote": s.text, "start": s.span.start, "end": s.span.end} for s in cited]


def main(articles: str, cache: str) -> None:
    """Print, for each article whose answers are recorded, the records they hold."""
    store = DiskStore(Path(cache))
    extractor = Extractor(ScriptedLLM([]), asking_of(Settings()))
    for article in read_articles(articles, ReadOptions(format="jsonl")):
        for line in _line(article, extractor.prepare(article), store):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _line(article: Article, prepared: Prepared, store: DiskStore) -> Iterator[dict[str, Any]]:
    answers = [store.get(request.fingerprint) for request in prepared.requests]
    if len(answers) == 1 and answers[0] is not None:
        records = taken_at_its_word(AnswerDraft.model_validate_json(answers[0].text), prepared.chunks[0])
        yield {"article": article.id, "system": "ungated", "extraction": records}


if __name__ == "__main__":
    main(*sys.argv[1:3])
