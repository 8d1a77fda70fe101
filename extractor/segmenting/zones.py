"""The lines of an article to zones: what is headline, body and caption, and what is the furniture of a page.

A line is furniture only where its words say so; what is not recognised is body, since a lost paragraph costs
more than a menu read in vain.
"""

from typing import NamedTuple

from extractor.article import Article, Block, Span, Zone
from extractor.segmenting import line_marks
from extractor.segmenting.layout import find_lines

_LONGEST_HEADLINE = 200
_LONGEST_SUBHEAD = 100
_MOST_SUBHEADS = 3  # right below a headline
_LONGEST_LINK = 140
_MOST_LINKS = 12


class _Line(NamedTuple):
    """A line and its zone, None while it may be headline, subhead or body."""

    span: Span
    text: str
    zone: Zone | None

    def within(self, zone: Zone) -> "_Line":
        return _Line(self.span, self.text, zone)


def find_blocks(article: Article) -> tuple[Block, ...]:
    """Return the blocks of an article, in order; all that is not a space is in one of them.

    Zones known from the markup stand; the markup's body, and plain text, is judged line by line.
    """
    lines = _judged(article)
    lines = _without_lists(lines)
    lines = _without_comments(lines)
    lines = _with_heads(lines, article.title)
    return tuple(Block(line.span, line.zone or Zone.BODY) for line in lines)


def _judged(article: Article) -> list[_Line]:
    text = article.text
    lines: list[_Line] = []
    position = 0
    for block in sorted(article.blocks, key=lambda block: block.span):
        start, end = max(position, block.span.start), min(block.span.end, len(text))
        if start >= end:
            continue
        lines += _judge_plain(text, Span(position, start))
        lines += _judge_known(text, Span(start, end), block.zone)
        position = end
    return lines + _judge_plain(text, Span(position, len(text)))


def _judge_plain(text: str, span: Span) -> list[_Line]:
    spans = find_lines(text, span)
    lines = [each.of(text) for each in spans]
    said = line_marks.phrases_in(lines)
    return [
        _Line(each, line, line_marks.zone_of_line(line, said))
        for each, line in zip(spans, lines, strict=True)
    ]


def _judge_known(text: str, span: Span, zone: Zone) -> list[_Line]:
    if zone is Zone.BODY:
        return _judge_plain(text, span)
    if not span.of(text).strip():
        return []
    words = span.of(text)
    left = span.start + len(words) - len(words.lstrip())
    trimmed = Span(left, span.start + len(words.rstrip()))
    # a head "Related articles" begins a list, whatever the markup calls it
    marked = line_marks.zone_of_line(trimmed.of(text)) if zone is Zone.SUBHEAD else None
    return [_Line(trimmed, trimmed.of(text), marked or zone)]


def _without_lists(lines: list[_Line]) -> list[_Line]:
    """Put the links that follow a title such as "Related articles" into its zone, up to the next sentence."""
    result: list[_Line] = []
    left = 0
    for line in lines:
        if line.zone is Zone.RELATED:
            left = _MOST_LINKS if line_marks.heads_a_list(line.text) else 0
        elif left and line.zone in {None, Zone.SUBHEAD} and _is_link(line.text):
            line = line.within(Zone.RELATED)  # noqa: PLW2901 - the same line, judged again
            left -= 1
        elif line.zone not in {Zone.MASTHEAD, Zone.DATELINE, Zone.BYLINE}:  # a link's own date or paper
            left = 0
        result.append(line)
    return result


def _is_link(text: str) -> bool:
    return len(text) <= _LONGEST_LINK and (line_marks.is_item(text) or not line_marks.ends_sentence(text))


def _without_comments(lines: list[_Line]) -> list[_Line]:
    """Take what follows a comment counter in the second half for comments where it looks like them.

    Above the text the same words are a button.
    """
    total = sum(len(line.text) for line in lines)
    before = 0
    for index, line in enumerate(lines):
        rest = lines[index + 1 :]
        if line.zone is Zone.COMMENTS and before * 2 >= total and _look_like_comments(rest):
            kept = {Zone.RELATED, Zone.COPYRIGHT}
            return lines[: index + 1] + [
                other if other.zone in kept else other.within(Zone.COMMENTS) for other in rest
            ]
        before += len(line.text)
    return lines


def _look_like_comments(lines: list[_Line]) -> bool:
    return any(line_marks.is_comment_mark(line.text) for line in lines[:6]) or any(
        line_marks.is_post(line.text) for line in lines[:1]
    )


def _with_heads(lines: list[_Line], title: str | None) -> list[_Line]:
    content = [index for index, line in enumerate(lines) if line.zone is None]
    has_headline = any(line.zone is Zone.HEADLINE for line in lines)
    result = list(lines)
    below = 0  # lines right below the headline that may still be subheads
    for index, following in zip(content, [*content[1:], None], strict=False):
        line = lines[index]
        zone = None
        if index == content[0] and not has_headline and _is_headline(line.text, following is not None, title):
            zone, below = Zone.HEADLINE, _MOST_SUBHEADS
        elif following is not None and _is_subhead(line.text, below=below > 0):
            zone, below = Zone.SUBHEAD, below - 1
        else:
            below = 0
        result[index] = line.within(zone or Zone.BODY)
    return result


def _is_headline(text: str, something_follows: bool, title: str | None) -> bool:  # noqa: FBT001 - private, two callers' worth
    if title is not None and text.strip("# ") == title.strip():
        return True
    return (
        something_follows
        and len(text) <= _LONGEST_HEADLINE
        and (line_marks.is_heading(text) or not line_marks.ends_sentence(text))
    )


def _is_subhead(text: str, *, below: bool) -> bool:
    if line_marks.is_heading(text):
        return True
    longest = _LONGEST_HEADLINE if below else _LONGEST_SUBHEAD
    return len(text) <= longest and not line_marks.ends_sentence(text) and not line_marks.is_item(text)
