r"""With which letters all that a regular expression finds begins, so that it is tried only where they stand.

Told for the plain forms that lists of words have: `\bport(?!ug)`, `\b(?:will|would) sign`, `signed|inked`.
"""

import re
from collections.abc import Iterator

_LITERAL = re.compile(r"(?P<letters>[^\W\d_](?:[\w ]*[^\W\d_])?)(?P<repeated>[?*{]?)")
_BEHIND = re.compile(r"(?:\(\?<![^()|]*\))+")
"""What may not stand before; it is no part of what is found."""
_GROUP = "(?:"
_ODD = re.compile(r"\\[()\[\]|]|\[[^\]]*[()|]|\[\]")
"""What would make brackets and bars other than they look: escaped ones, ones inside a class."""


def openings(form: str) -> tuple[tuple[str, bool], ...]:
    """Return letters of which one begins whatever a form finds, each with whether a word begins there.

    Nothing is returned where it cannot be told.
    """
    found = [] if _ODD.search(form) else [_opening(branch) for branch in _branches(form)]
    return tuple(pair for pairs in found for pair in pairs) if all(found) else ()


def _opening(branch: str) -> tuple[tuple[str, bool], ...]:
    free = _BEHIND.sub("", branch, count=1) if _BEHIND.match(branch) else branch
    bare = free.removeprefix(r"\b")
    begins = bare != free
    if bare.startswith(_GROUP):
        end = _closing(bare)
        inner = () if bare[end + 1 : end + 2] in {"?", "*", "{"} else openings(bare[len(_GROUP) : end])
        return tuple((letters, begins or own) for letters, own in inner)
    literal = _LITERAL.match(bare)
    letters = (literal["letters"][:-1] if literal["repeated"] else literal["letters"]) if literal else ""
    return ((letters.rstrip(), begins),) if letters.strip() else ()


def _branches(form: str) -> Iterator[str]:
    """Yield what stands between the bars outside of all brackets."""
    depth = start = 0
    for place, char in enumerate(form):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            yield form[start:place]
            start = place + 1
    yield form[start:]


def _closing(form: str) -> int:
    """Return where the bracket closes that a form begins with."""
    depth = 0
    for place, char in enumerate(form):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place
    return len(form)
