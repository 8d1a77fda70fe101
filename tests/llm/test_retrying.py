"""How long is insisted, on what, and what the account says in the end."""

import time
from types import SimpleNamespace

import pytest

from extractor.errors import (
    AuthError,
    BudgetExceededError,
    InvalidOutputError,
    LLMError,
    QuotaError,
    RefusedError,
    TooLongError,
    TransientLLMError,
    TruncatedError,
)
from extractor.llm.base import Completion
from extractor.llm.retrying import MAX_SHOWN, Retrying, RetryPolicy, follow_up
from extractor.llm.scripted import ScriptedLLM
from extractor.records import Usage
from tests.llm.conftest import make_request
from tests.llm.fault_server import GOOD

QUICK = RetryPolicy(first_wait_s=0.02, longest_wait_s=0.1)
COST = Usage(input_tokens=10, output_tokens=5, requests=1, seconds=1.0, cost=0.5)


class Waits:
    """A sleep that takes no time and remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def costing(error: LLMError) -> LLMError:
    error.usage = COST
    return error


def invalid(raw: str = "{}", *problems: str) -> LLMError:
    return costing(InvalidOutputError("broken", raw=raw, problems=problems or ("figures: Field required",)))


async def told(
    *script, policy: RetryPolicy = QUICK, **changes
) -> tuple[Completion, ScriptedLLM, list[float]]:
    waits, inner = Waits(), ScriptedLLM(script, usage=COST)
    answer = await Retrying(inner, policy, sleep=waits).complete(make_request(**changes))
    return answer, inner, waits.seconds


@pytest.mark.parametrize(
    "persona",
    [
        "reset",
        "early-close",
        "truncated-body",
        "truncated-json",
        "overloaded",
        "gateway-page",
        "no-choices",
        "null-choices",
        "error-with-200",
        "empty-answer",
        "empty-object",
        "not-an-object",
    ],
)
async def test_two_faults_of_transport_are_outlasted(server, endpoint_to, persona):
    answer = await Retrying(endpoint_to(persona), QUICK).complete(make_request())
    assert (answer.text, answer.usage.requests, len(server.to(persona))) == (GOOD, 3, 3)


@pytest.mark.parametrize(
    ("persona", "least"), [("waits-seconds", 1.0), ("waits-milliseconds", 0.4), ("waits-date", 1.0)]
)
async def test_the_endpoint_gets_the_pause_it_asks_for(server, endpoint_to, persona, least):
    answer = await Retrying(endpoint_to(persona), QUICK).complete(make_request())
    (gap,) = server.gaps(persona)
    assert answer.text == GOOD
    assert least <= gap < least + 0.5


async def test_a_pause_beyond_the_cap_is_left_to_the_caller(server, endpoint_to):
    begun = time.monotonic()
    with pytest.raises(TransientLLMError) as caught:
        await Retrying(endpoint_to("parked"), QUICK).complete(make_request())
    assert caught.value.retry_after == 600
    assert len(server.to("parked")) == 1
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("persona", "error"),
    [
        ("key-unknown", AuthError),
        ("quota", QuotaError),
        ("spend-limit", QuotaError),
        ("refusal", RefusedError),
        ("filtered", RefusedError),
        ("too-long", TooLongError),
        ("unknown-llm", LLMError),
    ],
)
async def test_what_cannot_get_better_is_asked_once(server, endpoint_to, persona, error):
    with pytest.raises(error):
        await Retrying(endpoint_to(persona), QUICK).complete(make_request())
    assert len(server.to(persona)) == 1


async def test_a_broken_answer_is_mended_by_showing_what_is_wrong(server, endpoint_to):
    request = make_request()
    answer = await Retrying(endpoint_to("mends"), QUICK).complete(request)
    first, second = server.to("mends")
    assert answer.fingerprint == request.fingerprint
    assert (answer.usage.requests, answer.usage.reasks, answer.usage.output_tokens) == (2, 1, 40)
    assert second.body["messages"][:2] == first.body["messages"]
    shown, correction = second.body["messages"][2:]
    assert shown["role"] == "assistant"
    assert '"note":1' in shown["content"]
    assert "note: Extra inputs are not permitted" in correction["content"]


async def test_a_cut_off_answer_gets_twice_the_room_once(server, endpoint_to):
    answer = await Retrying(endpoint_to("grows"), QUICK).complete(make_request(max_tokens=800))
    assert answer.text == GOOD
    assert [arrival.body["max_tokens"] for arrival in server.to("grows")] == [800, 1600]
    with pytest.raises(TruncatedError) as caught:
        await Retrying(endpoint_to("cut-off"), QUICK).complete(make_request(max_tokens=800))
    assert [arrival.body["max_tokens"] for arrival in server.to("cut-off")] == [800, 1600]
    assert caught.value.raw == GOOD[:20]


async def test_an_endpoint_that_chokes_on_its_own_answer_is_asked_again(server, endpoint_to):
    answer = await Retrying(endpoint_to("breaks-grammar-once"), QUICK).complete(make_request())
    assert (answer.text, answer.usage.reasks) == (GOOD, 1)
    assert [turn["role"] for turn in server.to("breaks-grammar-once")[1].body["messages"]] == [
        "system",
        "user",
        "user",
    ]


async def test_reasks_end_and_the_account_is_whole():
    request = make_request()
    inner = ScriptedLLM([invalid(), invalid('{"a":1}')])
    with pytest.raises(InvalidOutputError) as caught:
        await Retrying(inner, QUICK, sleep=Waits()).complete(request)
    assert (caught.value.raw, caught.value.fingerprint) == ('{"a":1}', request.fingerprint)
    usage = caught.value.usage
    assert (usage.requests, usage.reasks, usage.output_tokens, usage.cost) == (2, 1, 10, 1.0)


async def test_as_many_reasks_as_allowed_each_about_the_last_answer():
    answer, inner, waits = await told(
        invalid("A"), invalid("B"), GOOD, policy=RetryPolicy(reasks=2, first_wait_s=0.01)
    )
    assert answer.text == GOOD
    assert [turn.content for turn in inner.requests[2].messages][2] == "B"
    assert len(inner.requests[2].messages) == 4
    assert waits == [0.0, 0.0]


async def test_no_reask_where_none_is_allowed():
    with pytest.raises(InvalidOutputError):
        await told(invalid(), policy=RetryPolicy(reasks=0))


async def test_all_kinds_of_failure_share_one_account():
    answer, inner, _ = await told(
        costing(TransientLLMError("busy")), invalid(), costing(TruncatedError("cut")), GOOD, max_tokens=800
    )
    assert (answer.usage.requests, answer.usage.reasks, answer.usage.cost) == (4, 1, 2.0)
    assert [request.max_tokens for request in inner.requests] == [800, 800, 800, 1600]


async def test_a_reask_keeps_the_room_that_was_given():
    _, inner, _ = await told(TruncatedError("cut"), invalid(), GOOD, max_tokens=800)
    assert [request.max_tokens for request in inner.requests] == [800, 1600, 1600]


async def test_attempts_are_bounded():
    with pytest.raises(TransientLLMError, match="busy 3"):
        await told(*(TransientLLMError(f"busy {n}") for n in (1, 2, 3)), policy=RetryPolicy(attempts=3))


async def test_an_attempt_that_is_not_made_is_not_counted():
    with pytest.raises(InvalidOutputError) as caught:
        await told(invalid(), policy=RetryPolicy(attempts=1))
    assert (caught.value.usage.requests, caught.value.usage.reasks) == (1, 0)


async def test_waits_grow_with_full_jitter_up_to_the_longest(monkeypatch):
    monkeypatch.setattr("extractor.llm.retrying.random", SimpleNamespace(uniform=lambda _, high: high))
    policy = RetryPolicy(attempts=6, first_wait_s=1.0, longest_wait_s=5.0)
    _, _, waits = await told(*[TransientLLMError("busy")] * 5, GOOD, policy=policy)
    assert waits == [1.0, 2.0, 4.0, 5.0, 5.0]
    monkeypatch.setattr("extractor.llm.retrying.random", SimpleNamespace(uniform=lambda low, _: low))
    _, _, waits = await told(
        TransientLLMError("busy"), TransientLLMError("busy", retry_after=7.0), GOOD, policy=policy
    )
    assert waits == [0.0, 7.0]


async def test_the_total_time_is_kept_whatever_the_wall_clock_says(monkeypatch):
    clock = SimpleNamespace(now=100.0)

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        monkeypatch.setattr(time, "time", lambda: clock.now - 1e9)

    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    inner = ScriptedLLM(lambda _: TransientLLMError("busy", retry_after=10.0))
    policy = RetryPolicy(attempts=100, total_s=35.0, first_wait_s=0.0)
    with pytest.raises(TransientLLMError):
        await Retrying(inner, policy, sleep=sleep).complete(make_request())
    assert len(inner.requests) == 4


async def test_all_questions_of_a_run_share_their_retries():
    inner = ScriptedLLM(lambda _: TransientLLMError("busy"))
    llm = Retrying(inner, RetryPolicy(attempts=6, retry_share=0.2, free_retries=10), sleep=Waits())
    errors = []
    for number in range(100):
        with pytest.raises(TransientLLMError) as caught:
            await llm.complete(make_request(epoch=number))
        errors.append(caught.value)
    assert len(inner.requests) == 100 + 10 + 20
    assert errors[-1].hint == "it failed too often for all to be tried again; run again later"
    assert errors[0].hint == ""


async def test_a_run_that_goes_well_can_afford_what_fails():
    script = iter([GOOD, GOOD, GOOD, GOOD, GOOD, TransientLLMError("busy")] * 50)
    inner = ScriptedLLM(lambda _: next(script))
    llm = Retrying(inner, RetryPolicy(retry_share=0.2, free_retries=1), sleep=Waits())
    for number in range(250):
        assert (await llm.complete(make_request(epoch=number))).text == GOOD


async def test_reasks_and_wider_answers_are_no_retries():
    script = iter([invalid(), TruncatedError("cut"), GOOD] * 30)
    inner = ScriptedLLM(lambda _: next(script))
    llm = Retrying(inner, RetryPolicy(retry_share=0.0, free_retries=0), sleep=Waits())
    for number in range(30):
        assert (await llm.complete(make_request(epoch=number))).text == GOOD


async def test_a_spent_budget_and_bugs_pass_through():
    with pytest.raises(BudgetExceededError):
        await told(BudgetExceededError("spent"))
    with pytest.raises(ZeroDivisionError):
        await told(ZeroDivisionError())


def test_a_runaway_answer_is_shown_in_part():
    error = InvalidOutputError("broken", raw="x" * 10 * MAX_SHOWN, problems=("(answer): larger",))
    shown = follow_up(make_request(), error).messages[2].content
    assert len(shown) < MAX_SHOWN + 10
