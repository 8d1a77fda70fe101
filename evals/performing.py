"""What each command of the harness does with its flags."""

import json
import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of, watch_of
from extractor.cli.running import FAILED_SOME, Params
from extractor.cli.terminal import Terminal, printable
from extractor.errors import ConfigError
from extractor.llm.opening import Watch
from extractor.settings import Settings

try:
    from evals import commands as c
    from evals.gating import BASELINE, THRESHOLDS, exit_code
    from evals.gold import GOLD
    from evals.tabulating import agreement_table, changes_of, side_by_side, table_of
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] not in {"numpy", "scipy"}:
        raise
    raise ConfigError(f"the eval harness needs {missing.name}", hint="run `make setup-dev`") from missing

_GOLD_IS_WRONG = 2
EXTRACTOR = "extractor"


def run(params: Params, terminal: Terminal) -> None:
    """Run each LLM over the chosen cases. Raises typer.Exit with 3 when some gave no answer."""
    replaying = params["recorded"] or params["recordings"] is not None
    if replaying and params["system"] != EXTRACTOR:
        raise ConfigError("--recorded: answers of the extractor are recorded", hint="leave out --system")
    if replaying and params["epochs"] > 1:
        raise ConfigError("--epochs: each answer is recorded once", hint="leave out --recorded to ask again")
    names = params["llm"] or ()
    settings = settings_of({**params, "llm": None}, terminal)
    if replaying:
        settings = c.as_recorded(settings, {**params, "llm": None})
    each = [c.settings_for(name, settings) for name in names] or [settings]
    if replaying:
        results = _replayed(params, each, terminal)
    else:
        with terminal.progress("asking") as progress:
            watch = watch_of(terminal, progress)
            results = _run_system(params, each, watch)
    for path, failed in results:
        terminal.say(f"wrote {path}" + (f"; {failed} articles gave no answer" if failed else ""))
    if any(failed for _, failed in results):
        raise typer.Exit(FAILED_SOME)


def _run_system(params: Params, settings: Sequence[Settings], watch: Watch) -> tuple[tuple[Path, int], ...]:
    choice, epochs, out, name = _choice(params), params["epochs"], _out(params), params["system"]
    if name == EXTRACTOR:
        return c.run_llms(choice, settings, epochs=epochs, out=out, watch=watch)
    systems = [c.baseline(name, one) for one in settings]
    return c.run_baselines(choice, systems, epochs=epochs, out=out, watch=watch)


def _replayed(
    params: Params, settings: Sequence[Settings], terminal: Terminal
) -> tuple[tuple[Path, int], ...]:
    if len(settings) > 1:
        raise ConfigError("--recorded: answers of one LLM are recorded", hint="name one --llm, or none")
    place, watch = _place(params), Watch(terminal.detail)
    return (c.replay(_choice(params), settings[0], place, out=_out(params), watch=watch),)


def record(params: Params, terminal: Terminal) -> None:
    """Have all gold articles answered, and write the answers for `run` to give again."""
    settings = c.as_recorded(settings_of(params, terminal), params)
    if params["llm"] is not None:
        settings = c.settings_for(params["llm"], settings)
    place = _place(params)
    with terminal.progress("asking") as progress:
        watch = watch_of(terminal, progress)
        count = c.record_answers(_gold(params), settings, place, out=_out(params), watch=watch)
    terminal.say(f"wrote {count} answers to {place.folder}: review and commit it")


def score(params: Params, terminal: Terminal) -> None:
    """Score files of answers, each to a report; show one in full, several side by side."""
    choice, out = _choice(params), _out(params)
    paths = params["predictions"] or sorted(out.glob("predictions*.jsonl")) or [out / c.PREDICTIONS]
    reports, files = [], []
    for path in paths:
        report = c.score_file(path, choice)
        written = out / (
            c.REPORT if len(paths) == 1 else f"{path.stem.replace('predictions', 'report')}.json"
        )
        c.write_report(report, choice, written)
        terminal.say(f"wrote {written}")
        reports.append(report)
        files.append(str(written))
    if len(files) > 1:
        beside = " ".join(f"--beside {shlex.quote(one)}" for one in files[1:])
        terminal.say(f"as a page, side by side: extractor eval report {shlex.quote(files[0])} {beside}")
    _print([table_of(reports[0]) if len(reports) == 1 else side_by_side(reports)])


def gate(params: Params, _terminal: Terminal) -> None:
    """Print the verdict of every gate. Raises typer.Exit with 5 when one is missed."""
    verdicts = c.gate_file(_report(params), baseline=_baseline(params), thresholds=_thresholds(params))
    _print(f"{one.verdict:<8} {one.name}: {one.detail}" for one in verdicts)
    if code := exit_code(verdicts):
        raise typer.Exit(code)


