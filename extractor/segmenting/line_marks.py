"""One line, by itself, to the zone that its words give away; None where it may be the article's own."""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from extractor.article import Zone

_LONGEST_MARKED = 300  # longer lines are paragraphs, whatever they contain
_LONGEST_LINKED = 200
_LONGEST_BYLINE = 110
_LONGEST_DATELINE = 100
_LONGEST_CAPTION_CREDIT = 400
_ORNAMENT = " \t▶▷►▸■□◆◇●○★☆※·•*-–—>»«›|[]()【】〈〉<>:：#/=_~"
_BESIDE_FURNITURE = _ORNAMENT + "0123456789,.+&…·!?\"'"
_SPACES = re.compile(r"\s\s+|[^\S ]")
_WORD = re.compile(r"[^\W\d_]+")
_FULL_STOP = re.compile(r"[.。।۔؟?!！？][\"'”’»«)\]」』）]*$")
_ITEM = re.compile(r"[-–—*•·▶►▷■□◆○●>]\s?|\d{1,2}[.)]\s|\[")
_HEADING = re.compile(r"#{1,6}\s+\S")
_IMAGE = re.compile(r"!\[(?P<words>[^\]]{0,300})\]\([^)\s]{0,500}[^)]{0,300}\)$")
_LINKS = re.compile(r"(?:[-*+•|\s]*\[[^\]]{1,200}\]\([^)\s]{1,500}\))+[|\s]*$")
_GAP = re.compile(r"\s\s+")
_BAR = re.compile(r"\s*[|│┃]\s*|\s+/\s+")
_BAR_OR_ARROW = re.compile(r"[|›»>＞│┃]")
_MENU_MARK = re.compile(r"\s*[|›»>＞│┃]\s*|\s+[·•/]\s+|\s{2,}")
_MENU_SIGN = re.compile(r"[|›»>＞│┃·•/]")
_PRICE_MOVE = re.compile(r"[+\-−±]\s?\d+(?:[.,]\d+)?\s?%|\b[a-z]{3}/[a-z]{3}\b")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}")
_PARENTHESES = re.compile(r"[(\[（【][^()\[\]（）【】]{0,40}[)\]）】]")
_DATE = re.compile(r"\d{1,4}\s?[./\-年년]\s?\d{1,2}|\d{1,2}\s?[월月]|\d{1,2}:\d{2}")
_PLACE = re.compile(r"[^\d,،、(/:]{2,30}[,،、/(]|[^\d,،、(/:A-Za-zА-я]{2,20}\s(?=\d)")
_CREDIT_MARK = re.compile(r"[=＝:：/／]\s*\S.{0,60}$")
_CREDIT_SIGN = re.compile(r"[=:/]")
_COPYRIGHT_START = re.compile(r"[©ⓒ(]")
_COPYRIGHT_SIGN = re.compile(r"[©ⓒ]|\([cC]\)\s*(?:19|20)\d\d")
_POST = re.compile(r"[\w.-]{1,30}(?:\s[\w.-]{1,30}){0,2}\s?[:：]\s?[^\s\"'«»„“”‚‘’「『]")
_MORE_NEWS = re.compile(r"(?:more|other|latest|also in|top)\s[\w\s&']{0,25}(?:news|stories|headlines)")
_REPORTER = re.compile(
    r"[\[(（【]?(?:[가-힣A-Za-z·=∙\s]{0,25}[\s=])?[가-힣]{2,4}\s?(?:선임|수습|인턴|전문|객원)?(?:기자|특파원|통신원|논설위원)"
    r"(?:\s?[=/·])?[\])）】]?"
    r"|[\[(（【]?[\u3400-\u9fff々ぁ-んァ-ヶー・\s=＝／]{2,25}(?:記者|特派員)[\])）】]?"
    r"|[\[(（【]?(?:[\u3400-\u9fff]{2,8})?(?:记者|記者)[\s：:]?[\u3400-\u9fff·、\s]{2,30}(?:报道|報導)?[\])）】]?"
)
_REPORTING = re.compile(
    r"[(\[]?(?:reporting|additional reporting|writing|editing|edited|compiled|translated) by\b"
)
_NAME_LINK = frozenset(
    ("and", "und", "et", "y", "és", "i", "и", "та", "و", "de", "du", "da", "di", "van", "von", "der", "del")
)  # fmt: skip


