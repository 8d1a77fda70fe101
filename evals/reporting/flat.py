"""A report document to fields.csv: one row a record type and field, as a spreadsheet reads it."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from evals.gating import Gate

_COLUMNS = ("type", "field", "correct", "partial", "incorrect", "missing", "spurious", "credit")


def fields_csv(document: Mapping[str, Any], gates: Sequence[Gate]) -> str:
    """Return how many slots of each field had each outcome, with precision, recall and F1."""
    del gates
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, "precision", "recall", "f1"])
    for row in document["fields"]:
        writer.writerow([*(row[name] for name in _COLUMNS), *_ratios(row)])
    return out.getvalue()


def _ratios(row: Mapping[str, Any]) -> tuple[str, str, str]:
    both = row["correct"] + row["partial"] + row["incorrect"]
    answered, keyed, credit = both + row["spurious"], both + row["missing"], row["credit"]
    sizes = ((credit, answered), (credit, keyed), (2 * credit, answered + keyed))
    precision, recall, f1 = (f"{top / size:.4f}" if size else "" for top, size in sizes)
    return precision, recall, f1
