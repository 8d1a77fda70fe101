"""A run as spans, where OpenTelemetry is configured: its own, in it one of each article worked on."""

import time
from collections.abc import Sequence

from extractor.article import Article
from extractor.batching.ledger import Ledger
from extractor.batching.running import Plan, Summary, Surroundings, run_batch
from extractor.batching.states import Job, LeftOpen, State, Verdict
from extractor.batching.working import Work
from extractor.tracing import Span, Spans, Value, ended, spans


async def run_traced(plan: Plan, work: Work, ledger: Ledger, around: Surroundings) -> Summary:
    """Run a batch as `run_batch` does, and tell of it."""
    here = spans()
    if here is None:
        return await run_batch(plan, work, ledger, around)
    with here.span("extractor.batch", {"extractor.run.at_once": plan.at_once}) as span:
        summary = await run_batch(plan, _TracedWork(work, here), ledger, around)
        span.note(_described(summary))
        if summary.error is not None:
            span.fail(type(summary.error).__name__)
        return summary


class _TracedWork:
    """Work of which each article is a span, around one that does it."""

    def __init__(self, inner: Work, here: Spans) -> None:
        self._inner, self._here = inner, here

    async def __call__(self, jobs: Sequence[Job]) -> Sequence[Verdict | LeftOpen]:
        """Return a verdict for each job, or why it has none.

        Of a block it is not known when which began: its articles are told when all have ended.
        """
        if len(jobs) == 1:
            with self._here.article(_name(jobs[0])) as span:
                return [_told(span, one) for one in await self._inner(jobs)]
        begun = time.time_ns()
        outcomes = await self._inner(jobs)
        for outcome in outcomes:
            with self._here.article(_name(outcome.job), since=begun) as span:
                _told(span, outcome)
        return outcomes


def _name(job: Job) -> str:
    return job.row.id if isinstance(job.row, Article) else job.row.source


def _told(span: Span, outcome: Verdict | LeftOpen) -> Verdict | LeftOpen:
    if isinstance(outcome, LeftOpen):
        span.note({"extractor.article.state": "left_open"})
        span.fail(type(outcome.error).__name__)
        return outcome
    account = outcome.account
    span.note(ended(outcome.state.value, account.records, account.warnings, cached=account.cached))
    if outcome.state is State.FAILED:
        span.fail(outcome.reason_class)
    return outcome


def _described(summary: Summary) -> dict[str, Value | None]:
    return {
        "extractor.run.ended": summary.how.value,
        **{f"extractor.run.{state.value}": summary.ended[state] for state in State},
        "extractor.run.from_before": summary.passed,
        "extractor.run.left_open": summary.left_open,
        "extractor.run.requests": summary.spent.requests,
        "extractor.run.input_tokens": summary.spent.input_tokens,
        "extractor.run.output_tokens": summary.spent.output_tokens,
        "extractor.run.cost": summary.spent.cost,
    }
