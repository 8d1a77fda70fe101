"""Which articles are done again: the new, the changed, on request the failed; doubles never."""

import pytest

from extractor.batching.sifting import Passed, Sieve
from extractor.batching.states import Job, State, Verdict
from tests.batching.verdicts import NOTHING, done, job, unreadable


@pytest.fixture
def ledger(opened):
    ledger = opened()
    for verdict in (done(1), unreadable(2), done(3)):
        ledger.record(verdict, NOTHING)
    return ledger


def kinds(ledger, *jobs, retry_failed=False):
    sieve = Sieve(ledger.journal, retry_failed=retry_failed)
    return [type(one) for batch in sieve.sifted(jobs) for one in batch]


def test_what_is_known_is_passed_and_what_is_new_is_done(ledger):
    assert kinds(ledger, job(1), job(7), done(3).job) == [Passed, Job, Passed]


def test_what_changed_is_done_again(ledger):
    assert kinds(ledger, job(1, "Other words.")) == [Job]


def test_what_failed_is_done_again_on_request_only(ledger):
    failed = unreadable(2).job
    assert kinds(ledger, failed, job(1)) == [Passed, Passed]
    assert kinds(ledger, failed, job(1), retry_failed=True) == [Job, Passed]


def test_a_double_is_skipped_one_with_another_text_fails_before_and_after_the_first_is_done(ledger):
    sieve = Sieve(ledger.journal, retry_failed=False)
    same, other = job(5, "Some words.", "x"), job(6, "Other words.", "x")
    first, second, third, fourth, fifth = (
        one
        for batch in sieve.sifted(
            [job(4, "Some words.", "x"), same, other, job(1), job(8, job(1).row.text, "a1")]
        )
        for one in batch
    )
    assert isinstance(first, Job)
    assert isinstance(second, Verdict)
    assert (second.state, second.reason_class) == (State.SKIPPED, "duplicate")
    assert (third.state, third.reason_class) == (State.FAILED, "invalid_input")
    assert third.job.source in third.reason
    assert isinstance(fourth, Passed)
    assert fifth.state is State.SKIPPED


def test_a_double_is_known_in_the_next_pass(ledger):
    jobs = [job(4, "Some words.", "x"), job(5, "Some words.", "x"), job(6, "Other words.", "x")]
    sieve = Sieve(ledger.journal, retry_failed=False)
    for batch in sieve.sifted(jobs):
        for one in batch:
            verdict = one if isinstance(one, Verdict) else Verdict(one, State.DONE, line=b"{}\n")
            ledger.record(verdict, NOTHING)
            sieve.under_way.pop(verdict.job.key, None)
    assert kinds(ledger, *jobs) == [Passed, Passed, Passed]


def test_what_moved_tells_where_it_stands_now(ledger):
    sieve = Sieve(ledger.journal, retry_failed=False)
    [[stays, moves]] = sieve.sifted([job(1), job(9, done(3).job.row.text, "a3")])
    assert stays.moved is None
    assert moves.moved[:2] == (9, "in: line 10")


def test_what_a_pass_does_not_meet_is_gone(ledger):
    sieve = Sieve(ledger.journal, retry_failed=False)
    list(sieve.sifted([job(3), job(11)]))
    assert list(sieve.gone()) == [1, 2]


def test_many_known_ones_are_one_batch_and_keep_no_text(ledger):
    for number in range(10, 600):
        ledger.record(done(number), NOTHING)
    sieve = Sieve(ledger.journal, retry_failed=False)
    batches = list(sieve.sifted(job(number) for number in range(10, 600)))
    assert [len(batch) for batch in batches] == [200, 200, 190]
    assert not hasattr(batches[0][0], "job")
