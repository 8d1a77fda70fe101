"""What one run of training is set to, and the files that it reads and writes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from extractor.errors import ConfigError
from extractor.llm.catalogue import Weights, load_catalogue
from extractor.llm.weights import locate, sha256_of
from training.pairs import Shape

MODULES: Mapping[str, tuple[str, ...]] = {
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "feed-forward": ("gate_proj", "up_proj", "down_proj"),
    "all": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
}
BASES: Mapping[str, str] = {
    "1.5b": "qwen2.5-coder-1.5b-instruct",
    "0.5b": "qwen2.5-coder-0.5b-instruct",
}
"""Short names of weights of the catalogue."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run of training.

    `base` is a short name, a name of the catalogue or a GGUF file; `negatives` the share of questions whose
    answer is empty, None as they come; `batch` counts pairs a step, `tokens` those computed at once. Scores
    are taken every `judge_every` steps: 0 is each epoch, below 0 only at the end.
    """

    base: str = "1.5b"
    form: str = "v1"
    order: str = "figures-last"
    joint: bool = True
    rank: int = 8
    modules: str = "all"
    rate: float = 2e-4
    dropout: float = 0.05
    epochs: float = 3.0
    batch: int = 16
    tokens: int = 8192
    longest: int = 6144
    warmup: float = 0.05
    negatives: float | None = 0.33
    seed: int = 7
    judge_every: int = 0
    answer_tokens: int = 2048
    adapter_type: str = "f16"

    def __post_init__(self) -> None:
        if self.modules not in MODULES:
            raise ConfigError(f"no modules are called {self.modules!r}", hint=f"one of {', '.join(MODULES)}")
        if self.negatives is not None and not 0 <= self.negatives < 1:
            raise ConfigError(f"a share of negatives of {self.negatives}", hint="from 0 to below 1")
        _ = self.shape

    @property
    def shape(self) -> Shape:
        """The shape of questions and answers."""
        return Shape(self.form, self.order, self.joint)

    @property
    def label(self) -> str:
        """A name for folders and tables: what differs from the usual."""
        usual = Settings()
        told = [
            f"{f.name}-{getattr(self, f.name)}"
            for f in fields(self)
            if f.name != "base" and getattr(self, f.name) != getattr(usual, f.name)
        ]
        base = Path(self.base).stem if self.base.endswith(".gguf") else self.base
        return "_".join([base, *told]).replace("/", "-")

    def as_json(self) -> dict[str, Any]:
        """Return the settings as JSON."""
        return asdict(self)


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Return settings from a mapping, as a sweep has them. Raises ConfigError for one that does not exist."""
    unknown = set(values) - {one.name for one in fields(Settings)}
    if unknown:
        raise ConfigError(f"no setting is called {', '.join(sorted(unknown))}", hint="see training/README.md")
    return Settings(**values)


@dataclass(frozen=True, slots=True)
class Base:
    """A file of weights to train on, and its digest."""

    path: Path
    name: str
    sha256: str


def base_of(name: str, directory: Path) -> Base:
    """Return the weights called so, in a directory or as a file. Raises ConfigError where they are not."""
    path = Path(name)
    if path.suffix == ".gguf":
        if not path.is_file():
            raise ConfigError(f"no weights at {path}", hint="extractor llm pull NAME")
        return Base(path, path.stem, sha256_of(path))
    weights = _catalogued(BASES.get(name, name))
    found = locate(weights, directory)
    if found is None:
        raise ConfigError(
            f"{weights.file} is not in {directory}, or is not what the catalogue says",
            hint=f"EXTRACTOR_WEIGHTS_DIR={directory} extractor llm pull {weights.name}",
        )
    return Base(found, weights.name, weights.sha256)


def _catalogued(name: str) -> Weights:
    known = {entry.weights.name: entry.weights for entry in load_catalogue().entries}
    if name not in known:
        raise ConfigError(f"no base is called {name!r}", hint=f"one of {', '.join([*BASES, *known])}")
    return known[name]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run keeps its files."""

    folder: Path

    @property
    def checkpoint(self) -> Path:
        """The state that a run goes on from."""
        return self.folder / "checkpoint"

    @property
    def best(self) -> Path:
        """The adapter that scored best so far, as peft saves it."""
        return self.folder / "best"

    @property
    def adapter(self) -> Path:
        """The adapter for llama.cpp."""
        return self.folder / "adapter.lora.gguf"

    @property
    def curve(self) -> Path:
        """Losses and scores, as they came."""
        return self.folder / "curve.json"

    @property
    def card(self) -> Path:
        """What the adapter is, for people; beside it the same as JSON."""
        return self.folder / "card.md"
