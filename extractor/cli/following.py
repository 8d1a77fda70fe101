"""How a batch goes, for the eyes: a bar or a line now and then, and a summary at the end."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from extractor.batching.running import Summary
from extractor.batching.states import Job, State, Verdict
from extractor.cli.terminal import Terminal
from extractor.records import Usage


@dataclass(slots=True)
class Following:
    """Hears a run, and says in words how far it has come. `total` may be known later, or never."""

    terminal: Terminal
    done: int = 0
    total: int | None = None
    paused: Callable[[], AbstractContextManager[object]] = nullcontext
    ended: Counter[State] = field(default_factory=Counter)
    before: int = 0
    spent: Usage = field(default_factory=Usage)
    aside: str = ""
    begun: float = field(default_factory=time.monotonic)

    def set(self, done: int, total: int | None = None, what: str | None = None) -> None:
        """Note what the LLM is doing meanwhile."""
        share = f" {100 * done // total} %" if total else f" {done}" if done else ""
        self.aside = f"{what}{share}" if what else ""

    def pauses(self, paused: Callable[[], AbstractContextManager[object]]) -> None:
        """Note what clears the screen."""
        self.paused = paused

    def count(self, total: Callable[[], int | None]) -> None:
        """Note how many articles there are, once that is counted."""
        with suppress(OSError):  # what cannot be read is told where it is read
            self.total = total()

    @property
    def seconds(self) -> float:
        """Return how long it takes so far."""
        return time.monotonic() - self.begun

    def started(self, job: Job) -> None:
        """Say nothing: so much is under way."""

    def finished(self, verdict: Verdict, spent: Usage) -> None:
        """Count an article, and say why it failed if it did."""
        self.ended[verdict.state] += 1
        self.spent = spent
        self.done = self.before + self.ended.total()
        if not self.terminal.verbose:
            return
        if verdict.state is State.FAILED:
            self.terminal.detail(f"{verdict.job.source}: {verdict.reason_class}: {verdict.reason}")
        elif verdict.line is not None:
            account = verdict.account
            how = "recorded answer" if account.cached else f"{account.seconds:.1f} s"
            tokens = f"{account.input_tokens} + {account.output_tokens} tokens"
            self.terminal.detail(f"{verdict.job.source}: {account.records} records, {tokens}, {how}")

    def passed(self, count: int) -> None:
        """Count articles of earlier runs."""
        self.before += count
        self.done = self.before + self.ended.total()

    def note(self, text: str) -> None:
        """Say it."""
        self.terminal.warn(text)

    def closed(self, summary: Summary) -> None:
        """Say nothing: the summary comes when the output stands."""

    def line(self) -> str:
        """Return how far it has come, how fast, at what price."""
        seconds = self.seconds
        ended = self.ended.total()
        of = f" of {self.total:,}" if self.total else ""
        parts = [f"{self.done:,}{of} articles"]
        if ended:
            rate = ended / max(seconds, 1e-3)
            parts.append(f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min")
            if self.total and self.total > self.done:
                parts.append(f"{clock((self.total - self.done) / rate)} left")
        parts.append(clock(seconds))
        if self.spent.cost is not None:
            parts.append(f"${self.spent.cost:.4f}")
        if self.ended[State.FAILED]:
            parts.append(f"{self.ended[State.FAILED]:,} failed")
        return ", ".join([*parts, self.aside] if self.aside else parts)

    def values(self) -> dict[str, object]:
        """Return the same for machines."""
        return {
            "event": "progress",
            "articles": self.done,
            "total": self.total,
            "failed": self.ended[State.FAILED],
            "seconds": round(self.seconds, 1),
            "cost": self.spent.cost,
        }


def clock(seconds: float) -> str:
    """Return a duration as h:mm:ss or m:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def told(summary: Summary, seconds: float, failures: Path | None) -> str:
    """Return the closing summary in words."""
    done, failed, skipped = _counts(summary)
    warned = summary.totals[State.DONE_WITH_WARNINGS]
    articles = [f"{done:,} done" + (f" ({warned:,} with warnings)" if warned else "")]
    articles += [f"{count:,} {what}" for count, what in ((failed, "failed"), (skipped, "skipped")) if count]
    if summary.left_open:
        articles.append(f"{summary.left_open:,} left open")
    spent = summary.spent
    now = summary.ended.total()
    effort = f"{now:,} of them now, {_effort(spent)}, {clock(seconds)}"
    where = f"\n  failures: {failures}" if failures else ""
    return f"{', '.join(articles)}; {effort}{where}"


def by_llm(accounts: Mapping[str, Usage]) -> str:
    """Return a line for each LLM where several were asked, else nothing."""
    if len(accounts) < 2:
        return ""
    return "".join(f"\n  {name}: {_effort(usage)}" for name, usage in accounts.items())


def _effort(spent: Usage) -> str:
    cost = f", ${spent.cost:.4f}" if spent.cost is not None else ""
    return f"{spent.requests:,} requests, {spent.input_tokens:,} + {spent.output_tokens:,} tokens{cost}"


def told_to_machines(summary: Summary, seconds: float, failures: Path | None) -> dict[str, object]:
    """Return the closing summary as values."""
    return {
        "event": "summary",
        "ended": summary.how.value,
        **{state.value: count for state, count in summary.totals.items()},
        "this_time": summary.ended.total(),
        "from_before": summary.passed,
        "left_open": summary.left_open,
        "requests": summary.spent.requests,
        "input_tokens": summary.spent.input_tokens,
        "output_tokens": summary.spent.output_tokens,
        "cost": summary.spent.cost,
        "seconds": round(seconds, 3),
        "failures": str(failures) if failures else None,
    }


def _counts(summary: Summary) -> tuple[int, int, int]:
    totals = summary.totals
    done = totals[State.DONE] + totals[State.DONE_WITH_WARNINGS]
    return done, totals[State.FAILED], totals[State.SKIPPED]
