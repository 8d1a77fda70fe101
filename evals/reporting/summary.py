"""A report document to Markdown that a reviewer reads in a minute."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.gating import Gate, Verdict

Document = Mapping[str, Any]

_NAMES = {"dx_f1": "DX-F1", "detection_f1": "Detection F1", "strict_f1": "Strict F1"}
_SIGNS = {Verdict.PASSED: "passed", Verdict.MISSED: "**MISSED**", Verdict.WARNING: "warning"}

_ESCAPED = str.maketrans({sign: f"&#{ord(sign)};" for sign in "\\|<&`*_[]#@"})


def summary_md(document: Document, gates: Sequence[Gate]) -> str:
    """Return the summary of a report: the gates if there are any, what changed, the figures."""
    return "\n".join(
        [*_head(document), *_gates(gates), *_comparison(document), *_runs(document), *_tables(document), ""]
    )


def _head(document: Document) -> Iterator[str]:
    gold = document["gold"]
    yield f"## {_cell(document['system'])}, {_cell(document['llm'] or 'unnamed LLM')}"
    yield ""
    yield (
        f"{document['articles_scored']} articles in {document['clusters']} clusters, "
        f"split {gold.get('split')}, key {str(gold.get('sha256'))[:12]}, {document['epochs']} epoch(s)."
    )
    yield ""
    yield "| figure | % | 95 % interval |"
    yield "|---|---|---|"
    for name, figure in document["headline"].items():
        yield f"| {_NAMES[name]} | {_percent(figure['value'])} | {_bounds(figure)} |"
    agreement = document["agreement"]
    if agreement:
        yield f"| Two labellers on {agreement['articles']} articles | {_percent(agreement['dx_f1'])} | |"
        yield f"| … value against value, no alternatives | {_percent(agreement['plain'])} | |"
    yield ""


def _gates(gates: Sequence[Gate]) -> Iterator[str]:
    if gates:
        yield "| gate | | |"
        yield "|---|---|---|"
        yield from (f"| {gate.name} | {_SIGNS[gate.verdict]} | {_cell(gate.detail)} |" for gate in gates)
        yield ""


def _comparison(document: Document) -> Iterator[str]:
    """Yield how the run differs from an earlier one, where `changes.with_comparison` put that in."""
    change = document.get("comparison")
    if not change:
        return
    before = change["before"]
    yield f"### Against {_cell(before['system'])}, {_cell(before['llm'] or 'unnamed LLM')}"
    yield ""
    yield f"Paired, on the {change['articles']} articles that both have; points of 100."
    yield ""
    yield "| DX-F1 | change | 95 % interval | p | |"
    yield "|---|---|---|---|---|"
    yield from (_gap(name, gap) for name, gap in {"overall": change["overall"], **change["slices"]}.items())
    yield ""
    if change["moved"]:
        yield f"<details><summary>{len(change['moved'])} articles moved</summary>"
        yield ""
        yield "| article | before | after | what |"
        yield "|---|---|---|---|"
        yield from map(_moved, change["moved"])
        yield ""
        yield "</details>"
        yield ""


def _gap(name: str, gap: Mapping[str, Any]) -> str:
    change, low, high = (f"{100 * gap[one]:+.1f}" for one in ("value", "low", "high"))
    verdict = gap["verdict"] if gap["verdict"] == "tied" else f"**{gap['verdict']}**"
    return f"| {_cell(name)} | {change} | {low} to {high} | {gap['p']:.3f} | {verdict} |"


def _moved(one: Mapping[str, Any]) -> str:
    what = "; ".join(f"{change['record']}: {change['what']}" for change in one["changes"])
    return f"| {_cell(one['id'])} | {_percent(one['before'])} | {_percent(one['after'])} | {_cell(what)} |"


def _runs(document: Document) -> Iterator[str]:
    """Yield the run and others beside it, where `changes.with_runs` put these in."""
    if not document.get("runs"):
        return
    yield f"| run | articles | {' | '.join(_NAMES.values())} |"
    yield f"|---|---{'|---' * len(_NAMES)}|"
    for one in (document, *document["runs"]):
        figures = (one["headline"][name] for name in _NAMES)
        cells = (f"{_percent(figure['value'])} ({_bounds(figure)})" for figure in figures)
        who = _cell(f"{one['system']} {one['llm']}".strip())
        yield f"| {who} | {one['articles_scored']} | {' | '.join(cells)} |"
    yield ""


def _tables(document: Document) -> Iterator[str]:
    yield from _type_table(document)
    yield from _language_table(document)
    yield from _list("Hallucination", document["hallucination"])
    yield from _list("Cost", document["cost"])
    yield from _list("Errors", {tag: count for tag, count in document["errors"].items() if count})
    if document["failures"]:
        yield from _list("Articles without an answer", document["failures"])


def _type_table(document: Document) -> Iterator[str]:
    agreement = (document["agreement"] or {}).get("types", {})
    yield "| record | slot F1 | interval | P | R | detection | strict | found | missed | false | agreement |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for kind, one in document["types"].items():
        slots, counts = one["slots"], one["counts"]
        cells = (
            kind,
            _percent(slots["f1"]),
            _bounds(one["interval"]),
            _percent(slots["precision"]),
            _percent(slots["recall"]),
            _percent(one["detection"]["f1"]),
            _percent(one["strict"]["f1"]),
            *(f"{counts[name]:g}" for name in ("found", "missed", "false")),
            _percent(agreement.get(kind, {}).get("slots")),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _language_table(document: Document) -> Iterator[str]:
    yield "| language | articles | DX-F1 | interval | found | missed | false | flawless |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, one in document["languages"].items():
        counts = " | ".join(f"{one[column]:g}" for column in ("found", "missed", "false", "flawless"))
        figure = one["dx_f1"]
        yield f"| {name} | {one['articles']} | {_percent(figure['value'])} | {_bounds(figure)} | {counts} |"
    yield ""


def _list(title: str, rows: Mapping[str, Any]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (
        f"| {_cell(name.replace('_', ' '))} | {_cell(_plain(value))} |" for name, value in rows.items()
    )
    yield ""
    yield "</details>"
    yield ""


def _plain(value: Any) -> str:
    if isinstance(value, Mapping) and "low" in value:
        return f"{_percent(value['value'])} % {_bounds(value)}".strip()
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    if isinstance(value, float):
        return f"{value:.3f}"
    return "n/a" if value is None else str(value)


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}"


def _bounds(figure: Mapping[str, float | None]) -> str:
    low, high = figure["low"], figure["high"]
    return "" if low is None or high is None else f"{_percent(low)} to {_percent(high)}"


def _cell(text: object) -> str:
    """Return text that neither ends a table cell nor begins markup."""
    return " ".join(str(text).split()).translate(_ESCAPED)
