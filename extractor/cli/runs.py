"""`extractor runs …`: the runs in a folder, how one of them stands, and its journal's rows."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from extractor.batching.journal import Journal, open_to_read
from extractor.batching.rendering import described
from extractor.batching.states import State
from extractor.cli.delivering import show
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal, printable
from extractor.errors import ConfigError, ReadError
from extractor.writing.cleaning import for_csv, for_json

_SUFFIX = ".journal"


def runs_list(params: Params, terminal: Terminal) -> None:
    """Print the runs of a folder, one a line, and warn of a journal that cannot be read."""
    rows = []
    for path in sorted(Path(params["folder"]).glob(f"*{_SUFFIX}")):
        try:
            with closing(open_to_read(path)) as journal:
                rows.append({"output": str(path)[: -len(_SUFFIX)], **_standing(journal)})
        except ReadError as problem:
            terminal.warn(str(problem))
    if params["json"]:
        show(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        show(printable(f"{row['output']}  {row['done']} done, {row['failed']} failed, {row['ended']}"))
    if not rows:
        terminal.say(f"no runs in {params['folder']}")


def runs_show(params: Params, _terminal: Terminal) -> None:
    """Print how a run stands."""
    path = journal_of(params["journal"])
    with closing(open_to_read(path)) as journal:
        standing = {"journal": str(path), **_standing(journal), **_details(journal)}
    if params["json"]:
        show(json.dumps(standing, ensure_ascii=False, indent=2))
        return
    width = max(map(len, standing)) + 2
    show(
        printable(
            "\n".join(f"{name.replace('_', ' '):{width}}{_shown(value)}" for name, value in standing.items())
        )
    )


def runs_export(params: Params, _terminal: Terminal) -> None:
    """Print the rows of a run's journal, as JSON Lines or CSV."""
    form = params["output_format"]
    if form not in {"jsonl", "csv"}:
        raise ConfigError(f"--format {form}: no such format", hint="jsonl or csv")
    states = [_state(name) for name in params["state"] or ()]
    with closing(open_to_read(journal_of(params["journal"]))) as journal:
        rows = map(described, journal.rows(*states))
        for line in _json_lines(rows) if form == "jsonl" else _csv_lines(rows):
            sys.stdout.buffer.write(line.encode())
    sys.stdout.buffer.flush()


def journal_of(given: Path) -> Path:
    """Return the journal that a path names: itself, or that of an output."""
    path = given if given.name.endswith(_SUFFIX) else given.with_name(given.name + _SUFFIX)
    if not path.is_file():
        raise ReadError(
            f"{path}: no such journal", source=str(path), hint="`extractor runs list` shows those of a folder"
        )
    return path


def _standing(journal: Journal) -> dict[str, Any]:
    counts, sessions = journal.counts(), journal.sessions()
    last = sessions[-1] if sessions else {}
    spent = journal.spent()
    return {
        "started": sessions[0]["started"] if sessions else None,
        "sessions": len(sessions),
        "ended": last.get("how") or "under way, or killed",
        "done": counts[State.DONE] + counts[State.DONE_WITH_WARNINGS],
        "with_warnings": counts[State.DONE_WITH_WARNINGS],
        "failed": counts[State.FAILED],
        "skipped": counts[State.SKIPPED],
        "requests": spent.requests,
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "cost": spent.cost,
    }


def _details(journal: Journal) -> dict[str, Any]:
    return {
        "failures": journal.failure_classes(),
        "identity": journal.identity(),
        "go_on_with": journal.fact("command"),
    }


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items()) or "none"
    return "unknown" if value is None else str(value)


def _state(name: str) -> State:
    try:
        return State(name)
    except ValueError:
        raise ConfigError(f"--state {name}: no such state", hint=f"one of: {', '.join(State)}") from None


def _json_lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield for_json(json.dumps(row, ensure_ascii=False)) + "\n"


def _csv_lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if not number:
            yield _csv_line(list(row))
        yield _csv_line([for_csv(value) if isinstance(value, str) else value for value in row.values()])


def _csv_line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
