"""A GGUF file to an LLM that can be trained: dequantised by transformers, with a LoRA adapter put in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from training.settings import MODULES, Settings


@dataclass(frozen=True)
class Trainee:
    """An LLM in training: `whole` has the adapter in it; `encode` turns words into tokens."""

    whole: Any
    tokenizer: Any
    device: str

    def encode(self, words: str) -> list[int]:
        """Return the tokens of words, special ones read as such, nothing added."""
        tokens: list[int] = self.tokenizer(words, add_special_tokens=False)["input_ids"]
        return tokens

    @property
    def inner(self) -> Any:
        """The causal LLM below the adapter's wrapping."""
        return self.whole.get_base_model()

    def release(self) -> None:
        """Take the adapter out of the weights, which another trainee may then use."""
        self.whole.unload()

    @contextmanager
    def merged(self) -> Iterator[None]:
        """Have the adapter added to the weights for a while, to write faster; they come back unchanged."""
        layers = [one.get_base_layer().weight for one in self.whole.modules() if isinstance(one, LoraLayer)]
        before = [weight.data.clone() for weight in layers]
        self.whole.merge_adapter()
        try:
            yield
        finally:
            self.whole.unmerge_adapter()
            for weight, old in zip(layers, before, strict=True):
                weight.data.copy_(old)

    @property
    def learning(self) -> list[Any]:
        """The parameters that change."""
        return [one for one in self.whole.parameters() if one.requires_grad]


def load(weights: Path, settings: Settings) -> Trainee:
    """Return an LLM with a fresh adapter: bf16 on a GPU, fp32 on a CPU; the adapter itself is fp32.

    The weights of the last call are kept, to be used again once its trainee is released.
    """
    disable_progress_bar()
    torch.manual_seed(settings.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    base, tokenizer = _dequantised(weights, device)
    lora = LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=settings.dropout,
        task_type="CAUSAL_LM",
        target_modules=list(MODULES[settings.modules]),
    )
    return Trainee(get_peft_model(base, lora), tokenizer, device)


@lru_cache(maxsize=1)
def _dequantised(weights: Path, device: str) -> tuple[Any, Any]:
    """Return the LLM of a GGUF file and its tokenizer; this takes a minute or two."""
    folder, file = str(weights.parent), weights.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    return AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=dtype).to(device), tokenizer
