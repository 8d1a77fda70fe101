"""An entry of the catalogue to the files on this machine that make it answer; it loads none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.errors import ConfigError
from extractor.llm.catalogue import Entry
from extractor.llm.weights import adapter_is_whole, locate


def _unheard(*_: Any) -> None:
    return


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told of what takes long.

    `said` gets a sentence, `downloaded` the bytes that are here, all bytes and the source, `written` the
    tokens of the answer that the embedded LLM is writing; each from another thread.
    """

    said: Callable[[str], None] = _unheard
    downloaded: Callable[[int, int, str], None] = _unheard
    written: Callable[[int], None] = _unheard


@dataclass(frozen=True, slots=True)
class Place:
    """Where weights are kept, and the mirror of the Hub to ask (None: the public one)."""

    directory: Path
    hub: str | None = None


def open_embedded(entry: Entry, place: Place, watch: Watch) -> tuple[Path, Path | None]:
    """Return the files of an embedded LLM, weights and adapter, downloading what is missing.

    Raises ConfigError when the adapter is damaged, and what `pull` raises.
    """
    if entry.adapter and not adapter_is_whole(entry.adapter):
        raise ConfigError(
            f"the adapter {entry.adapter.path} is missing or damaged", hint="install extractor again"
        )
    weights = locate(entry.weights, place.directory) or _pulled(entry, place, watch)
    return weights, entry.adapter.path if entry.adapter else None


def _pulled(entry: Entry, place: Place, watch: Watch) -> Path:
    from extractor.llm.pulling import pull, sources_of  # noqa: PLC0415 - the HTTP library, for downloads only

    size = entry.weights.size / 1e9
    watch.said(f"downloading {entry.weights.file} ({size:.1f} GB, once) to {place.directory}")
    return pull(entry.weights, place.directory, sources_of(entry.weights, place.hub), watch.downloaded)
