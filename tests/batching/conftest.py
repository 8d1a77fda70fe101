"""A ledger in a folder of its own, and people who would be told how a run goes."""

import pytest

from extractor.batching.ledger import Ledger, Places, Terms

IDENTITY = {"tool": "1", "prompt": "p@1"}


@pytest.fixture
def places(tmp_path):
    return Places.of(tmp_path / "out.jsonl", spool_is_output=True)


@pytest.fixture
def notes():
    return []


@pytest.fixture
def opened(places, notes):
    """Open the run again and again; what is still open at the end is closed."""
    ledgers = []

    def open_again(**terms):
        ledger = Ledger.opened(
            places, Terms(**{"identity": IDENTITY, "command": "go", **terms}), notes.append
        )
        ledgers.append(ledger)
        return ledger

    yield open_again
    for ledger in ledgers:
        ledger.close()
