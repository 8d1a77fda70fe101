"""A run from jobs to acknowledged verdicts, and every way in which it ends early."""

import asyncio
import itertools
import json
import threading
from collections import Counter

import pytest

from extractor.batching.running import (
    PARKED_IN_A_ROW,
    How,
    MostErrors,
    Plan,
    Stop,
    Surroundings,
    run_batch,
)
from extractor.batching.states import State
from extractor.batching.working import Local
from extractor.errors import (
    AuthError,
    BudgetExceededError,
    ConfigError,
    InvalidOutputError,
    QuotaError,
    ReadError,
    RefusedError,
    TransientLLMError,
    UnreachableError,
    WriteError,
)
from extractor.records import Usage, WarningCode
from tests.batching.verdicts import extraction, job, unreadable


async def until(true):
    """Wait for what nobody announces: how many articles are under way."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - the thing waited for is a plain number
            await asyncio.sleep(0.005)


class Asked:
    """Answers as it is told, by the article's number; counts how many it answers at once."""

    def __init__(self, **faults):
        self.faults = {int(name[1:]): fault for name, fault in faults.items()}
        self.always = None
        self.ids, self.now, self.most = [], 0, 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def extract_async(self, article):
        self.ids.append(article.id)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            if fault := self.faults.get(int(article.id[1:]), self.always):
                raise fault
        finally:
            self.now -= 1
        return extraction(article, *([WarningCode.CHUNKED] if article.id == "a1" else []))


class Listening:
    def __init__(self):
        self.started_ids, self.ended, self.before, self.summary = [], Counter(), 0, None

    def started(self, job):
        self.started_ids.append(job.key)

    def finished(self, verdict, _spent):
        self.ended[verdict.state] += 1

    def passed(self, count):
        self.before += count

    def note(self, text):
        raise AssertionError(text)

    def closed(self, summary):
        self.summary = summary


@pytest.fixture
def heard():
    return Listening()


@pytest.fixture
def stop():
    return Stop()


@pytest.fixture
def going(opened, heard, stop):
    """Run jobs through an Extractor; the ledger stays open for a look."""

    async def go(jobs, asked, ledger=None, *, echo=None, **plan):
        ledger = ledger or opened()
        go.ledger = ledger
        around = Surroundings(heard, stop, Usage, echo)
        read = jobs if callable(jobs) else lambda: iter(jobs)
        return await run_batch(Plan(**{"jobs": read, "at_once": 3, **plan}), Local(asked), ledger, around)

    return go


def lines(ledger):
    return [json.loads(line)["article"]["id"] for line in ledger.lines(ordered=True)]


JOBS = [job(number) for number in range(10)]


async def test_every_article_ends_in_one_state(going, heard):
    jobs = [*JOBS[:3], unreadable(3).job, *JOBS[4:6], job(6, name="a5"), job(7, JOBS[4].row.text, "a4")]
    summary = await going(jobs, Asked(a4=RefusedError("no")))
    assert summary.how is How.FINISHED
    assert summary.totals == {
        State.DONE: 3,
        State.DONE_WITH_WARNINGS: 1,
        State.FAILED: 3,
        State.SKIPPED: 1,
    }
    assert heard.ended == summary.ended
    assert heard.summary is summary
    assert lines(going.ledger) == ["a0", "a1", "a2", "a5"]
    assert going.ledger.journal.failure_classes() == {"invalid_input": 2, "refused": 1}


async def test_the_second_pass_asks_nothing_and_one_changed_article_asks_once(going, heard):
    asked = Asked()
    await going(JOBS, asked)
    again = Asked()
    summary = await going(JOBS, again, going.ledger)
    assert (again.ids, summary.passed, summary.ended.total()) == ([], 10, 0)
    assert heard.before == 10
    await going([*JOBS[:5], job(5, "Other words."), *JOBS[6:]], again, going.ledger)
    assert again.ids == ["a5"]
    going.ledger.tidy(ordered=True)
    assert lines(going.ledger) == [f"a{n}" for n in range(10)]


@pytest.mark.parametrize("block", [1, 4])
async def test_so_many_are_under_way_at_once_and_no_more(block, going):
    asked = Asked()
    asked.gate.clear()
    task = asyncio.create_task(going([job(number) for number in range(100)], asked, at_once=5, block=block))
    await until(lambda: asked.now == 5 * block)
    asked.gate.set()
    await task
    assert asked.most == 5 * block
    assert sorted(asked.ids) == sorted(f"a{n}" for n in range(100))


