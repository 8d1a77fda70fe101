"""Training articles held against the gold data: no event and no wording may stand in both."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_SHARED = 45
"""So many characters in a row may be alike by chance: a state's long name, a stock phrase of protocol."""

Articles = Mapping[str, Mapping[str, Any]]


def overlaps(training: Articles, gold: Articles) -> Iterator[str]:
    """Yield what training articles share with gold ones: an id, a cluster (event), or a run of characters."""
    clusters = {article.get("cluster") for article in gold.values()}
    told = {run: name for name, article in gold.items() for run in _runs(article)}
    for name, article in training.items():
        if name in gold:
            yield f"{name}: an id of the gold data"
        if article.get("cluster") in clusters:
            yield f"{name}: cluster {article.get('cluster')} is in the gold data"
        if shared := next((run for run in _runs(article) if run in told), None):
            yield f"{name}: {shared!r} stands in {told[shared]} of the gold data"


def _runs(article: Mapping[str, Any]) -> Iterator[str]:
    text = re.sub(r"\s+", " ", article.get("text", "")).casefold()
    length = LONGEST_SHARED + 1
    return (text[start : start + length] for start in range(len(text) - length + 1))
