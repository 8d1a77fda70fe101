"""Figures of a report as cells of a Markdown table; text that may hold markup is held harmless."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evals.reporting.figures import bounds, percent

_ESCAPED = str.maketrans({sign: f"&#{ord(sign)};" for sign in "\\|<&`*_[]#@"})


def cell(text: object) -> str:
    """Return text that neither ends a table cell nor begins markup, on one line."""
    return " ".join(str(text).split()).translate(_ESCAPED)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table and an empty one; rows are ready cells, columns are not."""
    yield f"| {' | '.join(cell(column) for column in columns)} |"
    yield "|---" * len(columns) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def label_of(system: object, llm: object, *, alone: bool) -> str:
    """Return the name of a system, with its LLM where it ran with several."""
    return str(system) if alone else f"{system}, {llm}"


def bounded(figure: Mapping[str, float | None]) -> str:
    """Return a ratio in percent with its interval: "81.2 [70.1, 90.3]"."""
    interval = bounds(figure).replace(" to ", ", ")
    return percent(figure["value"]) + (f" [{interval}]" if interval else "")


def rate(figure: Mapping[str, float | None], size: int) -> str:
    """Return how many of how many, with the rate's interval in percent."""
    value = figure["value"]
    return "none there" if value is None else f"{round(value * size)} of {size} [{bounds(figure)}]"


def tally(words: Iterable[str]) -> str:
    """Return how many there are, and of each: "3 (TruncatedError 2, InvalidOutputError 1)"."""
    counts = Counter(words)
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    named = ", ".join(f"{cell(word)} {count}" for word, count in ranked)
    return f"{counts.total()} ({named})" if counts else "0"


def worth(f1: float | None) -> float:
    """Return the F1 of an article; where there was nothing to be right about, nothing was wrong."""
    return 1.0 if f1 is None else f1
