"""A report to a short table for a terminal."""

from collections.abc import Iterator, Sequence

from evals.agreeing import Agreement
from evals.pairing import Paired
from evals.resampling import Interval
from evals.summarising import Report, by_language, by_type, cost, errors, failures, hallucination, headline


def table_of(report: Report) -> str:
    """Return the figures of a report as lines of text."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.system} {report.llm}: {len(report.scores)} articles, {len(set(report.clusters))} clusters"
    for name, interval in headline(report).items():
        yield f"{name:<14} {shown(interval)}"
    yield ""
    columns = ("slot F1", "P", "R", "detect", "strict", "found", "missed", "false")
    yield f"{'':<14} " + " ".join(f"{column:>7}" for column in columns)
    for kind, figures in by_type(report).items():
        slots = figures.slots
        ratios = (slots.f1, slots.precision, slots.recall, figures.detection.f1, figures.strict.f1)
        found = figures.counts[5:8]
        yield f"{kind:<14} " + " ".join(
            [*(f"{percent(one):>7}" for one in ratios), *(f"{one:>7g}" for one in found)]
        )
    yield ""
    for language, part in by_language(report).items():
        yield f"{language:<5} n={part.articles:<4} DX-F1 {percent(part.dx_f1.value):>6}"
    yield ""
    yield from (f"{name:<26} {_plain(value)}" for name, value in hallucination(report.scores).items())
    yield from (
        f"{name:<26} {_plain(value)}" for name, value in cost(one.answer for one in report.scores).items()
    )
    yield "errors: " + ", ".join(f"{tag} {count}" for tag, count in errors(report.scores).most_common())
    yield from (f"failed: {article}: {why}" for article, why in failures(report.scores).items())


def side_by_side(reports: Sequence[Report]) -> str:
    """Return the headlines of several reports as a table: a row for each system and LLM."""
    names = [f"{one.system} {one.llm}" for one in reports]
    width = max(map(len, names))
    figures = [headline(one) for one in reports]
    lines = [f"{'':<{width}} {'n':>4} " + " ".join(f"{name:>20}" for name in figures[0])]
    for name, report, figure in zip(names, reports, figures, strict=True):
        cells = " ".join(f"{shown(interval):>20}" for interval in figure.values())
        lines.append(f"{name:<{width}} {len(report.scores):>4} {cells}")
    return "\n".join(lines)


def agreement_table(found: Agreement) -> str:
    """Return how far two labellings agree as lines of text."""
    lines = [
        f"{found.articles} articles labelled twice",
        f"{'DX-F1':<14} {percent(found.dx_f1):>7}   what the other accepts, too, as in results",
        f"{'plain':<14} {percent(found.plain):>7}   value against value",
        "",
        f"{'':<14} " + " ".join(f"{name:>7}" for name in ("slot F1", "detect", "strict")),
    ]
    for kind, figures in found.types.items():
        lines.append(f"{kind:<14} " + " ".join(f"{percent(one):>7}" for one in figures))
    return "\n".join(lines)


def percent(value: float | None) -> str:
    """Return a ratio as a percentage with one decimal."""
    return "n/a" if value is None else f"{100 * value:.1f}"


def shown(interval: Interval) -> str:
    """Return a figure with its bounds, in percent."""
    if interval.low is None:
        return percent(interval.value)
    return f"{percent(interval.value)} [{percent(interval.low)}, {percent(interval.high)}]"


def _plain(value: object) -> str:
    if isinstance(value, Interval):
        return shown(value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    if isinstance(value, float):
        return f"{value:.3f}"
    return "n/a" if value is None else str(value)


def changes_of(change: Paired) -> str:
    """Return how two runs differ as lines of text."""
    gaps = {"overall": change.overall, **change.slices}
    verdicts = {"overall": change.verdict, **change.verdicts}
    lines = [f"{change.articles} articles"]
    for name, gap in gaps.items():
        bounds = f"[{100 * gap.low:+.1f}, {100 * gap.high:+.1f}]"
        lines.append(f"{name:<14} {100 * gap.value:+.1f} {bounds} p={gap.p:.3f} {verdicts[name]}")
    lines += [f"{one.id}: {percent(one.before)} -> {percent(one.after)}" for one in change.moved]
    return "\n".join(lines)
