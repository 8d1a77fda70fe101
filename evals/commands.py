"""What the eval commands do, with plain arguments; a command line of any kind calls these."""

from collections.abc import Sequence
from pathlib import Path

from evals.gold import GOLD, chosen, load_cases
from evals.predictions import read_predictions
from evals.summarising import Report, score


def score_file(
    path: Path,
    *,
    gold: Path = GOLD,
    split: str | None = None,
    filters: Sequence[str] = (),
    annotator: str | None = None,
) -> Report:
    """Return the report of a file of answers on the cases of a split (None: all) that fit the filters."""
    predictions = read_predictions(path)
    cases = chosen(load_cases(gold, split=split, annotator=annotator), filters)
    return score(cases, predictions.answers.values(), system=predictions.system, llm=predictions.llm)