async def test_inputs_are_read_only_a_little_ahead(going):
    read = 0

    def endless():
        nonlocal read
        for number in range(10_000):
            read += 1
            yield job(number)

    asked = Asked()
    asked.gate.clear()
    task = asyncio.create_task(going(endless, asked))
    await asyncio.sleep(0.2)
    assert read < 50
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("kind", [AuthError, QuotaError, UnreachableError, BudgetExceededError, ConfigError])
async def test_what_would_fail_every_article_ends_the_run_and_is_no_articles_fault(kind, going):
    asked = Asked(a4=kind("no"))
    summary = await going([job(number) for number in range(200)], asked)
    assert summary.how is How.ERROR
    assert type(summary.error) is kind
    assert summary.left_open == 1
    assert len(asked.ids) < 10
    assert summary.totals[State.FAILED] == 0
    assert summary.totals[State.DONE] + summary.totals[State.DONE_WITH_WARNINGS] == len(asked.ids) - 1


async def test_a_bug_of_ours_fails_one_article_and_tells_nothing_of_its_words(going):
    summary = await going(JOBS, Asked(a3=KeyError("words of the article")))
    assert summary.how is How.FINISHED
    [row] = going.ledger.journal.rows(State.FAILED)
    assert row["class"] == "internal"
    assert "KeyError at test_running.py" in row["reason"]
    assert "words" not in row["reason"]


async def test_a_parked_article_is_left_open_and_the_run_goes_on(going):
    summary = await going(JOBS, Asked(a3=TransientLLMError("later", retry_after=600)))
    assert (summary.how, summary.left_open, summary.ended.total()) == (How.FINISHED, 1, 9)
    again = Asked()
    await going(JOBS, again, going.ledger)
    assert again.ids == ["a3"]


async def test_an_endpoint_that_parks_everything_is_left_in_peace(going):
    asked = Asked()
    asked.always = TransientLLMError("later", retry_after=600)
    summary = await going([job(number) for number in range(500)], asked)
    assert summary.how is How.ERROR
    assert PARKED_IN_A_ROW <= len(asked.ids) <= PARKED_IN_A_ROW + 3


async def test_failures_are_done_again_on_request(going):
    faulty = Asked(a3=InvalidOutputError("bad", raw="", problems=()), a4=TransientLLMError("down"))
    await going(JOBS, faulty)
    assert going.ledger.journal.failure_classes() == {"invalid_output": 1, "transient": 1}
    again = Asked()
    await going(JOBS, again, going.ledger)
    assert again.ids == []
    summary = await going(JOBS, again, going.ledger, retry_failed=True)
    assert sorted(again.ids) == ["a3", "a4"]
    assert summary.totals[State.FAILED] == 0


@pytest.mark.parametrize(
    ("most", "ends"), [(MostErrors(number=3), 4), (MostErrors(share=0.1), 20), (MostErrors(number=0), 1)]
)
async def test_too_many_failures_end_the_run(most, ends, going):
    asked = Asked()
    asked.always = RefusedError("no")
    summary = await going([job(number) for number in range(200)], asked, at_once=1, most_errors=most)
    assert summary.how is How.FAILURES
    assert summary.ended.total() == ends


async def test_a_few_failures_do_not(going):
    summary = await going(
        [job(n) for n in range(100)], Asked(a1=RefusedError("no")), most_errors=MostErrors(share=0.05)
    )
    assert summary.how is How.FINISHED


async def test_a_soft_stop_finishes_what_is_under_way(going, stop):
    asked = Asked()
    asked.gate.clear()
    task = asyncio.create_task(going(JOBS, asked))
    await until(lambda: asked.now == 3)
    stop.softly()
    await asyncio.sleep(0.01)
    asked.gate.set()
    summary = await task
    assert summary.how is How.STOPPED
    assert summary.ended.total() == 3 == len(asked.ids)


@pytest.mark.parametrize("how", ["at once", "after a moment", "twice"])
async def test_a_hard_stop_acknowledges_nothing_more(how, going, stop):
    asked = Asked()
    asked.gate.clear()
    task = asyncio.create_task(going(JOBS, asked))
    await until(lambda: asked.now == 3)
    if how == "after a moment":
        stop.softly(0.01)
    else:
        if how == "twice":
            stop.softly()
        stop.at_once()
    summary = await asyncio.wait_for(task, 5)
    assert summary.how is How.STOPPED
    assert summary.ended.total() == 0
    assert asked.now == 0


