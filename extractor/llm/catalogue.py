"""The catalogue of embedded LLMs: catalogue.yaml as values. It says what exists, and fetches nothing."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from extractor.errors import ConfigError
from extractor.llm.base import LLMIdentity

_HERE = Path(str(files("extractor.llm")))


@dataclass(frozen=True, slots=True)
class Parts:
    """A file cut into `count` slices of `size` bytes (the last is shorter), one in each package.

    `package` is a pattern with `{number}`, counted from 1.
    """

    package: str
    version: str
    count: int
    size: int

    def requirement(self, number: int) -> str:
        """Return the exact requirement of one part."""
        return f"{self.package.format(number=number)}=={self.version}"


@dataclass(frozen=True, slots=True)
class Weights:
    """A file of weights: its name, size in bytes and sha256 in hex, and where it can be had."""

    name: str
    file: str
    licence: str
    size: int
    sha256: str
    hub: str | None = None
    parts: Parts | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA file that is shipped with this package."""

    file: str
    licence: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return _HERE / "adapters" / self.file


@dataclass(frozen=True, slots=True)
class Entry:
    """One embedded LLM: weights, perhaps an adapter, and how it must be asked."""

    name: str
    about: str
    weights: Weights
    prompt: str
    wire: str
    context: int
    adapter: Adapter | None = None

    @property
    def identity(self) -> LLMIdentity:
        """The LLM for a fingerprint: the digests of what computes, so other weights are another LLM."""
        digests = [self.weights.sha256] + ([self.adapter.sha256] if self.adapter else [])
        return LLMIdentity(name=self.name, origin="embedded:" + "+".join(digests))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All embedded LLMs, and the one that is used when none is named."""

    entries: tuple[Entry, ...]
    default: Entry

    @property
    def names(self) -> frozenset[str]:
        """What the entries are called."""
        return frozenset(entry.name for entry in self.entries)

    def find(self, name: str | None) -> Entry:
        """Return the entry called `name`, the default for None. Raises ConfigError with the nearest name."""
        if name is None:
            return self.default
        known = {entry.name: entry for entry in self.entries}
        if name in known:
            return known[name]
        near = get_close_matches(name, known, n=1, cutoff=0.3)
        raise ConfigError(
            f"no embedded LLM is called {name!r}",
            hint=(f"did you mean {near[0]}? " if near else "")
            + "see `extractor llm list`; for an LLM of an endpoint give --base-url too",
        )


@cache
def load_catalogue() -> Catalogue:
    """Read the catalogue that is shipped with this package."""
    return parse_catalogue((_HERE / "catalogue.yaml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """Turn the YAML of a catalogue into values. Raises ConfigError when an entry lacks a field or weights."""
    try:
        raw = yaml.safe_load(text)
        weights = {name: _weights(name, fields) for name, fields in raw["weights"].items()}
        entries = tuple(_entry(fields, weights) for fields in raw["llms"])
        default = next(entry for entry in entries if entry.name == raw["default"])
    except (KeyError, TypeError, AttributeError, StopIteration, yaml.YAMLError) as problem:
        raise ConfigError(f"the catalogue of embedded LLMs is wrong: {problem!r}") from problem
    return Catalogue(entries, default)


def _weights(name: str, fields: dict[str, Any]) -> Weights:
    parts = fields.pop("parts", None)
    return Weights(name=name, parts=Parts(**parts) if parts else None, **fields)


def _entry(fields: dict[str, Any], weights: dict[str, Weights]) -> Entry:
    adapter = fields.pop("adapter", None)
    fields["weights"] = weights[fields["weights"]]
    return Entry(adapter=Adapter(**adapter) if adapter else None, **fields)
