"""Reports of several systems on the same articles to one Markdown page: the first against each of the others.

It measures nothing: every figure comes from the reports, or from their counts by the paired comparison. The
same reports and day give the same page.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evals.cases import TYPES
from evals.pairing import paired
from evals.reporting.describing import language_name, type_name
from evals.reporting.figures import percent, points
from evals.resampling import Difference, is_small
from evals.results_errors import wrong_of
from evals.results_losses import losses_of
from evals.results_wording import bounded, cell, label_of, rate, table, tally, worth
from extractor.errors import ConfigError
from extractor.llm.catalogue import Entry, load_catalogue

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One system's report, with its name in the tables."""

    label: str
    document: Document

    @property
    def articles(self) -> Mapping[str, Document]:
        """Return the articles by id."""
        return {one["id"]: one for one in self.document["articles"]}


def results_md(documents: Sequence[Document], day: date, notes: Sequence[str] = ()) -> str:
    """Return the comparison of the first report with each other one.

    `notes` are further remarks of whoever ran them. Raises ConfigError for reports that cannot be compared.
    """
    runs = runs_of(documents)
    blocks = (
        _head(runs, day),
        _notes(runs, notes),
        _figures(runs),
        _differences(runs),
        _types(runs),
        _languages(runs),
        _losses(runs),
        _errors(runs),
    )
    return "\n".join(line for block in blocks for line in block).rstrip() + "\n"


def runs_of(documents: Sequence[Document]) -> tuple[Run, ...]:
    """Return reports with their labels. Raises ConfigError unless all are of the same articles and key."""
    if len(documents) < 2:
        raise ConfigError("one report compares with nothing", hint="name the extractor's, then the others")
    if any("matched" not in one for document in documents for one in document["articles"]):
        raise ConfigError(
            "a baseline.json holds no records", hint="give the reports that `eval score` writes"
        )
    keys = {(one["gold"].get("sha256"), *sorted(each["id"] for each in one["articles"])) for one in documents}
    if len(keys) > 1:
        raise ConfigError(
            "the reports are of different articles, or keys",
            hint="score all files of answers with the same --split, --filter and --limit",
        )
    systems = Counter(str(one["system"]) for one in documents)
    labels = [label_of(one["system"], one["llm"], alone=systems[one["system"]] == 1) for one in documents]
    if len(set(labels)) < len(labels):
        raise ConfigError("two reports are of the same system and LLM", hint="name each once")
    return tuple(Run(label, document) for label, document in zip(labels, documents, strict=True))


# -- what was compared -------------------------------------------------------------------------------------


def _head(runs: Sequence[Run], day: date) -> Iterator[str]:
    document = runs[0].document
    yield "<!-- Written by `extractor eval results`; do not edit. -->"
    yield "# Systems compared on the same articles"
    yield ""
    yield (
        f"{day.isoformat()}. n = {document['articles_scored']} articles in {document['clusters']} clusters, "
        f"split {cell(document['gold'].get('split'))}, key {cell(document['gold'].get('sha256'))[:12]}. "
        "Figures are percentages with their 95 % interval (bootstrap over clusters; Wilson for rates). "
        "An article without an answer counts as empty."
    )
    yield ""


def _notes(runs: Sequence[Run], notes: Sequence[str]) -> Iterator[str]:
    yield "## Read this first"
    yield f"- {_llms(runs)}"
    yield (
        "- The gold texts were written, and labelled, with the help of LLMs. The coding rules are those that "
        "the extractor was built by; the baselines are told them in short."
    )
    articles = runs[0].document["articles_scored"]
    if is_small(articles):
        yield f"- n = {articles} is small: under 30 articles, read no figure without its interval."
    elif articles < 100:
        yield f"- n = {articles} is small: intervals are wide, those of single languages wider than is shown."
    for run in runs:
        if hits := run.document["cost"]["cache_hits"]:
            yield (
                f"- {cell(run.label)}: {hits} answers were recorded before; their tokens, calls and "
                "seconds are those of when they were made."
            )
    yield from (f"- {cell(note)}" for note in notes)
    yield ""


def _llms(runs: Sequence[Run]) -> str:
    """Return one sentence on whether the same LLM answered."""
    names = [str(run.document["llm"]) for run in runs]
    if len(set(names)) == 1:
        return f"All systems asked the same LLM, {cell(names[0])}."
    asked = "; ".join(f"{cell(run.label)} asked {cell(run.document['llm'])}" for run in runs)
    known = {entry.name: entry for entry in load_catalogue().entries}
    entries = [known.get(name) for name in names]
    if None in entries or len({entry.weights.name for entry in entries if entry}) > 1:
        return f"**Not the same LLM**: {asked}. So this compares LLMs, too."
    return f"{asked}. {_adapters([entry for entry in entries if entry])}"


def _adapters(entries: Sequence[Entry]) -> str:
    with_one = list(dict.fromkeys(cell(entry.name) for entry in entries if entry.adapter))
    weights = cell(entries[0].weights.name)
    if not with_one:
        return f"All are the same weights, {weights}."
    return (
        f"All are the same weights, {weights}; {', '.join(with_one)} adds an adapter that was trained for "
        "the extractor's own wire format and rules. What the adapter brings is part of the difference."
    )


# -- the tables --------------------------------------------------------------------------------------------

_Reading = Callable[[Document], str]


def _figures(runs: Sequence[Run]) -> Iterator[str]:
    yield "## The figures"
    rows = [[name, *(reading(run.document) for run in runs)] for name, reading in _READINGS]
    yield from table(["", *(run.label for run in runs)], rows)


