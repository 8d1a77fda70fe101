"""Strangers' text made safe for one kind of output each: terminal, page, CSV cell, Markdown, JSON.

Every function takes the text as it is and says what it changes; none of them touches a stored record.
"""

import re

_SURROGATES = "\ud800-\udfff"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""C0 without tab, line feed and carriage return; DEL; C1, where U+009B alone starts an escape sequence."""
_BIDI = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates: they can make a terminal show an amount backwards."""

_NEVER_IN_TERMINAL = re.compile(f"[{_CONTROLS}{_BIDI}\ufff9-\ufffb\ufeff]")
_SURROGATE = re.compile(f"[{_SURROGATES}]")
_SHOWN_AS_SYMBOL = re.compile(f"[{_CONTROLS}\u202d\u202e\ufffe\uffff{_SURROGATES}]|\r(?!\n)")
_ESCAPED_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{_BIDI}\ufeff\ufffe\uffff{_SURROGATES}]")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""The first characters that make a spreadsheet run a cell (OWASP, "CSV Injection")."""
_MARKDOWN = re.compile(r"[\\`*_{}\[\]|~$#]")
_MARKDOWN_START = re.compile(r"^(\d*)([-+=.)])")
"""List items, headings and rules, which count at the start of a line only."""
_MARKDOWN_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})


def on_one_line(text: str) -> str:
    """Return the text with each run of white space as one space."""
    return " ".join(text.split())


def for_terminal(text: str) -> str:
    """Return one line without control characters, bidi controls and lone surrogates.

    The characters go, what stood between them stays: nothing an article says is hidden.
    """
    return without_surrogates(on_one_line(_NEVER_IN_TERMINAL.sub("", text)))


def for_page(text: str) -> str:
    """Return a text of the same length, fit for HTML: controls and bidi overrides become visible symbols.

    Same length means that offsets into the article hold in the page. C0 controls become U+2400 and following,
    all others U+FFFD; a lone carriage return becomes a line feed. Nothing is HTML-escaped here.
    """
    if text.isprintable():  # most cells: none of what is looked for is
        return text
    return _SHOWN_AS_SYMBOL.sub(lambda match: _symbol(match[0]), text)


def _symbol(character: str) -> str:
    if character == "\r":
        return "\n"
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def without_surrogates(text: str) -> str:
    """Return the text with U+FFFD for each half of a character, which UTF-8 and so no file can hold."""
    return _SURROGATE.sub("\ufffd", text)


def for_csv(text: str) -> str:
    """Return a cell that no spreadsheet runs as a formula and no terminal obeys."""
    shown = for_page(text)
    return "'" + shown if shown.startswith(_FORMULA) else shown


def for_markdown(text: str) -> str:
    """Return one line that Markdown shows as it is: no mark-up, HTML, link or mention."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", for_terminal(text)).translate(_MARKDOWN_ENTITIES)
    unlinked = escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
    return _MARKDOWN_START.sub(r"\1\\\2", unlinked)


def for_json(document: str) -> str:
    r"""Return a JSON document with C1, DEL, bidi controls, line separators and lone surrogates as `\uXXXX`.

    They occur inside strings only, so the values stay the same, each record stays on its line, and no
    terminal obeys what it is shown.
    """
    return _ESCAPED_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", document)
