"""One HTML page on stdin to the article's blocks and metadata as JSON on stdout, in a capped process.

It imports nothing of the package, so that it can run by its path, and it trusts nothing it reads: no markup,
script or hidden text leaves it. Called as: page_child.py MEMORY_BYTES CPU_SECONDS
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

try:
    import resource
except ImportError:  # a system without rlimits: the parent's time limit remains
    resource = None  # type: ignore[assignment]  # mypy sees POSIX, where there is one

_INVISIBLE_TAGS = (
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "canvas",
    "button",
    "select",
    "textarea",
    "input",
)
_HIDING_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:;|$|!)|font-size:0(?:\.0+)?(?:px|pt|em|rem|%)?(?:;|$|!)"
    r"|(?:text-indent|left|right|top|margin-left):-\d{3,}|clip:rect\(0|clip-path:inset\((?:50|100)%|(?:max-)?(?:height|width):0(?:px)?(?:;|$|!)"
)
_HIDING_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|blind|u-hidden|is-hidden)(?:\s|$)"
)
_EDGES = {"p", "head", "item", "cell", "quote", "code", "ab", "list", "table", "row", "div", "lb", "br"}
# @media and its like: rules for print or small screens only
_NESTED_RULES = re.compile(r"@[^{};@]{0,200}\{(?:[^{}]{0,300}\{[^{}]{0,1000}\})*[^{}]{0,300}\}")
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,1000})\}")
_PLAIN_SELECTOR = re.compile(r"[.#][\w-]{1,80}")
_NOT_ARTICLE = "ancestor::nav or ancestor::aside or ancestor::footer"
_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"
_DATE = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DATE_PATHS = (
    "//meta[@property='article:published_time' or @property='og:article:published_time']/@content",
    "//meta[@itemprop='datePublished' or @name='date' or @name='pubdate' or @name='publishdate']/@content",
    "//meta[@name='dcterms.date' or @name='DC.date.issued' or @name='parsely-pub-date']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    f"//article//time[@datetime][not({_NOT_ARTICLE})]/@datetime",
    f"//main//time[@datetime][not({_NOT_ARTICLE})]/@datetime",
)
_BYLINE_PATH = (
    f"//*[not({_NOT_ARTICLE})][@rel='author' or @itemprop='author' or {_CLASS.format('byline')}"
    f" or {_CLASS.format('author')}]"
)
_SUBTITLE_PATH = (
    f"//*[not({_NOT_ARTICLE})][@itemprop='alternativeHeadline' or "
    + " or ".join(_CLASS.format(name) for name in ("subtitle", "subheadline", "standfirst", "dek", "deck"))
    + "]"
)


def main() -> int:
    """Read the page, write the answer; the answer to a page that cannot be read is its error."""
    memory, seconds = (int(argument) for argument in sys.argv[1:3])
    _limit(memory, seconds)
    try:
        answer = read_page(sys.stdin.buffer.read())
    except ImportError as error:
        answer = {"error": "missing", "detail": str(error)}
    except (MemoryError, RecursionError):
        answer = {"error": "the page is too large or too deep to read"}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    return 0


def read_page(data: bytes) -> dict[str, Any]:
    """Return {"blocks": [[zone, text]...], "title", "published", "language"} or {"error": words}."""
    tree, problem = _parse(data)
    if problem:
        return {"error": problem}
    facts = {
        "title": _title(tree),
        "published": _published(tree),
        "language": next(iter(tree.xpath("/html/@lang | /html/@xml:lang")), None),
    }
    _drop_hidden_by_sheet(tree)
    _drop_hidden(tree)
    known = list(_known_blocks(tree))
    body = list(_body(tree, {text for _, text in known}))
    if not body:
        return {"error": "no article text found in the page"}
    order = ["headline", "subhead", "byline"]
    head = sorted((block for block in known if block[0] in order), key=lambda block: order.index(block[0]))
    captions = [block for block in known if block[0] == "caption"]
    return facts | {"blocks": [*head, *body, *captions]}


def _limit(memory: int, seconds: int) -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parse(data: bytes) -> tuple[Any, str | None]:
    from lxml import etree  # noqa: PLC0415 - after the limits are set
    from lxml import html as lxml_html  # noqa: PLC0415 - likewise

    # huge_tree lifts the depth limit from 256, which honest pages reach, to 2048; both end with a message
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        return None, f"the page cannot be parsed: {str(error)[:200]}"
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        return None, "the page is nested too deep"
    return tree, None


def _drop_hidden_by_sheet(tree: Any) -> None:
    """Remove what a plain rule of the page's own style sheets hides, unless that is a good part of the page.

    A page that hides its article until a script shows it is read nevertheless.
    """
    first, *rest = " ".join(style.text or "" for style in tree.xpath("//style"))[:100_000].split("/*")
    sheets = first + "".join(part.partition("*/")[2] for part in rest)
    hidden = [
        selector.strip()
        for selectors, body in _RULE.findall(_NESTED_RULES.sub("", sheets))
        if _HIDING_STYLE.search(re.sub(r"\s", "", body.lower()))
        for selector in selectors.split(",")
    ]
    found = [
        element
        for selector in hidden[:200]
        if _PLAIN_SELECTOR.fullmatch(selector)
        for element in tree.xpath(
            f"//*[{_CLASS.format(selector[1:])}]" if selector[0] == "." else f"//*[@id='{selector[1:]}']"
        )
    ]
    if sum(len(_text(element)) for element in found) * 3 < len(_text(tree)):
        for element in found:
            if element.getparent() is not None and element.tag != "body":
                element.drop_tree()


def _drop_hidden(tree: Any) -> None:
    """Remove what a reader of the page does not see, where instructions to LLMs hide, and menus."""
    for element in list(tree.iter()):
        if element.getparent() is not None and element.tag != "body" and _is_hidden(element):
            element.drop_tree()
    for menu in tree.xpath("//nav | //footer[not(ancestor::article)]"):
        menu.drop_tree()


def _is_hidden(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _INVISIBLE_TAGS:
        return True
    if element.get("hidden") is not None or element.get("aria-hidden", "").lower() == "true":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    style = re.sub(r"\s|/\*.*?\*/", "", element.get("style", "").lower())
    return bool(_HIDING_STYLE.search(style) or _HIDING_CLASS.search(element.get("class", "")))


def _known_blocks(tree: Any) -> Iterator[list[str]]:
    """Yield, and take out of the tree, the blocks whose zone the markup tells."""
    headline = next((h1 for h1 in tree.xpath(f"//h1[not({_NOT_ARTICLE})]") if _text(h1)), None)
    if headline is not None:
        yield ["headline", _text(headline)]
        headline.drop_tree()
    for zone, path, longest in (("subhead", _SUBTITLE_PATH, 400), ("byline", _BYLINE_PATH, 120)):
        seen: set[str] = set()
        for element in tree.xpath(path):
            text = _text(element)
            if 0 < len(text) <= longest and element.getparent() is not None and not element.xpath(".//p"):
                if text not in seen:
                    yield [zone, text]
                seen.add(text)
                element.drop_tree()
    for caption in tree.xpath(f"//figcaption[not({_NOT_ARTICLE})]"):
        if _text(caption):
            yield ["caption", _text(caption)]
        caption.drop_tree()


def _body(tree: Any, known: set[str]) -> Iterator[list[str]]:
    import trafilatura  # noqa: PLC0415 - after the limits are set

    document = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False
    )
    found = list(_flat(getattr(document, "body", ())))
    if not any(text for _, text in found):
        found = list(_paragraphs(tree))
    for zone, text in found:
        if text and text not in known:
            yield [zone, text]


def _flat(body: Any) -> Iterator[list[str]]:
    """Yield the text between the edges of trafilatura's blocks and at its line breaks."""
    from lxml import etree  # noqa: PLC0415 - after the limits are set

    words: list[str] = []
    zones: list[str] = ["body"]
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if element.tag in _EDGES and words:
            yield [zones[-1], _squeezed("".join(words))]
            words = []
        if element.tag == "head":
            zones.append("subhead") if event == "start" else zones.pop()
        words.append((element.text if event == "start" else element.tail) or "")
    yield [zones[-1], _squeezed("".join(words))]


def _paragraphs(tree: Any) -> Iterator[list[str]]:
    """Yield the paragraphs of a page in which trafilatura found nothing."""
    for paragraph in tree.xpath(f"//p[not({_NOT_ARTICLE} or ancestor::header)]"):
        yield ["body", _text(paragraph)]


def _title(tree: Any) -> str | None:
    for path in ("//meta[@property='og:title']/@content", "//head/title/text()"):
        for found in tree.xpath(path):
            if found.strip():
                return _squeezed(found)
    return None


def _published(tree: Any) -> str | None:
    linked = (_date_of(script.text or "") for script in tree.xpath("//script[@type='application/ld+json']"))
    stated = (_day(value) for path in _DATE_PATHS for value in tree.xpath(path))
    return next((day for day in (*linked, *stated) if day), None)


def _date_of(linked_data: str) -> str | None:
    found = re.search(r'"datePublished"\s*:\s*"([^"]{8,40})"', linked_data)
    return _day(found.group(1)) if found else None


def _day(value: str) -> str | None:
    found = _DATE.match(value)
    return "-".join(found.groups()) if found else None


def _text(element: Any) -> str:
    return _squeezed("".join(element.itertext()))


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", text).strip(" ")


if __name__ == "__main__":
    sys.exit(main())