class _Line(NamedTuple):
    """A line, as written and folded, and the phrases that stand in its text; None: all may."""

    text: str
    folded: str
    said: frozenset[str] | None

    def holds_any(self, key: str) -> bool:
        """Tell whether one of the phrases of a list is part of the line."""
        phrases = _phrases(key) if self.said is None else _phrases(key) & self.said
        return any(map(self.folded.__contains__, phrases))


def phrases_in(lines: Iterable[str]) -> frozenset[str]:
    """Return the phrases of notices and copyright lines that stand in these lines; few texts have any.

    Looked for once in a text, they need not be looked for in each line.
    """
    text = "\n".join(_folded(line) for line in lines if len(line) <= _LONGEST_MARKED)
    return frozenset(filter(text.__contains__, _phrases("notices") | _phrases("copyright")))


def zone_of_line(line: str, said: frozenset[str] | None = None) -> Zone | None:
    """Return the zone of a line that is not headline, subhead or body; None for one that may be.

    Takes one line, or one paragraph joined to a line. Lines of more than 300 characters are never furniture.
    `said` is what `phrases_in` finds in the text that the line is of; without it all phrases are looked for.
    """
    if not any(map(str.isalnum, line)):
        return Zone.MASTHEAD
    image = _IMAGE.match(line)
    if image:
        return Zone.CAPTION if len(image["words"].split()) > 2 else Zone.MASTHEAD
    folded = _folded(line[: _LONGEST_CAPTION_CREDIT + 1])
    if is_caption(folded):
        return Zone.CAPTION
    if len(line) > _LONGEST_MARKED:
        return None
    looked = _Line(line, folded, said)
    return next((zone for zone, says_so in _ORDER if says_so(looked)), None)


def heads_a_list(line: str) -> bool:
    """Tell whether a line is the title of a list of other articles, and no link itself."""
    bare = _bare(_folded(line))
    return bare in _phrases("related") or bool(_MORE_NEWS.fullmatch(bare))


def is_item(line: str) -> bool:
    """Tell whether a line begins with a bullet or number."""
    return bool(_ITEM.match(line))


def is_heading(line: str) -> bool:
    """Tell whether a line is a heading of Markdown."""
    return bool(_HEADING.match(line))


def ends_sentence(line: str) -> bool:
    """Tell whether a line ends as a sentence does; questions and exclamations only where they are long."""
    found = _FULL_STOP.search(line)
    if not found:
        return False
    return len(line) > 120 or (found.group()[0] in ".。।۔" and not line.endswith("..."))


def is_comment_mark(line: str) -> bool:
    """Tell whether a line has what stands around readers' comments: how long ago, reply, like."""
    return len(line) <= 120 and bool(_comment_mark().search(_folded(line)))


def is_post(line: str) -> bool:
    """Tell whether a line is one reader's words behind a name, "admin2: ..."; a statement quoted is none."""
    return bool(_POST.match(line))


def is_caption(folded: str) -> bool:
    """Tell whether a folded line begins as a caption does or ends with a picture's credit."""
    bare = folded.lstrip("[(（【<■▶◆* ")
    if folded[:1] in "▲△" or _begins(bare, "captions", "[:=|/／]|\\s?\\d?\\s?[.)\\]]"):
        return True
    if len(folded) > _LONGEST_CAPTION_CREDIT:
        return False
    tail = folded[-70:]
    credit = _credit().search(tail) if _CREDIT_SIGN.search(tail) else None
    return credit is not None and bool(_CREDIT_MARK.search(tail[credit.start() :]))


def _is_links(line: _Line) -> bool:
    return bool(_LINKS.match(line.text))


