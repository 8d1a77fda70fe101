"""The hash of each split, so that a result says which key it was measured with, and the test set stays.

`gold/MANIFEST.json` holds the hashes of a key version; a change of the test set is a new version with an
erratum.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from evals.gold import GOLD, SPLITS, Gold, load_gold
from extractor.errors import ConfigError

MANIFEST = "MANIFEST.json"


def hash_of(gold: Gold, articles: Iterable[str]) -> str:
    """Return the sha256 of articles and their keys: canonical JSON, one a line, by id."""
    digest = hashlib.sha256()
    for article in sorted(articles):
        key = gold.key(article)
        whole = {"article": gold.articles[article], "records": None if key is None else key["records"]}
        line = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def split_hashes(gold: Gold) -> dict[str, dict[str, Any]]:
    """Return the number of articles and the hash of each split."""
    hashes = {}
    for split in SPLITS:
        members = [name for name, row in gold.articles.items() if row["split"] == split]
        hashes[split] = {"articles": len(members), "sha256": hash_of(gold, members)}
    return hashes


def read_manifest(folder: Path = GOLD) -> Mapping[str, Any] | None:
    """Return the manifest of a gold folder, None where nothing is frozen yet."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: no JSON", hint="restore it from the repository") from error
    return manifest


def freeze(folder: Path, *, erratum: str | None = None) -> Mapping[str, Any]:
    """Write the manifest of a gold folder; a changed test split needs an erratum, and is a new key version.

    Raises ConfigError where the test split differs and no erratum is given.
    """
    before = read_manifest(folder)
    splits = split_hashes(load_gold(folder))
    manifest: dict[str, Any] = {"key_version": 1, "splits": splits, "errata": []}
    if before is not None:
        changed = before["splits"]["test"]["sha256"] != splits["test"]["sha256"]
        if changed and not erratum:
            raise ConfigError("the test split is frozen", hint="say with an erratum what changed, and why")
        manifest["key_version"] = before["key_version"] + changed
        manifest["errata"] = [*before["errata"], *([erratum] if changed else [])]
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def broken_seals(folder: Path = GOLD) -> tuple[str, ...]:
    """Return the splits that are not what the manifest says."""
    manifest = read_manifest(folder)
    if manifest is None:
        return ()
    found = split_hashes(load_gold(folder))
    return tuple(split for split in SPLITS if found[split]["sha256"] != manifest["splits"][split]["sha256"])
