"""A GGUF file to an LLM that can be trained: dequantised by transformers, with a LoRA adapter put in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
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

    @property
    def learning(self) -> list[Any]:
        """The parameters that change."""
        return [one for one in self.whole.parameters() if one.requires_grad]


def load(weights: Path, settings: Settings) -> Trainee:
    """Return an LLM with a fresh adapter: bf16 on a GPU, fp32 on a CPU; the adapter itself is fp32."""
    disable_progress_bar()
    torch.manual_seed(settings.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    folder, file = str(weights.parent), weights.name
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    base = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=dtype).to(device)
    lora = LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=settings.dropout,
        task_type="CAUSAL_LM",
        target_modules=list(MODULES[settings.modules]),
    )
    return Trainee(get_peft_model(base, lora), tokenizer, device)
