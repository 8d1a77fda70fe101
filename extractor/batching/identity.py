"""What the answers of a run depend on, in words: a run goes on only under what it began with."""

from collections.abc import Mapping

from extractor import __version__
from extractor.drafts import WIRE_VERSION
from extractor.errors import ConfigError
from extractor.escalating import Bar
from extractor.prompting import Asking
from extractor.records import SCHEMA_VERSION

_OF_AN_LLM = frozenset({"prompt", "LLM", "endpoint", "tokens of text in one request", "tokens of one answer"})


def identity_of(asking: Asking, bar: Bar | None = None) -> dict[str, str]:
    """Return what a run that asks in this way, and holds records to this bar, depends on, by name."""
    return _asked(asking) | (_held_to(bar) if bar else {})


def _asked(asking: Asking) -> dict[str, str]:
    return {
        "tool": __version__,
        "schema": SCHEMA_VERSION,
        "wire format": WIRE_VERSION,
        "prompt": asking.template.label,
        "LLM": asking.identity.name,
        "endpoint": asking.identity.origin,
        "tokens of text in one request": str(asking.chunk_tokens),
        "tokens of one answer": str(asking.max_tokens),
    }


def _held_to(bar: Bar) -> dict[str, str]:
    least = {} if bar.least is None else {"least confidence": f"{bar.least:g}"}
    if bar.again is None:
        return least
    then = {f"{name}, if unsure": value for name, value in _asked(bar.again).items() if name in _OF_AN_LLM}
    return least | then | {"unsure below": f"{bar.below:g}"}


def refuse_change(before: Mapping[str, str], now: Mapping[str, str], output: str) -> None:
    """Raise ConfigError, which names what changed, unless the run would go on as it began."""
    changed = changes(before, now)
    if before and changed:
        raise ConfigError(
            f"{output} was begun otherwise: {'; '.join(changed)}",
            hint="--force goes on and keeps what is done; another --output begins a new run",
        )


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return what differs, each as `name: before -> now`."""
    names = dict.fromkeys((*before, *now))
    return [
        f"{name}: {before.get(name, 'none')} -> {now.get(name, 'none')}"
        for name in names
        if before.get(name) != now.get(name)
    ]