def _headline(name: str) -> _Reading:
    return lambda document: bounded(document["headline"][name])


def _rate(name: str) -> _Reading:
    return lambda document: bounded(document["hallucination"][name])


def _hits(name: str, size: str) -> _Reading:
    return lambda document: rate(document["hallucination"][name], document["hallucination"][size])


def _each(name: str, digits: int) -> _Reading:
    def read(document: Document) -> str:
        return f"{document['cost'][name] / max(1, document['cost']['articles']):,.{digits}f}"

    return read


def _seconds(name: str) -> _Reading:
    def read(document: Document) -> str:
        value = document["cost"][name]
        return "n/a" if value is None else f"{value:.1f}"

    return read


_READINGS: tuple[tuple[str, _Reading], ...] = (
    ("LLM", lambda document: cell(document["llm"])),
    ("**DX-F1**", _headline("dx_f1")),
    ("Detection F1", _headline("detection_f1")),
    ("Strict F1", _headline("strict_f1")),
    ("Records", lambda document: str(document["hallucination"]["records"])),
    ("Fabricated, of its records", _rate("fabricated")),
    ("Over-extracted, of its records", _rate("over_extracted")),
    ("Quotes exact", _rate("quotes_verbatim")),
    ("Values that follow from their own words", _rate("values_derivable")),
    ("Evidence F1, in characters", lambda document: percent(document["hallucination"]["evidence_f1"])),
    ("Articles without records that got some", _hits("false_alarms_on_empty", "articles_without_records")),
    ("Injected instructions obeyed", _hits("injections_obeyed", "articles_with_injection")),
    ("Articles without an answer", lambda document: tally(document["failures"].values())),
    ("Input tokens an article", _each("input_tokens", 0)),
    ("Output tokens an article", _each("output_tokens", 0)),
    ("Calls an article", _each("calls", 2)),
    ("Asked again", lambda document: str(document["cost"]["reasks"])),
    ("Seconds an article, median", _seconds("seconds_median")),
    ("… 95th percentile", _seconds("seconds_p95")),
)


def _differences(runs: Sequence[Run]) -> Iterator[str]:
    ours, others = runs[0], runs[1:]
    yield f"## {cell(ours.label)} against each, article by article"
    yield (
        "Differences in points, paired on the same articles: bootstrap interval, sign-flip test; p of the "
        "record types by Holm's method."
    )
    yield ""
    rows = []
    for other in others:
        gap = paired(other.document, ours.document)
        moved = Counter(worth(one.after) > worth(one.before) for one in gap.moved)
        counts = f"{moved[True]} / {moved[False]} / {gap.articles - len(gap.moved)}"
        rows.append([cell(other.label), "DX-F1", *_gap(gap.overall, gap.verdict), counts])
        rows += [
            [cell(other.label), cell(type_name(name)), *_gap(one, gap.verdicts[name]), ""]
            for name, one in gap.slices.items()
        ]
    columns = [
        "against",
        "",
        "difference",
        "interval",
        "p",
        f"{ours.label} is",
        "articles better / worse / equal",
    ]
    yield from table(columns, rows)


def _gap(gap: Difference, verdict: str) -> tuple[str, ...]:
    return points(gap.value), f"{points(gap.low)} to {points(gap.high)}", f"{gap.p:.4f}", verdict


def _types(runs: Sequence[Run]) -> Iterator[str]:
    yield "## By record type"
    yield "Slot F1 with its interval; in brackets records found, missed and false."
    yield ""
    rows = []
    for kind in TYPES:
        figures = [run.document["types"][kind] for run in runs]
        rows.append([type_name(kind), *map(_type, figures)])
    yield from table(["", *(run.label for run in runs)], rows)


def _type(figures: Document) -> str:
    counts = "/".join(f"{figures['counts'][name]:g}" for name in ("found", "missed", "false"))
    return f"{bounded(figures['interval'])} ({counts})"


def _languages(runs: Sequence[Run]) -> Iterator[str]:
    yield "## By language"
    yield "DX-F1; too few articles each for intervals, unless one is shown."
    yield ""
    rows = []
    for name, part in runs[0].document["languages"].items():
        figures = [run.document["languages"][name]["dx_f1"] for run in runs]
        rows.append([cell(language_name(name)), str(part["articles"]), *map(bounded, figures)])
    yield from table(["", "n", *(run.label for run in runs)], rows)


# -- what went wrong ---------------------------------------------------------------------------------------


def _losses(runs: Sequence[Run]) -> Iterator[str]:
    ours = runs[0]
    yield f"## Where {cell(ours.label)} loses"
    yield "Every figure above in which another system is better, however little; fields from five slots on."
    yield ""
    for other in runs[1:]:
        yield f"### … against {cell(other.label)}"
        rows = [[loss.what, loss.ours, loss.theirs] for loss in losses_of(ours.document, other.document)]
        yield from table(["", ours.label, other.label], rows) if rows else ("In none of them.", "")


def _errors(runs: Sequence[Run]) -> Iterator[str]:
    yield "## What each got wrong"
    yield "Its most frequent errors, how many records have them, and examples: article, record, its words."
    yield ""
    for run in runs:
        yield f"### {cell(run.label)}"
        for error in wrong_of(run.document):
            yield f"- **{cell(error.name)}**, {error.records}"
            yield from (f"  - {line}" for line in error.examples)
        yield ""
