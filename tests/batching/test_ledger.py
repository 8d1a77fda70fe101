"""Journal and spool through crashes: an acknowledged article stands in the output once, whatever happened."""

import os
import sqlite3
from contextlib import suppress

import pytest

from extractor.batching import ledger as ledgers
from extractor.batching.journal import open_to_read
from extractor.batching.states import State
from extractor.errors import ConfigError, ReadError, WriteError
from tests.batching.verdicts import NOTHING, done, ids, unreadable


def record(ledger, *verdicts):
    for verdict in verdicts:
        ledger.record(verdict, NOTHING)


def states(ledger):
    return {state.value: count for state, count in ledger.journal.counts().items() if count}


def test_what_is_acknowledged_is_there_after_opening_again(opened, places):
    ledger = opened()
    record(ledger, done(1), unreadable(2), done(3))
    ledger.close()
    again = opened()
    assert states(again) == {"done": 2, "failed": 1}
    assert again.journal.find("=a3").state is State.DONE
    assert again.line(again.journal.find("=a3").extent) == done(3).line
    assert again.journal.find("=a2") is None
    assert ids(places.spool) == ["a1", "a3"]


def test_the_end_of_the_file_may_be_torn_at_every_byte(opened, places, notes):
    ledger = opened()
    record(ledger, *(done(number) for number in range(4)))
    ledger.close()
    whole = places.spool.read_bytes()
    journal = places.journal.read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == 10]
    for size in range(len(whole) + 1):
        places.spool.write_bytes(whole[:size])
        places.journal.write_bytes(journal)
        again = opened()
        kept = sum(end <= size for end in ends)
        assert again.journal.counts()[State.DONE] == kept
        record(again, done(9))
        again.close()
        assert places.spool.read_bytes() == whole[: ends[kept - 1] if kept else 0] + done(9).line


def test_a_line_without_a_row_is_cut_off_before_the_next_is_written(opened, places, notes):
    ledger = opened()
    record(ledger, done(1))
    ledger.close()
    with places.spool.open("ab") as file:
        file.write(b'{"id": "a2", "half of a li')
    again = opened()
    record(again, done(3))
    assert ids(places.spool) == ["a1", "a3"]
    assert "26 bytes" in notes[0]


def test_a_row_that_cannot_be_committed_leaves_no_line(opened, places, monkeypatch):
    ledger = opened()
    record(ledger, done(1))

    def full(*_):
        raise WriteError("no room", target="x")

    monkeypatch.setattr(ledger.journal, "acknowledge", full)
    with pytest.raises(WriteError):
        ledger.record(done(2), NOTHING)
    assert ids(places.spool) == ["a1"]


def test_a_lost_output_is_made_again(opened, places, notes):
    ledger = opened()
    record(ledger, done(1), done(2), unreadable(3))
    ledger.close()
    places.spool.unlink()
    again = opened()
    assert states(again) == {"failed": 1}
    assert "2 extractions" in notes[0]


def test_void_lines_as_a_power_cut_may_leave_them_are_made_again(opened, places, notes):
    ledger = opened()
    record(ledger, done(1), done(2), done(3))
    ledger.close()
    whole = places.spool.read_bytes()
    places.spool.write_bytes(done(1).line + bytes(len(whole) - len(done(1).line)))
    again = opened()
    assert states(again) == {"done": 1}
    assert ids(places.spool) == ["a1"]
    assert "2 extractions" in notes[0]


def test_superseded_lines_go_when_it_is_tidied(opened, places):
    ledger = opened()
    record(ledger, done(1), done(2), done(1, "other words"))
    assert ids(places.spool) == ["a1", "a2", "a1"]
    ledger.tidy(ordered=False)
    assert places.spool.read_bytes() == done(2).line + done(1, "other words").line
    record(ledger, done(3))
    ledger.close()
    again = opened()
    assert [again.line(extent) for extent in again.journal.extents(ordered=False)] == list(
        again.lines(ordered=False)
    )
    assert ids(places.spool) == ["a2", "a1", "a3"]


