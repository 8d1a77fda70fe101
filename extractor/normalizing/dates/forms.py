"""The small syntax that the forms in the data files keep to: regular expressions that can be taken apart.

A form begins with a letter, a class, a group or look-behinds; it does not capture.
"""

import re
import unicodedata

from extractor.folding import AS_DATES


def quiet(form: str) -> str:
    """Return a form folded like the text, its groups made non-capturing."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", _fold_letters(form))


def _fold_letters(form: str) -> str:
    """Fold the letters of a regular expression, leaving its ASCII syntax as it is."""
    composed = unicodedata.normalize("NFC", form)
    return "".join(char if char.isascii() else AS_DATES.letter(char) for char in composed)


def alternatives(form: str) -> list[str]:
    """Split a form at its outermost bars."""
    parts, depth, current = [], 0, ""
    for char in str(form):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [part for part in [*parts, current] if part]


def first_letters(form: str) -> frozenset[str]:
    """Return the characters that a match of a form can begin with."""
    return frozenset().union(*(_first_of(part) for part in alternatives(form)))


def _first_of(form: str) -> frozenset[str]:
    form = re.sub(r"^(?:\(\?<[=!][^()]*\))+", "", form)
    if form.startswith("("):
        inner, rest = _group(form)
        first = first_letters(inner.removeprefix("?:"))
    elif form.startswith("["):
        inner, _, rest = form[1:].partition("]")
        digits = "0123456789" if "0-9" in inner else ""
        first = frozenset(inner.replace("0-9", "") + digits)
    elif form.startswith("\\"):
        first, rest = frozenset("0123456789" if form[1] == "d" else form[1]), form[2:]
    else:
        first, rest = frozenset(form[:1]), form[1:]
    return first | _first_of(rest[1:]) if rest.startswith("?") else first


def _group(form: str) -> tuple[str, str]:
    """Split a form after its leading group."""
    depth = 0
    for index, char in enumerate(form):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return form[1:index], form[index + 1 :]
    return form[1:], ""
