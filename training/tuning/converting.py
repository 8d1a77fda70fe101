"""A LoRA adapter of a Qwen2 LLM to a GGUF file that llama.cpp takes beside the weights."""

import re
from pathlib import Path
from typing import Any

import gguf
from safetensors.numpy import load_file

ARCHITECTURE = "qwen2"
_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_KEY = re.compile(r"layers\.(\d+)\.(.+)\.lora_([AB])\.weight")
_BLOCK = 32
"""Q8_0 packs so many numbers of a row together; a row that has no whole number of blocks stays f16."""


def convert(adapter: Path, alpha: float, out: Path, tensor_type: str = "f16") -> int:
    """Write the adapter's tensors as GGUF, in f16 or, as far as rows allow, in q8_0; return its bytes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(out, ARCHITECTURE)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for key, tensor in sorted(load_file(str(adapter)).items()):
        found = _KEY.search(key)
        if found is None:
            raise ValueError(f"{key}: not a tensor of an adapter of {ARCHITECTURE}")
        name = f"blk.{found[1]}.{_NAMES[found[2]]}.weight.lora_{found[3].lower()}"
        _add(writer, name, tensor, tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out.stat().st_size


def _add(writer: Any, name: str, tensor: Any, tensor_type: str) -> None:
    if tensor_type == "q8_0" and tensor.shape[-1] % _BLOCK == 0:
        kind = gguf.GGMLQuantizationType.Q8_0
        writer.add_tensor(name, gguf.quants.quantize(tensor.astype("float32"), kind), raw_dtype=kind)
    else:
        writer.add_tensor(name, tensor.astype("float16"))
