"""HTML to an article of plain text with zones, by a child process that may fail or hang without harm."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from extractor.article import Article, Block, Span, Zone
from extractor.errors import ConfigError, ReadError
from extractor.reading.options import ReadOptions
from extractor.reading.rows import check_text, parse_date, text_id

# A page of 10 MB took trafilatura 8 s and 440 MB; an article's page has less than one.
_MEMORY = 1_500_000_000
_CHILD = Path(__file__).with_name("page_child.py")


def article_of_page(markup: str, source: str, options: ReadOptions) -> Article:
    """Return the main article of a page: headline, body and captions without menus, lists and comments.

    The text is the page's, space runs folded, one block a line; `blocks` says which line is what. Hidden text
    is dropped. Raises ReadError for a page without article, too deep, too large or too slow to read, and
    ConfigError where the HTML extra is not installed.
    """
    page = _read_in_child(markup, source, options.timeout)
    text, blocks = _joined(page["blocks"])
    return Article(
        id=text_id(check_text(text, source)),
        text=text,
        source=source,
        title=page["title"],
        language=options.language or _base_language(page["language"]),
        published=parse_date(page["published"]) if page["published"] else None,
        supplied_date=options.date,
        blocks=blocks,
    )


def _read_in_child(markup: str, source: str, timeout: float) -> dict[str, Any]:
    if find_spec("trafilatura") is None or find_spec("lxml") is None:
        raise _missing("trafilatura is not installed")
    # -P: the folder of the child is no place to import from
    command = [sys.executable, "-P", str(_CHILD), str(_MEMORY), str(max(1, round(timeout)))]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, no shell
            command,
            input=markup.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReadError(
            f"{source}: reading the HTML took over {timeout:g} s", source=source, hint=_hint()
        ) from error
    return _answer(done, source)


def _answer(done: subprocess.CompletedProcess[bytes], source: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        # ended by its limits before it could answer, or by an exception, for which Python exits with 1
        reason = "cannot be understood" if done.returncode == 1 else "is too large or too deep to read"
        raise ReadError(f"{source}: the HTML {reason}", source=source, hint=_hint()) from error
    if answer.get("error") == "missing":
        raise _missing(answer["detail"])
    if "error" in answer:
        raise ReadError(f"{source}: {answer['error']}", source=source, hint=_hint())
    return answer


def _joined(blocks: list[list[str]]) -> tuple[str, tuple[Block, ...]]:
    placed, position = [], 0
    for zone, words in blocks:
        placed.append(Block(Span(position, position + len(words)), Zone(zone)))
        position += len(words) + 1
    return "\n".join(words for _, words in blocks), tuple(placed)


def _base_language(tag: str | None) -> str | None:
    base = (tag or "").strip().replace("_", "-").partition("-")[0].lower()
    return base if 2 <= len(base) <= 3 and base.isalpha() else None


def _missing(detail: str) -> ConfigError:
    return ConfigError(f"HTML cannot be read here: {detail[:200]}", hint="pip install extractor[html]")


def _hint() -> str:
    return "save the article's text and give that instead"
