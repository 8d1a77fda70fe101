"""Reports on the same articles to what a document holds of them: what changed, and the runs side by side.

`comparison` is the paired difference from an earlier report (see `pairing`), with what changed in each
article that moved; `runs` are the figures of further runs. Both are additions to a document.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from evals.pairing import Paired, paired
from evals.reporting.describing import field_name, record_line, value_text
from evals.resampling import Difference

Document = Mapping[str, Any]


def with_comparison(document: Document, earlier: Document) -> dict[str, Any]:
    """Return a document with its comparison to an earlier report, or to a baseline, which has no records.

    Raises ConfigError when the two share no article.
    """
    change = paired(earlier, document)
    before, after = ({one["id"]: one for one in each["articles"]} for each in (earlier, document))
    moved = [
        {**one._asdict(), "changes": [row._asdict() for row in changes_of(before[one.id], after[one.id])]}
        for one in change.moved
    ]
    return {**document, "comparison": {"before": run_of(earlier), **_figures(change), "moved": moved}}


def with_runs(document: Document, others: Sequence[Document]) -> dict[str, Any]:
    """Return a document that holds the figures of other runs beside its own."""
    return {**document, "runs": [run_of(one) for one in others]}


def run_of(document: Document) -> dict[str, Any]:
    """Return the figures of a run: who, headline and cost."""
    return {name: document[name] for name in ("system", "llm", "articles_scored", "headline", "cost")}


def _figures(change: Paired) -> dict[str, Any]:
    slices = {name: _gap(gap, change.verdicts[name]) for name, gap in change.slices.items()}
    return {"articles": change.articles, "overall": _gap(change.overall, change.verdict), "slices": slices}


def _gap(gap: Difference, verdict: str) -> dict[str, Any]:
    return {**gap._asdict(), "verdict": verdict}


class Change(NamedTuple):
    """What changed about one record, in words, and whether to the better."""

    type: str
    record: str
    what: str
    better: bool


class _State(NamedTuple):
    """How a record of the key fared: None for its slots if it was missed."""

    gold: Mapping[str, Any]
    slots: Mapping[str, Mapping[str, Any]] | None


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what changed in an article, of two documents; nothing where one holds no records."""
    if "matched" not in before or "matched" not in after:
        return ()
    old, new = _states(before), _states(after)
    shared = (one for one in old if one in new)
    kept = (change for one in shared for change in _of_record(old[one], new[one]))
    return (*kept, *_of_alarms(before, after))


def _states(article: Mapping[str, Any]) -> dict[tuple[str, str], _State]:
    matched = {
        _key(pair["gold"]): _State(pair["gold"], {slot["field"]: slot for slot in pair["slots"]})
        for pair in article["matched"]
    }
    return matched | {_key(gold): _State(gold, None) for gold in article["missed"]}


def _key(record: Mapping[str, Any]) -> tuple[str, str]:
    return record["type"], record["id"]


def _of_record(old: _State, new: _State) -> Iterator[Change]:
    kind, line = new.gold["type"], record_line(new.gold)
    if old.slots is None or new.slots is None:
        if old.slots is not new.slots:
            found = new.slots is not None
            yield Change(kind, line, "missed → found" if found else "found → missed", better=found)
        return
    for name in dict.fromkeys((*old.slots, *new.slots)):
        first, second = old.slots.get(name), new.slots.get(name)
        gap = _worth(second) - _worth(first)
        if gap:
            what = f"{field_name(name)}: {_said(name, first)} → {_said(name, second)}"
            yield Change(kind, line, what, better=gap > 0)


def _worth(slot: Mapping[str, Any] | None) -> float:
    """Return the credit of a slot; one that is not counted costs nothing."""
    return 1.0 if slot is None or slot["outcome"] is None else float(slot["credit"])


def _said(name: str, slot: Mapping[str, Any] | None) -> str:
    return value_text(name, slot["answer"]) or "nothing" if slot else "nothing"


def _of_alarms(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = (
        Counter((one["answer"]["type"], record_line(one["answer"])) for one in article["false_alarms"])
        for article in (before, after)
    )
    for kind, line in (new - old).elements():
        yield Change(kind, line, "new false record", better=False)
    for kind, line in (old - new).elements():
        yield Change(kind, line, "false record gone", better=True)
