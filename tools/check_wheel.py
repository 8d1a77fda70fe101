"""Checks that a wheel holds what an installed package needs beside its code."""

import sys
import zipfile
from pathlib import Path

NEEDED = (
    "extractor/py.typed",
    "extractor/prompts/general.j2",
    "extractor/prompts/embedded.j2",
    "extractor/prompts/examples/en.yaml",
    "extractor/examples/hu.txt",
    "extractor/llm/catalogue.yaml",
    "extractor/llm/adapters/qwen2.5-coder-1.5b-diplomacy-v0.lora.gguf",
)


def main() -> int:
    """Print what is missing; return 1 if anything is."""
    wheel = Path(sys.argv[1])
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = [name for name in NEEDED if name not in held]
    sys.stdout.write(f"{wheel.name}: {len(held)} files, missing: {', '.join(missing) or 'nothing'}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