def render(params: Params, _terminal: Terminal) -> None:
    """Write a report in every form, and print the paths."""
    report = _report(params)
    verdicts = c.gate_file(report, baseline=_baseline(params), thresholds=_thresholds(params))
    paths = c.render(
        report,
        verdicts=verdicts,
        out=_out(params),
        against=params["against"],
        beside=params["beside"] or (),
    )
    _print(map(str, paths))


def compare(params: Params, _terminal: Terminal) -> None:
    """Print what changed between two reports."""
    _print([changes_of(c.compare_files(params["first"], params["second"]))])


def results(params: Params, terminal: Terminal) -> None:
    """Write the comparison of systems."""
    out, day = Path(params["out"] or c.RESULTS), params["date"]
    try:
        ran = date.fromisoformat(day) if day else datetime.now(UTC).date()
    except ValueError as error:
        raise ConfigError(f"--date {day}: no day", hint="write it as 2025-12-31") from error
    c.write_results(params["reports"], out, day=ran, notes=params["notes"] or ())
    terminal.say(f"wrote {out}")


def record_baseline(params: Params, terminal: Terminal) -> None:
    """Write a report as the baseline."""
    c.record_baseline(_report(params), _baseline(params))
    terminal.say(f"wrote {_baseline(params)}: review and commit it")


def calibrate(params: Params, terminal: Terminal) -> None:
    """Fit the formulas of confidence, and print the files that were written."""
    settings = c.as_recorded(settings_of(params, terminal), params)
    answers, target = params["answers"] or c.PROBABILITIES, params["target"] or c.CALIBRATION
    _print(map(str, c.calibrate(_gold(params), settings, answers, out=_out(params), target=target)))


def validate(params: Params, _terminal: Terminal) -> None:
    """Print what is wrong in the gold data. Raises typer.Exit with 2 if there is something."""
    problems = c.validate(_gold(params))
    _print(problems or ["no problems"])
    if problems:
        raise typer.Exit(_GOLD_IS_WRONG)


def stats(params: Params, _terminal: Terminal) -> None:
    """Print counts of the gold data."""
    _print(
        f"{name}: " + ", ".join(f"{one} {count}" for one, count in sorted(counter.items()))
        for name, counter in c.stats(_gold(params)).items()
    )


def agreement(params: Params, _terminal: Terminal) -> None:
    """Print how far the two labellers agree."""
    found = c.gold_agreement(_gold(params), split=params["split"])
    if found is None:
        raise ConfigError("no article has two labellings", hint="labels/ holds a file for each labeller")
    if params["json"]:
        types = {kind: one._asdict() for kind, one in found.types.items()}
        _print([json.dumps({**found._asdict(), "types": types}, indent=2)])
    else:
        _print([agreement_table(found)])


def adjudicate(params: Params, _terminal: Terminal) -> None:
    """Print where the two labellers differ."""
    _print(c.adjudicate(_gold(params), split=params["split"], everything=params["every"]))


def freeze(params: Params, _terminal: Terminal) -> None:
    """Write the hashes of the splits, and print them."""
    _print([json.dumps(c.freeze(_gold(params), erratum=params["erratum"]), ensure_ascii=False, indent=2)])


def export_tasks(params: Params, _terminal: Terminal) -> None:
    """Print the gold data as Label Studio tasks."""
    _print([json.dumps(c.export_tasks(_gold(params), params["annotator"]), ensure_ascii=False)])


def import_tasks(params: Params, _terminal: Terminal) -> None:
    """Print the labels of a Label Studio export."""
    rows = c.import_tasks(params["path"], params["annotator"])
    _print(json.dumps(row, ensure_ascii=False) for row in rows)


def _place(params: Params) -> c.Place:
    """Return where recordings lie, with the command that makes them anew as they are asked for here."""
    names = ("llm", "base_url", "prompt", "chunk_tokens", "answer_tokens", "gold", "recordings")
    command = ["extractor", "eval", "record"]
    for name in names:
        given = params.get(name)
        for value in given if isinstance(given, list | tuple) else [given]:
            if value is not None:
                command += [f"--{name.replace('_', '-')}", str(value)]
    return c.Place(Path(params["recordings"] or c.RECORDED), shlex.join(command))


def _choice(params: Params) -> c.Choice:
    return c.Choice(params["split"], tuple(params["filters"] or ()), params["limit"], _gold(params))


def _gold(params: Params) -> Path:
    return Path(params["gold"] or GOLD)


def _out(params: Params) -> Path:
    return Path(params["out"] or c.OUT)


def _report(params: Params) -> Path:
    return Path(params["report"] or _out(params) / c.REPORT)


def _baseline(params: Params) -> Path:
    return Path(params["baseline"] or BASELINE)


def _thresholds(params: Params) -> Path:
    return Path(params["thresholds"] or THRESHOLDS)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        show(printable(line))
