"""The loop of learning: steps of padded rows, loss on answers alone, state that a broken run goes on from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file

from training.batching import Row, at_once, rate_at, steps_in, steps_of_epoch
from training.settings import Settings
from training.tuning.loading import Trainee

_PAD = 0
"""Any token: what stands there is masked."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: steps done of all, and the mean loss an answer token of the last one."""

    step: int
    steps: int
    epoch: float
    loss: float
    tokens: int


class Learner:
    """Trains an adapter on rows; `advance` makes one step."""

    def __init__(self, trainee: Trainee, rows: Sequence[Row], settings: Settings) -> None:
        self._trainee, self._rows, self._settings = trainee, rows, settings
        self.steps = steps_in(rows, settings.batch, settings.epochs)
        self.step = 0
        self._optimizer = torch.optim.AdamW(trainee.learning, lr=settings.rate, weight_decay=0.01)
        self._epoch: tuple[int, list[list[Row]]] | None = None

    @property
    def per_epoch(self) -> int:
        """Steps of one epoch."""
        return steps_in(self._rows, self._settings.batch, 1)

    def advance(self) -> Progress:
        """Make one step of learning."""
        rows = self._rows_of(self.step)
        answers = sum(len(row.answer) for row in rows)
        self._trainee.whole.train()
        part = rate_at(self.step, self.steps, self._settings.warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.rate * part
        loss = 0.0
        for together in at_once(rows, self._settings.tokens):
            summed = answer_loss(self._trainee, together)
            (summed / answers).backward()
            loss += float(summed.detach())
        torch.nn.utils.clip_grad_norm_(self._trainee.learning, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        read = sum(row.length for row in rows)
        return Progress(self.step, self.steps, self.step / self.per_epoch, loss / answers, read)

    def _rows_of(self, step: int) -> list[Row]:
        epoch, at = divmod(step, self.per_epoch)
        if self._epoch is None or self._epoch[0] != epoch:
            seed = f"{self._settings.seed}/{epoch}"
            self._epoch = epoch, steps_of_epoch(self._rows, self._settings.batch, seed)
        return self._epoch[1][at]

    def save(self, folder: Path) -> None:
        """Write all that is needed to go on; half of it never takes the place of a whole."""
        fresh = folder.with_name(folder.name + ".new")
        fresh.mkdir(parents=True, exist_ok=True)
        save_adapter(self._trainee, fresh / "adapter.safetensors")
        random = {"cpu": torch.get_rng_state()}
        if self._trainee.device == "cuda":
            random["cuda"] = torch.cuda.get_rng_state()
        torch.save({"optimizer": self._optimizer.state_dict(), "random": random}, fresh / "state.pt")
        told = {"step": self.step, "settings": self._settings.as_json()}
        (fresh / "run.json").write_text(json.dumps(told), encoding="utf-8")
        if folder.exists():
            for old in folder.iterdir():
                old.unlink()
            folder.rmdir()
        fresh.rename(folder)

    def resume(self, folder: Path) -> bool:
        """Go on from what was saved; False where nothing was, or with other settings."""
        told = folder / "run.json"
        if not told.exists():
            return False
        run = json.loads(told.read_text(encoding="utf-8"))
        if run["settings"] != self._settings.as_json():
            return False
        load_adapter(self._trainee, folder / "adapter.safetensors")
        state: dict[str, Any] = torch.load(folder / "state.pt", weights_only=True, map_location="cpu")
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"]["cpu"])
        if self._trainee.device == "cuda" and "cuda" in state["random"]:
            torch.cuda.set_rng_state(state["random"]["cuda"])
        self.step = int(run["step"])
        return True


def answer_loss(trainee: Trainee, rows: Sequence[Row]) -> Any:
    """Return the summed cross entropy of the answers' tokens; only their logits are ever computed."""
    longest = max(row.length for row in rows)
    shape = (len(rows), longest)
    tokens = torch.full(shape, _PAD, dtype=torch.long)
    seen = torch.zeros(shape, dtype=torch.long)
    wanted = torch.zeros(shape, dtype=torch.bool)
    for at, row in enumerate(rows):
        tokens[at, : row.length] = torch.tensor([*row.question, *row.answer])
        seen[at, : row.length] = 1
        wanted[at, len(row.question) - 1 : row.length - 1] = True
    tokens, seen, wanted = (one.to(trainee.device) for one in (tokens, seen, wanted))
    with torch.autocast(trainee.device, torch.bfloat16, enabled=trainee.device == "cuda"):
        inner = trainee.inner
        hidden = inner.model(input_ids=tokens, attention_mask=seen, use_cache=False).last_hidden_state
        logits = inner.lm_head(hidden[wanted]).float()
    following = torch.roll(tokens, -1, dims=1)[wanted]
    return torch.nn.functional.cross_entropy(logits, following, reduction="sum")


def save_adapter(trainee: Trainee, path: Path) -> None:
    """Write the adapter's tensors."""
    tensors = get_peft_model_state_dict(trainee.whole, save_embedding_layers=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: one.detach().cpu().contiguous() for name, one in tensors.items()}, str(path))


def load_adapter(trainee: Trainee, path: Path) -> None:
    """Put an adapter's tensors in."""
    set_peft_model_state_dict(trainee.whole, load_file(str(path)))
