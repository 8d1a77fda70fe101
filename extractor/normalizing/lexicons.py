"""Reads the hand-written tables beside the code, once each."""

from functools import cache
from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load_table(name: str, package: str = "extractor.normalizing") -> Any:
    """Return a package's YAML table, an empty mapping if there is none; never to be changed by the reader."""
    path = resources.files(package) / "data" / f"{name}.yaml"
    if not path.is_file():
        return {}
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader, in C if built


def listed(words: str) -> tuple[str, ...]:
    """Split a cell of a table, "a, b", into its words."""
    return tuple(word for part in words.split(",") if (word := part.strip()))
