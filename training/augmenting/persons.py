"""The names that an article's labels give to persons, in plain form, with what may be put in their place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from anyascii import anyascii

from extractor.normalizing.names import lexicon_person
from training.augmenting.editing import Labelled

PART = re.compile(r"[^\s・·=＝]+")
UNSPACED = re.compile(r"[\u3400-\u9fff\u3005]{2,5}|[\uac00-\ud7a3]{2,4}")
"""Names in which nothing parts the family's from the given one."""
_INFLECTED = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ALIKE = str.maketrans("yjiïhq", "iiiikk")
"""Last letters that systems of romanising write one for the other."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a language writes it, and its Latin form in the same parts.

    One without spaces has one part; `family` is how it begins, where that is known.
    """

    parts: tuple[str, ...]
    latin: tuple[str, ...]
    family: str | None = None

    @property
    def is_unspaced(self) -> bool:
        """Tell whether it is written in one."""
        return len(self.parts) == 1


def names_of(one: Labelled) -> Iterator[Name]:
    """Yield the persons of a key whose name stands in its plain form; known office holders are left out."""
    seen: set[str] = set()
    for kind, record in one.records:
        written = plain(record.get("name_as_written"))
        if kind != "attendees" or plain(record["kind"]) != "person" or written in seen:
            continue
        seen.add(written)
        name = _name(written, plain(record["name"]))
        if name is not None and lexicon_person(written) is None:
            yield name


def plain(field: Any) -> Any:
    """Return the value of a field as it is written in a key."""
    return field["value"] if isinstance(field, Mapping) else field


def _name(written: str, latin: str) -> Name | None:
    if UNSPACED.fullmatch(written):
        return Name((written,), (latin,))
    parts, letters = tuple(PART.findall(written)), tuple(PART.findall(latin))
    is_whole = 1 < len(parts) == len(letters)
    return Name(parts, letters) if is_whole and _is_plain(parts, letters) else None


def _is_plain(parts: Sequence[str], latin: Sequence[str]) -> bool:
    """Tell whether no ending was put to a name: in Latin script it is the key's, letter for letter."""
    if all(_LATIN.search(part) for part in parts):
        return tuple(parts) == tuple(latin)
    if not any(_INFLECTED.search(part) for part in parts):
        return True
    return all(
        _last(anyascii(part)) == _last(anyascii(other)) for part, other in zip(parts, latin, strict=True)
    )


def _last(word: str) -> str:
    return word.lower().strip("'’`")[-1:].translate(_ALIKE)


def pools_of(articles: Iterable[Labelled]) -> dict[str, tuple[Name, ...]]:
    """Return, by language, the names of the persons of articles, and those of `data/names.yaml`."""
    pools: dict[str, dict[Name, None]] = {}
    for one in articles:
        spaced = (name for name in names_of(one) if not name.is_unspaced)
        pools.setdefault(str(one.article["language"]), {}).update(dict.fromkeys(spaced))
    return {language: (*pool, *listed(language)) for language, pool in pools.items()}


@cache
def listed(language: str) -> tuple[Name, ...]:
    """Return the names of a language that is written without spaces, each with its family name."""
    source = files("training.augmenting").joinpath("data/names.yaml").read_text(encoding="utf-8")
    rows = (row.split("=") for row in yaml.safe_load(source).get(language, ()))
    return tuple(
        Name((written.replace(" ", ""),), (latin,), written.split(" ")[0]) for written, latin in rows
    )
