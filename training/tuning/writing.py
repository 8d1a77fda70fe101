"""Answers of an LLM in training: greedy, many at once, with nothing that constrains them."""

from collections.abc import Iterator, Sequence

import torch

from training.batching import END
from training.tuning.loading import Trainee

_TOGETHER = 96
"""Questions at once on a GPU; on a CPU one after another costs the same and wastes no padding."""


def write(trainee: Trainee, questions: Sequence[str], answer_tokens: int) -> list[str]:
    """Return an answer to each question, in order, of at most so many tokens."""
    encoded = [trainee.encode(question) for question in questions]
    order = sorted(range(len(questions)), key=lambda at: len(encoded[at]))
    together = _TOGETHER if trainee.device == "cuda" else 1
    trainee.whole.eval()
    with trainee.merged():
        written = [
            answer
            for start in range(0, len(order), together)
            for answer in _written(
                trainee, [encoded[at] for at in order[start : start + together]], answer_tokens
            )
        ]
    answers = dict(zip(order, written, strict=True))
    return [answers[at] for at in range(len(questions))]


def _written(trainee: Trainee, questions: Sequence[Sequence[int]], answer_tokens: int) -> Iterator[str]:
    """Yield the answers to questions that are computed together, padded on the left."""
    longest = max(map(len, questions))
    padding = [longest - len(question) for question in questions]
    tokens = torch.tensor([[0] * pad + [*question] for pad, question in zip(padding, questions, strict=True)])
    seen = torch.tensor([[0] * pad + [1] * (longest - pad) for pad in padding])
    (end,) = trainee.encode(END)
    with torch.no_grad():
        written = trainee.inner.generate(
            input_ids=tokens.to(trainee.device),
            attention_mask=seen.to(trainee.device),
            max_new_tokens=answer_tokens,
            do_sample=False,
            use_cache=True,
            eos_token_id=end,
            pad_token_id=end,
        )
    for row in written[:, longest:].tolist():
        yield trainee.tokenizer.decode(row[: row.index(end)] if end in row else row)
