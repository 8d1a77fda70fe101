"""A process of its own that uses a store of answers; run as `python -m tests.llm.cache_child ACT DIRECTORY COUNT`."""

import os
import resource
import sys
from pathlib import Path

from extractor.errors import WriteError
from extractor.llm.caching import DiskStore
from extractor.llm.stored import StoredAnswer
from extractor.records import Usage
from tests.llm.fault_server import GOOD


def numbered(number: int, text: str = GOOD) -> StoredAnswer:
    return StoredAnswer(
        fingerprint=f"{number:064x}",
        text=text,
        usage=Usage(requests=1),
        answered_by="llm",
        recorded="2026-01-01T00:00:00+00:00",
    )


def write(store: DiskStore, count: int) -> None:
    """Put answers and say so after each."""
    for number in range(count):
        store.put(numbered(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def fill(store: DiskStore, count: int) -> None:
    """Put big answers, as far as the disk takes them, and say how many and why no more."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, count))
    number = 0
    try:
        while True:
            store.put(numbered(number, os.urandom(50_000).hex()))
            number += 1
    except WriteError as error:
        sys.stdout.write(f"{number} {error.hint}\n")


if __name__ == "__main__":
    act, directory, count = sys.argv[1:]
    {"write": write, "fill": fill}[act](DiskStore(Path(directory)), int(count))
