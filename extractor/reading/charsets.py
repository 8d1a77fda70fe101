"""Bytes to text, strictly: as declared, else UTF-8, else a guess that must prove itself."""

import codecs
import json
import re
import unicodedata
from functools import cache
from importlib import resources

from extractor.errors import ReadError

# The encoding standard of the web reads these labels as their supersets, and so must we.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "tis-620": "cp874",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Single-byte encodings decode nearly anything, so valid UTF-8 beats their declaration.
_MULTIBYTE = {"cp949", "cp932", "gb18030", "cp950", "big5hkscs", "euc_jp", "iso2022_jp", "utf-16", "utf-32"}
_GUESSED = (
    "cp949", "cp932", "euc_jp", "gb18030", "big5", "cp1250", "iso8859_2", "cp1251", "koi8_r", "koi8_u",
    "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_5", "iso8859_6",
)  # fmt: skip
# Two readings that score within this distance of each other are both possible: then nobody knows.
_MARGIN = 0.02
_SAMPLE = 200_000
_SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC"}  # no word mixes two of these
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)
_WORD = re.compile(r"[^\W\d_]+")
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)


def decode(data: bytes, source: str, *, encoding: str | None = None, declared: str | None = None) -> str:
    """Return the text of `data` without its byte order mark.

    `encoding` is the user's word and is taken as it is; `declared` is the source's (HTTP header, markup)
    and is believed where it fits the bytes. Raises ReadError for binary data, for bytes that do not decode,
    and where no encoding is clearly the right one.
    """
    text = _decode(data, source, encoding, declared)
    if "\0" in text:
        raise ReadError(f"{source}: holds NUL characters, so it is not text", source=source, hint=_hint())
    return text


def declared_in_markup(data: bytes) -> str | None:
    """Return the encoding that the head of an HTML page names, None if it names none."""
    found = _META.search(data[:4096])
    return found.group(1).decode("ascii", "ignore") if found else None


def _decode(data: bytes, source: str, encoding: str | None, declared: str | None) -> str:
    if encoding is not None:
        return _as_told(data, source, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], name, source)
    _refuse_binary(data, source)
    if data.isascii() and b"\x1b$" in data:  # Japanese in seven bits, which would pass for ASCII
        return _strictly(data, "iso2022_jp", source)
    stated = _canonical(declared)
    for label in (stated if stated in _MULTIBYTE else None, "utf-8", stated):
        text = _attempt(data, label)
        if text is not None:
            return text
    return _guess(data, source)


def _as_told(data: bytes, source: str, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise ReadError(
            f"{source}: no encoding is called {encoding!r}", source=source, hint="for example: euc-kr, cp1251"
        ) from error
    return _strictly(data, name, source).removeprefix("\ufeff")


def _strictly(data: bytes, name: str, source: str) -> str:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError) as error:  # LookupError: a codec such as "hex" that gives no text
        raise ReadError(f"{source}: is not valid {name}", source=source, hint=_hint()) from error


def _refuse_binary(data: bytes, source: str) -> None:
    kind = next((kind for magic, kind in _BINARY if data.startswith(magic)), None)
    if kind is None and b"\0" in data:
        kind = "binary data"
    if kind is not None:
        hint = "give plain text, Markdown, HTML, JSON or JSON Lines; UTF-16 without a mark needs --encoding"
        raise ReadError(f"{source}: is {kind}, not text", source=source, hint=hint)


def _canonical(label: str | None) -> str | None:
    try:
        name = codecs.lookup(label.strip()).name if label else None
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(name, name) if name else None


def _attempt(data: bytes, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return data.decode(name)
    except (UnicodeError, LookupError):  # LookupError: a codec such as "hex" that gives no text
        return None


def _guess(data: bytes, source: str) -> str:
    scores: dict[str, float] = {}
    for name in _candidates(data[:_SAMPLE]):
        text = _attempt(data, name)
        if text is not None and text not in scores:
            scores[text] = _likeness(text[:_SAMPLE])
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if not ranked or ranked[0][1] <= 0 or ranked[0][1] - second < _MARGIN:
        raise ReadError(f"{source}: is not UTF-8, and its encoding is not clear", source=source, hint=_hint())
    return ranked[0][0]


def _candidates(sample: bytes) -> tuple[str, ...]:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for few files, slow to import

    return tuple(match.encoding for match in from_bytes(sample, cp_isolation=list(_GUESSED)))


def _likeness(text: str) -> float:
    """Return how much of the non-ASCII letters one language explains, 0 to 1; 0 below that language's bar."""
    letters = [char for char in text if char > "\x7f"]
    if not letters or _has_mixed_words(text) or any(unicodedata.category(char) == "Cc" for char in letters):
        return 0.0
    return max(_share(letters, characters, bar) for characters, bar in _profiles())


def _share(letters: list[str], characters: frozenset[str], bar: float) -> float:
    share = sum(char in characters for char in letters) / len(letters)
    return (share - bar) / (1 - bar) if share >= bar else 0.0


def _has_mixed_words(text: str) -> bool:
    words = _WORD.findall(text)
    mixed = sum(len({_script(char) for char in word} & _SCRIPTS) > 1 for word in words)
    return mixed * 50 > len(words)


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


@cache
def _profiles() -> tuple[tuple[frozenset[str], float], ...]:
    raw = json.loads(resources.files(__package__).joinpath("charset_profiles.json").read_text("utf-8"))
    common = raw["common"]
    return tuple((frozenset(row["characters"] + common), row["bar"]) for row in raw["profiles"])


def _hint() -> str:
    return "name the encoding, for example --encoding euc-kr, or convert the file to UTF-8"
