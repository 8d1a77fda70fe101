"""An article to numbered sentences of the zones that bear records, and the other lines beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from extractor.article import Article, Block, Sentence, Span, Zone
from extractor.segmenting.language import detect_language
from extractor.segmenting.sentences import split_sentences
from extractor.segmenting.zones import find_blocks

_SPLIT = frozenset({Zone.BODY, Zone.CAPTION})


@dataclass(frozen=True, slots=True)
class SegmentedArticle:
    """An article, its language, and every word of it in one sentence.

    `sentences`, numbered from 1 in the order of the text, are of the zones that bear records: these alone
    are shown to an LLM. `others`, number 0, are datelines, bylines, mastheads, related links, comments and
    copyright lines. `sentence.text` is the article's text at `sentence.span`, line breaks included.
    """

    article: Article
    language: str | None
    sentences: tuple[Sentence, ...]
    others: tuple[Sentence, ...]


def segment(article: Article) -> SegmentedArticle:
    """Split an article; its own language, where stated, is believed, else it is detected from the body."""
    blocks = find_blocks(article)
    language = _base(article.language) or detect_language(_words(article, blocks))
    shown = [block for block in blocks if block.zone.bears_records]
    pieces = [piece for block in shown for piece in _sentences(article, block, language)]
    return SegmentedArticle(
        article=article,
        language=language,
        sentences=tuple(Sentence(number, *piece) for number, piece in enumerate(pieces, 1)),
        others=tuple(
            Sentence(0, block.span, block.zone, block.span.of(article.text))
            for block in blocks
            if not block.zone.bears_records
        ),
    )


def _sentences(article: Article, block: Block, language: str | None) -> Iterator[tuple[Span, Zone, str]]:
    spans = split_sentences(article.text, block.span, language) if block.zone in _SPLIT else (block.span,)
    for span in spans:
        yield span, block.zone, span.of(article.text)


def _words(article: Article, blocks: tuple[Block, ...]) -> str:
    """Return the body, else all that bears records, else the whole text, to judge the language by."""
    for zones in ({Zone.BODY}, {Zone.BODY, Zone.HEADLINE, Zone.SUBHEAD, Zone.CAPTION}):
        words = "\n".join(block.span.of(article.text) for block in blocks if block.zone in zones)
        if len(words) >= 60:
            return words
    return article.text


def _base(language: str | None) -> str | None:
    return language.replace("_", "-").partition("-")[0].lower() or None if language else None
