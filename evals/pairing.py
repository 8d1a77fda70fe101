"""Two reports on the same articles to what changed: better, worse or tied, and which articles moved."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from evals.cases import TYPES
from evals.counting import dx_f1
from evals.resampling import Array, Difference, compare, holm, is_small, sums_by_cluster
from extractor.errors import ConfigError

Document = Mapping[str, Any]
_SURE = 0.05


class Moved(NamedTuple):
    """One article whose slot F1 changed."""

    id: str
    before: float | None
    after: float | None


class Paired(NamedTuple):
    """How the second report differs from the first; `verdicts` are better, worse or tied, by slice.

    Slices are the record types, and the languages of enough articles; their p values are adjusted for their
    number.
    """

    articles: int
    overall: Difference
    verdict: str
    slices: Mapping[str, Difference]
    verdicts: Mapping[str, str]
    moved: tuple[Moved, ...]


def paired(first: Document, second: Document) -> Paired:
    """Compare two reports on the articles that both have. Raises ConfigError when there are none."""
    before, after = ({one["id"]: one for one in document["articles"]} for document in (first, second))
    shared = sorted(before.keys() & after.keys())
    if not shared:
        raise ConfigError("the two reports share no article", hint="score both on the same split")
    clusters = [after[name]["cluster"] for name in shared]
    sums = [
        sums_by_cluster([np.asarray(side[name]["counts"]) for name in shared], clusters)
        for side in (before, after)
    ]
    overall = compare(sums[0], sums[1], dx_f1)
    slices = {**_type_slices(*sums), **_language_slices(before, after, shared)}
    adjusted = holm({name: gap.p for name, gap in slices.items()})
    fair = {name: gap._replace(p=adjusted[name]) for name, gap in slices.items()}
    return Paired(
        len(shared),
        overall,
        _verdict(overall),
        fair,
        {name: _verdict(gap) for name, gap in fair.items()},
        _moved(before, after, shared),
    )


def _type_slices(first: Array, second: Array) -> dict[str, Difference]:
    slices = {}
    for place, kind in enumerate(TYPES):
        one, other = first[:, place : place + 1], second[:, place : place + 1]
        if one[..., :5].any() and other[..., :5].any():
            slices[kind] = compare(one, other, dx_f1)
    return slices


def _language_slices(before: Document, after: Document, shared: list[str]) -> dict[str, Difference]:
    members: dict[str, list[str]] = {}
    for name in shared:
        members.setdefault(after[name]["language"], []).append(name)
    slices = {}
    for language, names in members.items():
        if not is_small(len(names)):
            clusters = [after[name]["cluster"] for name in names]
            one, other = (
                sums_by_cluster([np.asarray(side[name]["counts"]) for name in names], clusters)
                for side in (before, after)
            )
            slices[f"language {language}"] = compare(one, other, dx_f1)
    return slices


def _verdict(gap: Difference) -> str:
    if gap.p >= _SURE or gap.low <= 0 <= gap.high:
        return "tied"
    return "better" if gap.value > 0 else "worse"


def _moved(before: Document, after: Document, shared: list[str]) -> tuple[Moved, ...]:
    moved = [
        Moved(name, before[name]["f1"], after[name]["f1"])
        for name in shared
        if before[name]["f1"] != after[name]["f1"]
    ]
    return tuple(sorted(moved, key=lambda one: ((one.after or 0) - (one.before or 0), one.id)))
