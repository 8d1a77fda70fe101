"""Checks that a wheel holds what an installed package needs beside its code."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "extractor/prompts/general.j2",
    "extractor/prompts/embedded.j2",
    "extractor/prompts/examples/en.yaml",
    "extractor/examples/hu.txt",
)
"""What is put in from outside the package's folder."""


def _in_package() -> list[str]:
    """Return all files of the package's folder: modules, tables, weights."""
    files = (path for path in (ROOT / "extractor").rglob("*") if path.is_file())
    return [path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts]


def main() -> int:
    """Print what is missing; return 1 if anything is."""
    wheel = Path(sys.argv[1])
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = [name for name in (*NEEDED, *_in_package()) if name not in held]
    sys.stdout.write(f"{wheel.name}: {len(held)} files, missing: {', '.join(missing) or 'nothing'}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
