"""An article to its zones and numbered sentences, its language and date, and to chunks that fit."""

from extractor.segmenting.chunks import chunk, estimate_tokens
from extractor.segmenting.dating import reference_date
from extractor.segmenting.language import detect_language
from extractor.segmenting.segmented import SegmentedArticle, segment

__all__ = ["SegmentedArticle", "chunk", "detect_language", "estimate_tokens", "reference_date", "segment"]
