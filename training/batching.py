"""Pairs as tokens, put into steps: seeded, by length, with the wanted share of empty answers."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from training.pairs import WHOLE, Pair, Shape, compact

Tokens = list[int]
_POOL = 8
"""So many steps' pairs are sorted by length together: enough to fill rows, too few to sort an epoch."""


@dataclass(frozen=True, slots=True)
class Row:
    """One pair in tokens: the question, and the answer with its end."""

    question: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.question) + len(self.answer)


def chat(system: str, user: str) -> str:
    """Return a question in ChatML, up to where the answer begins: what llama.cpp makes of the messages."""
    return (
        f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"
    )


END = "<|im_end|>"


def reshaped(pairs: Sequence[Pair], shape: Shape) -> Iterator[Pair]:
    """Yield whole pairs in another order of lists, or as one pair for each list."""
    for pair in pairs:
        answer = json.loads(pair.answer)
        for part in shape.parts:
            wanted = {name: answer[name] for name in (shape.lists if part == WHOLE else (part,))}
            yield Pair(
                article=pair.article,
                chunk=pair.chunk,
                part=part,
                system=pair.system,
                user=pair.user if part == WHOLE else f"{pair.user}\nRecords: {part}",
                answer=compact(wanted),
                records=sum(map(len, wanted.values())),
            )


def with_share(pairs: Sequence[Pair], share: float | None, random: Random) -> list[Pair]:
    """Return the pairs with a share of empty answers: left out where too many, else repeated."""
    empty = [pair for pair in pairs if not pair.records]
    full = [pair for pair in pairs if pair.records]
    if share is None or not empty or not full:
        return list(pairs)
    wanted = round(len(full) * share / (1 - share))
    times, rest = divmod(wanted, len(empty))
    return [*full, *empty * times, *random.sample(empty, rest)]


def rows_of(pairs: Sequence[Pair], encode: Callable[[str], Tokens], longest: int) -> list[Row]:
    """Return the pairs in tokens, those over `longest` tokens left out."""
    rows = (
        Row(tuple(encode(chat(pair.system, pair.user))), tuple(encode(pair.answer + END))) for pair in pairs
    )
    return [row for row in rows if row.length <= longest]


def steps_of_epoch(rows: Sequence[Row], batch: int, seed: str) -> list[list[Row]]:
    """Return the steps of one epoch: each row once, rows of like length together, steps in any order."""
    random = Random(seed)  # noqa: S311 - no secret
    mixed = random.sample(rows, len(rows))
    steps: list[list[Row]] = []
    for start in range(0, len(mixed), batch * _POOL):
        pool = sorted(mixed[start : start + batch * _POOL], key=lambda row: row.length)
        steps += [pool[at : at + batch] for at in range(0, len(pool), batch)]
    random.shuffle(steps)
    return steps


def steps_in(rows: Sequence[Row], batch: int, epochs: float) -> int:
    """Return how many steps so many epochs take."""
    return math.ceil(len(steps_of_epoch(rows, batch, "")) * epochs)


def at_once(step: Sequence[Row], tokens: int) -> Iterator[list[Row]]:
    """Yield the rows of a step in parts that take at most so many tokens, padding counted; one at least."""
    part: list[Row] = []
    longest = 0
    for row in sorted(step, key=lambda row: row.length):
        if part and max(longest, row.length) * (len(part) + 1) > tokens:
            yield part
            part, longest = [], 0
        part.append(row)
        longest = max(longest, row.length)
    if part:
        yield part


def rate_at(step: int, steps: int, warmup: float) -> float:
    """Return the learning rate of a step (from 0) as a part of its peak: up in a line, down in a cosine."""
    rising = max(1, round(steps * warmup))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))
