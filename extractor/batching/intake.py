"""INPUT... to the rows of a run, one by one: files, folders, patterns, URLs, standard input.

A folder gives its files of a known suffix, and those of its folders, by name; hidden ones and the files of
runs are passed over. Whatever cannot be read is a row of its own: nothing is lost silently.
"""

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from extractor.article import Article
from extractor.batching.states import Job
from extractor.errors import ReadError
from extractor.reading import ReadOptions, read_rows
from extractor.reading.files import SUFFIXES

Row = Article | ReadError

STANDARD_INPUT = "-"
_MAGIC = frozenset("*?[")
_OURS = (".journal", ".failures.jsonl", ".spool.jsonl", ".lock", ".partial", ".rewritten")
_BATCHES = ".batches"
"""The end of the folders in which a provider's batches lie."""
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Intake:
    """What is read, and how.

    `root`: no file outside of this folder is read, wherever links lead. `output`: what the run writes, which
    is none of its inputs. `stdin` stands for standard input.
    """

    inputs: tuple[str, ...]
    options: ReadOptions
    root: Path | None = None
    output: Path | None = None
    stdin: BinaryIO | None = None

    def jobs(self) -> Iterator[Job]:
        """Yield a job for each row of the inputs, in their order; nothing is kept."""
        options = replace(self.options, unique_ids=False)
        for position, row in enumerate(self._rows(options)):
            yield job_of(position, row)

    def total(self) -> int | None:
        """Return about how many rows there are, without reading any; None where nobody can tell."""
        total = 0
        for found in self._sources():
            rows = 1 if isinstance(found, ReadError) else _rows_in(found, self.options.format)
            if rows is None:
                return None
            total += rows
        return total

    def _rows(self, options: ReadOptions) -> Iterator[Row]:
        for found in self._sources():
            if isinstance(found, ReadError):
                yield found
            else:
                yield from read_rows(found, options, self.stdin)

    def _sources(self) -> Iterator[str | ReadError]:
        """Yield what can be read, an error for each input that names nothing."""
        root = self.root.resolve() if self.root else None
        for given in self.inputs:
            if given == STANDARD_INPUT or given.lower().startswith(("http://", "https://")):
                yield given
                continue
            for path in self._files(given):
                yield path if root is None or _is_inside(path, root) else _outside(path, root)

    def _files(self, given: str) -> Iterator[str]:
        """Yield the files that a path or pattern names; what does not exist is for the reader to say."""
        if Path(given).is_dir():
            yield from self._in_folder(given)
        elif _MAGIC & set(given) and not os.path.lexists(given):
            yield from self._matching(given)
        else:
            yield given

    def _matching(self, pattern: str) -> Iterator[str]:
        matches = sorted(glob.iglob(pattern, recursive=True))  # noqa: PTH207 - takes absolute patterns, too
        if not matches:
            yield pattern
        for match in matches:
            if not Path(match).is_dir() and not self._is_ours(Path(match)):
                yield match

    def _in_folder(self, folder: str) -> Iterator[str]:
        for entry in sorted(os.scandir(folder), key=lambda found: found.name):
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.endswith(_BATCHES):
                    yield from self._in_folder(entry.path)
            elif Path(entry.name).suffix.lower() in SUFFIXES and not self._is_ours(Path(entry.path)):
                yield entry.path

    def _is_ours(self, path: Path) -> bool:
        """Tell whether a run writes the file: it is no article."""
        if path.name.endswith(_OURS) or path.with_name(f"{path.name}.journal").exists():
            return True
        return self.output is not None and path.absolute() == self.output.absolute()


def job_of(position: int, row: Row) -> Job:
    """Return the job of a row: what names it, and a digest of what its answer depends on."""
    if isinstance(row, Article) and (problem := _unfit(row)):
        row = ReadError(f"{row.source}: {problem}", source=row.source, hint="mend the row")
    if isinstance(row, ReadError):
        return Job(position, row, "!" + storable(row.source), _digest(str(row)))
    shown = storable(row.source)
    article = row if shown == row.source else replace(row, source=shown)
    parts = (article.title, article.language, article.published, article.supplied_date, article.text)
    return Job(position, article, "=" + article.id, _digest("\x1f".join(map(str, parts))))


def storable(text: str) -> str:
    """Return text without halves of surrogate pairs, as file names that are not UTF-8 have them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _unfit(article: Article) -> str | None:
    for name, value in (("id", article.id), ("title", article.title), ("language", article.language)):
        if value is not None and storable(value) != value:
            return f"its {name} holds half of a character (a lone surrogate)"
    return None


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES]


def _rows_in(source: str, form: str | None) -> int | None:
    """Count the rows of a source by its line ends; a file of text is one."""
    known = form or SUFFIXES.get(Path(source).suffix.lower(), "text")
    if source == STANDARD_INPUT or "://" in source or known not in {"jsonl", "text", "markdown", "html"}:
        return None
    if known != "jsonl":
        return 1
    try:
        with Path(source).open("rb") as file:
            return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 1


def _is_inside(path: str, root: Path) -> bool:
    return Path(path).resolve().is_relative_to(root)


def _outside(path: str, root: Path) -> ReadError:
    return ReadError(
        f"{path}: lies outside of --root {root}", source=path, hint="move it there, or widen --root"
    )