def _is_related(line: _Line) -> bool:
    if heads_a_list(line.text):
        return True
    if len(line.text) > _LONGEST_LINKED:
        return False
    # "Read also: ..." with the link on the same line
    marked = _GAP.sub(" | ", line.text.strip()).lstrip(_ORNAMENT)
    return _begins(_folded(marked), "related", r"[:|\]▷▶►>»■-]|\d")


def _is_comments(line: _Line) -> bool:
    return bool(_comment_counter().fullmatch(_bare(line.folded)))


def _is_copyright(line: _Line) -> bool:
    start = _COPYRIGHT_START.search(line.text)  # unfolded: folding makes a letter of some signs
    sign = _COPYRIGHT_SIGN.search(line.text, start.start()) if start else None
    if sign and sign.start() > 60 and len(line.text) - sign.start() < 60:
        return False  # the credit at a caption's end
    return sign is not None or line.holds_any("copyright")


def _is_dateline(line: _Line) -> bool:
    """Tell whether a line is a date alone, with labels, time, a place or an agency beside it at most."""
    if len(line.text) > _LONGEST_DATELINE or not any(map(str.isdigit, line.text)):
        return False
    parts = [part for part in _BAR.split(line.text) if part.strip()]
    if len(parts) > 1 and not ends_sentence(line.text):
        dates = sum(_is_date_alone(part) for part in parts)
        return dates > 0 and all(len(part) <= 40 for part in parts) and len(parts) <= dates + 2
    return _is_date_alone(line.text)


def _is_date_alone(line: str) -> bool:
    core = _PARENTHESES.sub(" ", line)
    core = core if _has_date(_folded(core)) else line
    left = [word for word in _WORD.findall(core) if _folded(word) not in _phrases("calendar")]
    if not _has_date(_folded(core)) or len(left) > 3:
        return False
    place = _PLACE.match(core.strip())
    before = place.group() if place else ""
    # a place begins with a capital, where there are any; a sentence goes on in small letters
    return set(left) <= set(_WORD.findall(before)) and not any(word[0].islower() for word in left)


def _has_date(folded: str) -> bool:
    if _DATE.search(folded):
        return True
    words = set(_WORD.findall(folded)) & _phrases("calendar")
    return any(map(str.isdigit, folded)) and any(len(word) > 2 or ord(word[0]) > 0x2E80 for word in words)


def _is_byline(line: _Line) -> bool:
    if _REPORTING.match(line.folded):
        return True
    if len(line.text) > _LONGEST_BYLINE:
        return False
    core = (_EMAIL.sub("", line.text) if "@" in line.text else line.text).strip(" ,·|/")
    if core != line.text and len(core.split()) <= 6 and not ends_sentence(core):
        return True
    if _REPORTER.fullmatch(core):
        return True
    if _begins(line.folded.lstrip("([（【"), "byline_labels", "[:：=＝]") and not ends_sentence(line.text):
        return True
    return _is_by_somebody(line.text)


def _is_by_somebody(line: str) -> bool:
    """Tell whether a line is "By" and a name of capitalised words, maybe with an office after it."""
    by, _, name = line.strip("()[] ").partition(" ")
    if by.casefold() not in _phrases("byline_words") or line.endswith("."):
        return False
    words = [word for word in name.partition(",")[0].split() if word.casefold() not in _NAME_LINK]
    return 2 <= len(words) <= 8 and all(_is_name_part(word) for word in words)


def _is_name_part(word: str) -> bool:
    letters = word.strip(".'’-")
    return letters.replace("-", "").replace("'", "").replace("’", "").replace(".", "").isalpha() and (
        letters[0].isupper() or not letters[0].islower()
    )


def _is_masthead(line: _Line) -> bool:
    if line.holds_any("notices") or _is_furniture(line.folded):
        return True
    if ends_sentence(line.text):
        return False
    marked = _folded(_GAP.sub(" | ", line.text.strip())).lstrip("[(【")
    labelled = _begins(marked, "tags", ":") or _begins(marked, "advertisements", r"[:|\]]")
    return labelled or _is_menu(line.text) or _is_ticker(marked)


