"""Files of weights on this machine: whether one is here and is what the catalogue says. Fetches nothing."""

import hashlib
import json
from pathlib import Path

from extractor.llm.catalogue import Adapter, Weights


def locate(weights: Weights, directory: Path) -> Path | None:
    """Return the verified file of the weights, or None when it is absent or not what the catalogue says.

    A file that was verified once is not hashed again while its size and time of change stay the same.
    """
    path = directory / weights.file
    if not path.is_file() or path.stat().st_size != weights.size:
        return None
    if _stamped(path, weights.sha256):
        return path
    if sha256_of(path) != weights.sha256:
        return None
    stamp(path, weights.sha256)
    return path


def adapter_is_whole(adapter: Adapter) -> bool:
    """Tell whether the adapter's file is here with the digest of the catalogue."""
    return adapter.path.is_file() and sha256_of(adapter.path) == adapter.sha256


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path, sha256: str) -> None:
    """Note that a file was verified; where the directory is read-only it will be hashed again next time."""
    try:
        _stamp_of(path).write_text(json.dumps(_state(path, sha256)), encoding="utf-8")
    except OSError:
        return


def _stamped(path: Path, sha256: str) -> bool:
    try:
        return bool(json.loads(_stamp_of(path).read_text(encoding="utf-8")) == _state(path, sha256))
    except (OSError, ValueError):
        return False


def _stamp_of(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _state(path: Path, sha256: str) -> dict[str, str | int]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha256}
