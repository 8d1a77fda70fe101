"""`python -m evals`: run, score, gate, report and the commands on gold."""

import argparse
import sys
from pathlib import Path

from evals.commands import score_file
from evals.tabulating import table_of
from extractor.errors import ExtractorError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed) or 0)
    except ExtractorError as error:
        sys.stderr.write(f"error: {error}\n{'hint: ' + error.hint if error.hint else ''}\n")
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Eval harness")
    commands = parser.add_subparsers(required=True)
    score = commands.add_parser("score", help="score a file of answers")
    score.add_argument("predictions", type=Path)
    score.add_argument("--split", default=None)
    score.add_argument("--filter", action="append", default=[])
    score.set_defaults(command=_score)
    return parser


def _score(parsed: argparse.Namespace) -> int:
    report = score_file(parsed.predictions, split=parsed.split, filters=parsed.filter)
    sys.stdout.write(table_of(report) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