async def test_a_pipe_into_which_nothing_is_written_does_not_hold_a_stop_up(going, stop, heard):
    never = threading.Event()

    def waiting():
        yield job(0)
        never.wait(30)

    task = asyncio.create_task(going(waiting, Asked()))
    await until(lambda: heard.ended.total() == 1)
    stop.softly()
    summary = await asyncio.wait_for(task, 5)
    never.set()
    assert summary.ended.total() == 1


async def test_a_full_disk_ends_the_run_and_what_is_under_way_is_only_recorded(going, opened, monkeypatch):
    ledger = opened()
    taken = []

    def filling(verdict, spent, record=ledger.record):
        if len(taken) == 4:
            raise WriteError("no room", target="x")
        taken.append(verdict.job.row.id)
        return record(verdict, spent)

    monkeypatch.setattr(ledger, "record", filling)
    summary = await going(JOBS, Asked(), ledger)
    assert isinstance(summary.error, WriteError)
    assert summary.ended.total() == 4
    assert lines(ledger) == sorted(taken)


async def test_inputs_that_cannot_be_understood_end_the_run(going):
    def broken():
        yield job(0)
        raise ConfigError("unknown input format")

    summary = await going(broken, Asked())
    assert isinstance(summary.error, ConfigError)


async def test_each_line_that_counts_is_echoed_once_also_those_from_before(going):
    echoed = []
    await going(JOBS[:4], Asked())
    await going([*JOBS[:3], job(3, "Other words."), *JOBS[4:]], Asked(), going.ledger, echo=echoed.append)
    assert sorted(json.loads(line)["article"]["id"] for line in echoed) == [f"a{n}" for n in range(10)]


async def test_a_reader_who_leaves_is_heard(going):
    def closed(_line):
        raise BrokenPipeError

    asked = Asked()
    with pytest.raises(BrokenPipeError):
        await going([job(number) for number in range(100)], asked, echo=closed)
    assert len(asked.ids) < 10
    assert len(lines(going.ledger)) == len(asked.ids)


async def test_a_line_that_was_mended_is_no_failure_any_more(going):
    await going([*JOBS[:2], unreadable(2).job], Asked())
    summary = await going(JOBS[:3], Asked(), going.ledger)
    assert summary.totals[State.FAILED] == 0
    part = await going(JOBS[:1], Asked(), going.ledger, whole=False)
    assert part.totals[State.DONE] + part.totals[State.DONE_WITH_WARNINGS] == 3


async def test_articles_that_moved_are_in_their_new_order(going):
    await going(JOBS[:4], Asked())
    moved = [job(place, JOBS[number].row.text, f"a{number}") for place, number in enumerate((3, 1, 0, 2))]
    await going(moved, Asked(), going.ledger)
    assert lines(going.ledger) == ["a3", "a1", "a0", "a2"]


async def test_what_was_spent_is_noted_by_session(going, opened, heard, stop):
    ledger = opened()
    spent = Usage(requests=7, input_tokens=70, output_tokens=7, cost=0.5)
    around = Surroundings(heard, stop, lambda: spent)
    await run_batch(Plan(lambda: iter(JOBS), 2), Local(Asked()), ledger, around)
    ledger.close()
    again = opened()
    assert again.journal.spent() == spent
    assert [one["how"] for one in again.journal.sessions()] == ["finished", None]


def test_reading_errors_are_the_articles_own():
    assert unreadable(1).state is State.FAILED
    assert isinstance(unreadable(1).job.row, ReadError)


async def test_a_stop_while_the_journal_is_asked_closes_nothing_under_its_hands(going, heard):
    await going(JOBS, Asked())

    def endless():
        return itertools.cycle(JOBS)

    for _ in range(20):
        stop, before = Stop(), heard.before
        around = Surroundings(heard, stop, Usage)
        task = asyncio.create_task(run_batch(Plan(endless, 2), Local(Asked()), going.ledger, around))
        await until(lambda before=before: heard.before > before)
        stop.at_once()
        assert (await asyncio.wait_for(task, 20)).how is How.STOPPED
