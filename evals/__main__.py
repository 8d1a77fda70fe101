"""`python -m evals`: run, score, gate, report, compare, and the commands on gold."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from evals import commands as c
from evals.gating import BASELINE, THRESHOLDS, exit_code
from evals.gold import GOLD
from evals.tabulating import changes_of, table_of
from extractor.errors import ExtractorError
from extractor.settings import load_settings

FAILED_SOME = 3


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code.

    0 done, 2 wrong gold or configuration, 3 some articles failed, 4 endpoint, 5 a gate missed.
    """
    parsed = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except ExtractorError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Eval harness")
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder of the gold data")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_steps(commands)
    for name, command, about in (
        ("validate", _validate, "check the gold data"),
        ("stats", _stats, "count the gold data"),
        ("agreement", _agreement, "how far the two labellers agree"),
    ):
        commands.add_parser(name, help=about).set_defaults(command=command)
    adjudicate = commands.add_parser("adjudicate", help="show the differences of the two labellers")
    adjudicate.add_argument("--all", action="store_true", help="decided ones, too")
    adjudicate.set_defaults(command=_adjudicate)
    freeze = commands.add_parser("freeze", help="write the hashes of the splits")
    freeze.add_argument("--erratum")
    freeze.set_defaults(command=_freeze)
    return parser


def _add_steps(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = commands.add_parser("run", help="ask for answers, through the cache")
    run.add_argument("--llm", action="append", help="an LLM of the endpoint, or embedded; may be repeated")
    run.add_argument("--base-url")
    run.add_argument("--offline", action="store_true", default=None)
    run.add_argument("--cache-dir", type=Path)
    run.add_argument("--epochs", type=int, default=1)
    run.set_defaults(command=_run)
    score = commands.add_parser("score", help="score a file of answers")
    score.add_argument("predictions", type=Path, nargs="?", default=c.OUT / c.PREDICTIONS)
    score.set_defaults(command=_score)
    for one in (run, score):
        one.add_argument("--split")
        one.add_argument("--filter", action="append", default=[], help="lang=ko, tag=page_noise, id=ko-01")
        one.add_argument("--limit", type=int)
        one.add_argument("--out", type=Path, default=c.OUT)
    for name, command in (("gate", _gate), ("report", _report), ("baseline", _baseline)):
        step = commands.add_parser(name)
        step.add_argument("report", type=Path, nargs="?", default=c.OUT / c.REPORT)
        step.add_argument("--baseline", type=Path, default=BASELINE)
        step.add_argument("--thresholds", type=Path, default=THRESHOLDS)
        step.add_argument("--out", type=Path, default=c.OUT)
        step.set_defaults(command=command)
    compare = commands.add_parser("compare", help="what changed between two reports")
    compare.add_argument("first", type=Path)
    compare.add_argument("second", type=Path)
    compare.set_defaults(command=_compare)


def _choice(parsed: argparse.Namespace) -> c.Choice:
    return c.Choice(parsed.split, tuple(parsed.filter), parsed.limit, parsed.gold)


def _run(parsed: argparse.Namespace) -> int:
    flags = {name: getattr(parsed, name) for name in ("base_url", "offline", "cache_dir")}
    settings = load_settings(flags).settings
    each = [c.settings_for(llm, settings) for llm in parsed.llm or ()] or [settings]
    results = c.run_llms(_choice(parsed), each, epochs=parsed.epochs, out=parsed.out, said=_say)
    for path, failed in results:
        _say(f"{path}: {failed} failed")
    return FAILED_SOME if any(failed for _, failed in results) else 0


def _score(parsed: argparse.Namespace) -> int:
    choice = _choice(parsed)
    _print([table_of(c.score_file(parsed.predictions, choice))])
    c.score_to_file(parsed.predictions, choice, out=parsed.out)
    _say(f"wrote {parsed.out / c.REPORT}")
    return 0


def _gate(parsed: argparse.Namespace) -> int:
    verdicts = c.gate_file(parsed.report, baseline=parsed.baseline, thresholds=parsed.thresholds)
    _print(f"{gate.verdict:<8} {gate.name}: {gate.detail}" for gate in verdicts)
    return exit_code(verdicts)


def _report(parsed: argparse.Namespace) -> int:
    verdicts = c.gate_file(parsed.report, baseline=parsed.baseline, thresholds=parsed.thresholds)
    _print(map(str, c.render(parsed.report, verdicts=verdicts, out=parsed.out)))
    return 0


def _baseline(parsed: argparse.Namespace) -> int:
    c.record_baseline(parsed.report, parsed.baseline)
    _say(f"wrote {parsed.baseline}: review and commit it")
    return 0


def _compare(parsed: argparse.Namespace) -> int:
    _print([changes_of(c.compare_files(parsed.first, parsed.second))])
    return 0


def _validate(parsed: argparse.Namespace) -> int:
    problems = c.validate(parsed.gold)
    _print(problems or ["no problems"])
    return 2 if problems else 0


def _stats(parsed: argparse.Namespace) -> int:
    _print(
        f"{name}: " + ", ".join(f"{one} {count}" for one, count in sorted(counter.items()))
        for name, counter in c.stats(parsed.gold).items()
    )
    return 0


def _agreement(parsed: argparse.Namespace) -> int:
    found = c.gold_agreement(parsed.gold)
    _print(
        [
            json.dumps(
                found and {**found._asdict(), "types": {k: t._asdict() for k, t in found.types.items()}},
                indent=1,
            )
        ]
    )
    return 0


def _adjudicate(parsed: argparse.Namespace) -> int:
    _print(c.adjudicate(parsed.gold, everything=parsed.all))
    return 0


def _freeze(parsed: argparse.Namespace) -> int:
    _print([json.dumps(c.freeze(parsed.gold, erratum=parsed.erratum), indent=1)])
    return 0


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
