"""The rooms with torch, transformers, peft and gguf: imported by `training.running` alone, when it runs."""