def _is_furniture(folded: str) -> bool:
    first = len(folded) - len(folded.lstrip(_BESIDE_FURNITURE))
    # what stands first must be furniture itself: that is soon told of a sentence
    if first < len(folded) and not any(_furniture().match(folded, at) for at in range(first + 1)):
        return False
    return not _furniture().sub("", folded).strip(_BESIDE_FURNITURE)


def _is_menu(line: str) -> bool:
    """Tell whether a line is of short parts between bars or gaps, enough of them words of menus."""
    if _MENU_SIGN.search(line) is None and _GAP.search(line) is None:  # soon told of a sentence
        return False
    parts = [part for part in _MENU_MARK.split(line.strip()) if part]
    if len(parts) < 2 or line.startswith("|") or _ITEM.match(line) or any(len(part) > 40 for part in parts):
        return False
    known = sum(_says_nothing(part) for part in parts)
    if known * 2 >= len(parts):
        return True
    if any(len(part) > 30 or any(map(str.isdigit, part)) for part in parts):
        return False
    bars = len(_BAR_OR_ARROW.findall(line))
    return bars >= 2 and (known >= 1 or len(parts) >= 4)


def _says_nothing(part: str) -> bool:
    folded = _folded(part)
    line = _Line(part, folded, None)
    return (
        _is_furniture(folded)
        or _is_comments(line)
        or _is_copyright(line)
        or _bare(folded) in _phrases("related")
    )


def _is_ticker(marked: str) -> bool:
    """Tell whether a line is of market prices: numbers that no article states."""
    parts = [part for part in _BAR.split(marked) if part.strip()]
    return (
        len(parts) >= 2
        and all(len(part) <= 40 and any(map(str.isdigit, part)) for part in parts)
        and (_begins(marked, "tickers", r"[\s:+\-\d]") or bool(_PRICE_MOVE.search(marked)))
    )


_ORDER = (
    (Zone.RELATED, _is_related),
    (Zone.COMMENTS, _is_comments),
    (Zone.COPYRIGHT, _is_copyright),
    (Zone.DATELINE, _is_dateline),
    (Zone.BYLINE, _is_byline),
    (Zone.MASTHEAD, _is_masthead),
    (Zone.RELATED, _is_links),
)


@lru_cache(maxsize=256)  # each rule folds the line it looks at
def _folded(line: str) -> str:
    folded = unicodedata.normalize("NFKC", line).casefold()
    # Turkish has two i: capitals of both are met, and neither tells words of menus apart
    return _SPACES.sub(" ", folded.replace("\u0307", "").replace("ı", "i")).strip()


def _bare(folded: str) -> str:
    return folded.strip(_ORNAMENT + "…")


def _begins(folded: str, key: str, mark: str) -> bool:
    return bool(_beginning(key, mark).match(folded))


@cache
def _beginning(key: str, mark: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(key)})\s{{0,2}}(?:{mark})")


@cache
def _credit() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives('captions')})\s?[=:/]")


@cache
def _furniture() -> re.Pattern[str]:
    comments = _table()["comments"]
    return re.compile(rf"(?<!\w)(?:{_alternatives('furniture')}|{comments})(?!\w)")


@cache
def _comment_counter() -> re.Pattern[str]:
    words = _table()["comments"]
    return re.compile(rf"\d{{0,6}}\s?(?:{words})\s?[(:]?\s?\d{{0,6}}\s?(?:개|件|条|條)?\)?")


@cache
def _comment_mark() -> re.Pattern[str]:
    return re.compile("|".join(_table()["comment_marks"]))


def _alternatives(key: str) -> str:
    # the longest first, or "photo" would hide "photo by"
    return "|".join(re.escape(phrase) for phrase in sorted(_phrases(key), key=len, reverse=True))


@cache
def _phrases(key: str) -> frozenset[str]:
    return frozenset(_table()[key])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("zone_words.json").read_text("utf-8")
    )
    return table
