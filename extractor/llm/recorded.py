"""Answers kept in a file that people can read and review, one line each: for tests, demonstrations and CI."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from extractor.errors import ReadError, WriteError
from extractor.llm.base import canonical_json
from extractor.llm.stored import BadEntryError, Store, StoredAnswer


class RecordedAnswers:
    """A read-only store in one JSONL file: a line is {fingerprint, text, usage, answered_by, recorded}.

    One with probabilities has `doubts`, too.
    Read at first use. Raises ReadError for a file that is missing, and names the line that is no answer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, fingerprint: str) -> StoredAnswer | None:
        """Return the answer recorded for a request, or None."""
        return self._answers.get(fingerprint)

    def put(self, answer: StoredAnswer) -> None:
        """Refuse: recorded answers are made by `export_answers`."""
        raise WriteError(
            f"recorded answers are read only, request {answer.fingerprint[:12]} is not among them",
            target=str(self._path),
            hint="record into a cache directory, then export that",
        )

    def delete(self, fingerprint: str) -> None:
        """Do nothing: a recorded answer that no longer fits is a miss, and stays for review."""

    def __iter__(self) -> Iterator[str]:
        """Yield the fingerprints of all answers recorded."""
        return iter(self._answers)

    @cached_property
    def _answers(self) -> Mapping[str, StoredAnswer]:
        try:
            lines = self._path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ReadError(f"no recorded answers: {error}", source=str(self._path)) from None
        answers = (self._answer(line, number) for number, line in enumerate(lines, 1) if line.strip())
        return {answer.fingerprint: answer for answer in answers}

    def _answer(self, line: str, number: int) -> StoredAnswer:
        try:
            return StoredAnswer.model_validate(json.loads(line))
        except (ValidationError, ValueError):
            place = f"{self._path}:{number}"
            raise ReadError(f"{place} is not a recorded answer", source=place) from None


def _unheard(_fingerprint: str, _problem: BadEntryError) -> None:
    return


def recorded_lines(
    store: Store,
    fingerprints: Iterable[str] | None = None,
    damaged: Callable[[str, BadEntryError], None] = _unheard,
) -> Iterator[str]:
    """Yield the answers of a store (None: all), one canonical JSON line each, sorted by fingerprint.

    The only way in which recorded answers are written. What the store lacks is left out, and so is what is
    damaged, of which `damaged` is told.
    """
    for fingerprint in sorted(set(store if fingerprints is None else fingerprints)):
        try:
            answer = store.get(fingerprint)
        except BadEntryError as problem:
            damaged(fingerprint, problem)
            continue
        if answer is not None:
            yield canonical_json({name: value for name, value in answer.document.items() if name != "format"})


def export_answers(store: Store, path: Path, fingerprints: Iterable[str] | None = None) -> int:
    """Write answers of a store (None: all) to a file as `recorded_lines` has them; return how many.

    The same answers give the same bytes, so that a diff shows what changed. The file is replaced as a whole.
    Raises WriteError.
    """
    lines = list(recorded_lines(store, fingerprints))
    beside = path.with_name(f".{path.name}.partial")
    try:
        beside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise WriteError(f"the recorded answers were not written: {error}", target=str(path)) from None
    return len(lines)
