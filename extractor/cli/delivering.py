"""Extractions to standard output or a file, in a format; to a file all at once or not at all."""

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from extractor.cli.running import Params
from extractor.cli.terminal import takes_colour
from extractor.errors import ConfigError, WriteError
from extractor.records import Extraction
from extractor.settings import Settings
from extractor.writing import FORMATS, WriteOptions, write, write_many

_STREAMED = {"table", "jsonl", "md"}
"""Formats of which one article's part can be shown before the next is known."""
_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".md": "md", ".html": "html", ".txt": "table"}


@dataclass
class Delivery:
    """Takes extractions one by one. `target` is a path, or None for standard output."""

    format: str
    target: Path | None
    options: WriteOptions
    _waiting: list[tuple[Extraction, str]] = field(default_factory=list)

    @classmethod
    def of(cls, params: Params, settings: Settings) -> "Delivery":
        """Return the delivery that the flags describe. Raises ConfigError for an unknown format."""
        target = None if params.get("output", "-") == "-" else Path(params["output"])
        chosen = "json" if params.get("json") else params.get("output_format")
        if chosen is not None and chosen not in FORMATS:
            raise ConfigError(f"--format {chosen}: no such format", hint=f"one of: {', '.join(FORMATS)}")
        if target is not None and not target.absolute().parent.is_dir():
            raise ConfigError(f"--output {target}: there is no folder {target.parent}", hint="make it first")
        on_terminal = target is None and sys.stdout.isatty()
        by_suffix = _SUFFIXES.get(target.suffix.lower()) if target else None
        usual = by_suffix or settings.format or ("table" if on_terminal else "jsonl")
        options = WriteOptions(
            colour=target is None and takes_colour(sys.stdout),
            width=shutil.get_terminal_size().columns if on_terminal else None,
            explain=bool(params.get("explain")),
        )
        return cls(chosen or usual, target, options)

    def take(self, extraction: Extraction, text: str) -> None:
        """Write one article's records now where the format and the target let it, else keep them."""
        if self.target is None and self.format in _STREAMED:
            show(write(extraction, text, self.format, self.options))
        else:
            self._waiting.append((extraction, text))

    def finish(self) -> None:
        """Write what was kept. Raises WriteError."""
        if not self._waiting:
            return
        if len(self._waiting) == 1:
            document = write(*self._waiting[0], self.format, self.options)
        else:
            document = write_many(self._waiting, self.format, self.options)
        if self.target is None:
            show(document)
        else:
            _store(document, self.target)


def show(document: str) -> None:
    """Write to standard output in UTF-8, line ends as they are."""
    sys.stdout.flush()
    end = "" if document.endswith("\n") else "\n"
    sys.stdout.buffer.write((document + end).encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _store(document: str, target: Path) -> None:
    """Write beside the target and rename, so that nobody ever sees half a file."""
    data = (document if document.endswith("\n") else document + "\n").encode("utf-8", "replace")
    if target.exists() and not target.is_file():
        beside = target  # a device or a named pipe cannot be replaced
    else:
        beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
        if beside != target:
            beside.replace(target)
    except OSError as problem:
        if beside != target:
            beside.unlink(missing_ok=True)
        raise WriteError(
            f"{target}: {problem.strerror or problem}",
            target=str(target),
            hint="check the path and the space there",
        ) from problem