def test_the_order_of_the_inputs_on_request(opened, places):
    ledger = opened()
    record(ledger, *(done(number) for number in (3, 1, 4, 0, 2)))
    ledger.tidy(ordered=True)
    assert ids(places.spool) == ["a0", "a1", "a2", "a3", "a4"]
    before = places.spool.stat().st_ino
    ledger.tidy(ordered=True)
    assert places.spool.stat().st_ino == before  # nothing to do, nothing is copied


@pytest.mark.parametrize("broken", ["rewritten", "relocate", "take_place", "note_facts"])
def test_a_crash_while_tidying_loses_nothing(broken, opened, places, monkeypatch):
    ledger = opened()
    record(ledger, *(done(number) for number in (3, 1, 2)), done(1, "other words"))

    def crash(*_args, **_more):
        raise KeyboardInterrupt

    home = {"rewritten": ledger._spool, "take_place": ledgers}.get(broken, ledger.journal)
    with monkeypatch.context() as patch:
        patch.setattr(home, broken, crash)
        with suppress(KeyboardInterrupt):
            ledger.tidy(ordered=True)
    ledger.close()
    again = opened()
    assert states(again) == {"done": 3}
    expected = [done(1, "other words").line, done(2).line, done(3).line]
    assert list(again.lines(ordered=True)) == expected
    again.tidy(ordered=True)
    assert places.spool.read_bytes() == b"".join(expected)
    assert not list(places.spool.parent.glob(".*"))


def test_two_at_once_are_refused(opened, places):
    opened()
    with pytest.raises(ConfigError, match="another run writes"):
        opened()


def test_an_output_that_no_run_wrote_is_not_touched(opened, places):
    places.spool.write_text("mine\n")
    with pytest.raises(ConfigError, match="no journal"):
        opened()
    assert places.spool.read_text() == "mine\n"
    opened(force=True)
    assert places.spool.read_text() == ""


def test_what_changed_is_named_and_refused(opened):
    opened().close()
    with pytest.raises(ConfigError, match="prompt: p@1 -> p@2") as caught:
        opened(identity={"tool": "1", "prompt": "p@2"})
    assert "tool" not in str(caught.value)
    opened(identity={"tool": "1", "prompt": "p@2"}, force=True).close()
    opened(identity={"tool": "1", "prompt": "p@2"}).close()


def damage_header(journal):
    journal.write_bytes(b"rubbish " * 400)


def damage_tables(journal):
    data = bytearray(journal.read_bytes())
    data[100:2000] = os.urandom(1900)
    journal.write_bytes(data)


def make_another(journal):
    journal.unlink()
    with sqlite3.connect(journal) as db:
        db.execute("CREATE TABLE facts (x)")
    db.close()


@pytest.mark.parametrize("damage", [damage_header, damage_tables, make_another])
def test_a_damaged_journal_is_put_aside_with_what_it_told_of(damage, opened, places, notes):
    ledger = opened()
    record(ledger, done(1), done(2))
    ledger.close()
    lines = places.spool.read_bytes()
    damage(places.journal)
    again = opened()
    assert states(again) == {}
    assert "damaged" in notes[0]
    aside = list(places.spool.parent.glob("out.jsonl.corrupt-*"))
    assert [path.read_bytes() for path in aside] == [lines]


def test_others_may_read_while_one_writes(opened, places):
    ledger = opened()
    record(ledger, done(1))
    reader = open_to_read(places.journal)
    record(ledger, unreadable(2), unreadable(3))
    assert reader.counts()[State.FAILED] == 2
    assert reader.failure_classes() == {"invalid_input": 2}
    reader.close()


def test_what_is_no_journal_cannot_be_read(tmp_path):
    (tmp_path / "x.journal").write_bytes(b"rubbish " * 400)
    for name in ("x.journal", "missing.journal"):
        with pytest.raises(ReadError):
            open_to_read(tmp_path / name)
