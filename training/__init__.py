"""Labelled articles to a trained LoRA adapter for the embedded LLM: pairs, augmentation, tuning, judging.

The questions are asked and the answers are read by the extractor's own code. Heavy packages (torch,
transformers, peft, gguf) are imported only where they are used.
"""
