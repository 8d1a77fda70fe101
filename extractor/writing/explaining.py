"""A record explained: each value, how it came about, and the words it was taken or computed from."""

import re
from collections.abc import Iterator

from extractor.article import Span
from extractor.records import Evidence, Extraction, Match, Record
from extractor.writing.cleaning import for_terminal
from extractor.writing.describing import Basis, Value, headline_of, type_of, values_of

_REACH = 240
"""Characters of context on either side at most; few sentences of a news article have more."""
_SENTENCE_END = re.compile(r"[.!?؟۔।]+[\"'”’»)]*\s+|[。！？]+|\n+")


def explain(extraction: Extraction, text: str) -> str:
    """Return for each record and each of its values the words in `text` that show it, with offsets.

    Plain text without control characters; offsets count Unicode code points. Judged values and glosses are
    named as such, and so are words that do not stand in `text` where the record says.
    """
    if not extraction.records:
        return "No records to explain.\n"
    return "\n".join("\n".join(_explained(record, text)) + "\n" for record in extraction.records)


def _explained(record: Record, text: str) -> Iterator[str]:
    yield f"{type_of(record).name} {for_terminal(record.id)}: {for_terminal(headline_of(record))}"
    seen = []
    for one in record.evidence:
        yield f"  evidence {_place(one)}: {context_of(one, text)}"
        seen.append(_sentence(one, text))
    for value in values_of(record):
        yield f"  {value.field} = {for_terminal(value.raw)} ({how_known(value)})"
        for one in value.words:
            if not any(span.start <= one.start and one.end <= span.end for span in seen):
                yield f"    {context_of(one, text)}"


def how_known(value: Value) -> str:
    """Return in one line how a value came about and from which words."""
    if not value.words:
        return (
            f"{value.basis}; its words were not kept" if value.basis is Basis.COMPUTED else str(value.basis)
        )
    words = ", ".join(f"“{for_terminal(one.quote)}” {_place(one)}" for one in value.words)
    return f"{value.basis}, {'shown beside' if value.basis is Basis.GLOSS else 'from'} {words}"


def _place(evidence: Evidence) -> str:
    how = "" if evidence.match is Match.EXACT else f" {evidence.match} match"
    return f"[{evidence.start}:{evidence.end}]{how}"


def context_of(evidence: Evidence, text: str) -> str:
    """Return the sentence around the words on one line, they between » and «; or say they are not there."""
    if text[evidence.start : evidence.end] != evidence.quote:
        return f"»{for_terminal(evidence.quote)}« (does not stand at this place of the text)"
    around = _sentence(evidence, text)
    before, after = text[around.start : evidence.start], text[evidence.end : around.end]
    return for_terminal(f"{before}»{evidence.quote}«{after}")


def _sentence(evidence: Evidence, text: str) -> Span:
    """Find the ends of the sentence by its marks alone, within reach: for reading, not for counting."""
    first = max(0, evidence.start - _REACH)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, first, evidence.start)]
    begin = ends[-1] if ends else first
    last = min(len(text), evidence.end + _REACH)
    match = _SENTENCE_END.search(text, max(evidence.start, evidence.end - 2), last)
    return Span(begin, max(evidence.end, match.end()) if match else last)
