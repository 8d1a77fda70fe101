"""A counted group of instruments to one record each, where the sentence lists what they are about.

Coding rule "Agreements and MOUs": coordinated titles are split and checked against the stated count; a group
that is only counted stays one record.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from extractor.article import Sentence, Span
from extractor.records import Evidence, ExtractionWarning, Instrument
from extractor.resolving.cues import title_kind
from extractor.resolving.findings import Findings, Notes
from extractor.resolving.scene import Scene
from extractor.resolving.sectors import sectors_in

N = TypeVar("N", bound=Instrument)

_MOST_ITEMS = 12
_LONGEST_ITEM = 120
_LETTERS_BEFORE_LIST = 60
"""Code points between the noun of a group and the word or mark that opens its list."""
_ENDS = re.compile(r"[.;。；؛!?]|\s[–—-]\s|$")
_OPENS = re.compile(
    r"[:：]|\b(?:on|about|concerning|covering|über|zu|zur|zum|bezüglich|betreffend|sur|concernant|relatifs? à"
    r"|relatives? à|sobre|relativos? a|su|sui|sulla|sulle|sul|in materia di|o|w sprawie|dotyczące"
    r"|по|о|об|в области"
    r"|в сфере|про|щодо|у сфері|حول|بشان|بشأن|في مجال|في مجالات)\b",
    re.IGNORECASE,
)
_AND = "and|und|sowie|és|valamint|et|y|e|ed|ve|ile|и|а также|та|і|й|және|мен|oraz|i"
_PARTS = re.compile(
    rf"\s*[,、，،;；]\s*(?:(?:{_AND})\s+)?|\s+(?:{_AND}|및|그리고)\s+|(?<=[가-힣])(?:와|과)\s+|\s+و(?=\w)"
    r"|\s*(?:および|及び|並びに|以及)\s*"
    r"|(?<=[\u3040-\u30ff\u3400-\u9fff])[と和及与與](?=[\u3040-\u30ff\u3400-\u9fff])"
)
_BEFORE_NOUN = re.compile(
    r"(?:에 관한|에 대한|관련|분야의?|を巡る|をめぐる|に関する|についての|分野の|领域的?|領域的?|方面的?)\s*"
)
_FOLLOWS = re.compile(
    r"(?:关于|關於|就)(?P<list>[^，。；]{2,80}?)的(?=[^，。；]{0,8}(?:备忘录|備忘錄|协议|協議|协定|協定))"
)
_LEADS = re.compile(
    r"^(?:(?:one|another|the other|the second|a third|eines?|das andere|l'un|l'autre|uno|otro|um|outro)\s+)?"
    r"(?:(?:on|about|über|zu|zur|zum|sur|sobre|su|sui|sulla|sulle|sul|o|w sprawie|по|о|об|про|щодо)\s+)?"
    r"(?:(?:the|a|an|die|der|das|den|dem|la|le|les|el|los|las|il|lo|gli|i|os|as|o|az)\s+|l')?",
    re.IGNORECASE,
)
_TRAILS = re.compile(
    r"\s+(?:жөнінде|туралы|бойынша|konusunda|hakkında|alanında|alanlarında|respectively|jeweils|respectivement)$",
    re.IGNORECASE,
)


def counted(found: Findings, scene: Scene) -> Findings:
    """Return the findings with each counted group split where its sentence lists as many as it counts."""
    mous, told = _split(found.mous, scene)
    agreements, more = _split(found.agreements, scene)
    return replace(found, mous=mous, agreements=agreements, warnings=(*found.warnings, *told, *more))


def _split(records: tuple[N, ...], scene: Scene) -> tuple[tuple[N, ...], tuple[ExtractionWarning, ...]]:
    kept = list(records)
    told: tuple[ExtractionWarning, ...] = ()
    for group in (record for record in records if record.stated_count is not None):
        items = [one for one in kept if _same_sentence(one, group)]
        listed = _listed(group, scene)
        if listed:
            kept = [one for one in kept if one not in items]
            place = kept.index(group)
            kept[place : place + 1] = [_item(group, words, number) for number, words in enumerate(listed, 1)]
        elif len(items) >= (group.stated_count or 0):
            kept.remove(group)
            told += Notes(group.id).dropped(
                f"a group of {group.stated_count}: its {len(items)} texts are recorded one by one"
            )
    return tuple(kept), told


def _same_sentence(one: Instrument, group: Instrument) -> bool:
    return one.stated_count is None and one.evidence[0].start == group.evidence[0].start


def _item(group: N, words: Evidence, number: int) -> N:
    """Return one text of a group, called by the words that are its own; its gloss was the group's."""
    return group.model_copy(
        update={
            "id": f"{group.id}n{number}",
            "title": None,
            "title_as_written": words.quote,
            "stated_count": None,
            "sectors": sectors_in(words.quote),
            "shown_by": {
                **{field: shown for field, shown in group.shown_by.items() if field != "stated_count"},
                "title_as_written": (words,),
            },
        }
    )


def _listed(group: Instrument, scene: Scene) -> tuple[Evidence, ...]:
    """Return what the sentence of a group lists, if it is just as many as are counted; else nothing."""
    titles = group.shown_by.get("title_as_written", ())
    sentence = scene.sentence_at(titles[0].start) if titles else None
    if sentence is None or not group.stated_count or not 2 <= group.stated_count <= _MOST_ITEMS:
        return ()
    for span in _lists(titles[0], sentence, scene):
        items = _items(span, scene)
        if len(items) == group.stated_count:
            return tuple(scene.ground.quote(item) for item in items)
    return ()


def _lists(title: Evidence, sentence: Sentence, scene: Scene) -> Sequence[Span]:
    """Return where a list may stand: in the title before its noun, or behind it in the same clause."""
    text = scene.article.text
    spans = []
    inside = _BEFORE_NOUN.search(text, title.start, title.end)
    if inside:
        spans.append(Span(title.start, inside.start()))
    named = _FOLLOWS.search(text, *sentence.span)
    if named:
        spans.append(Span(*named.span("list")))
    noun = _noun_end(title, text)
    opened = _OPENS.search(text, noun, min(sentence.span.end, noun + _LETTERS_BEFORE_LIST))
    if opened:
        ends = _ENDS.search(text, opened.end(), sentence.span.end)
        spans.append(Span(opened.end(), ends.start() if ends else sentence.span.end))
    return spans


def _noun_end(title: Evidence, text: str) -> int:
    """Return where the first word ends that already names an instrument."""
    for hit in re.finditer(r"\w+", text[title.start : title.end]):
        if title_kind(text[title.start : title.start + hit.end()]) is not None:
            return title.start + hit.end()
    return title.start


def _items(span: Span, scene: Scene) -> list[Span]:
    text = scene.article.text
    edges = [span.start]
    for cut in _PARTS.finditer(text, span.start, span.end):
        edges += [cut.start(), cut.end()]
    edges.append(span.end)
    items = [_bare(Span(start, end), text) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    good = [item for item in items if 1 < item.end - item.start <= _LONGEST_ITEM]
    return good if len(good) == len(items) else []


def _bare(item: Span, text: str) -> Span:
    """Return an item without "one on", an article before it and a postposition after it."""
    words = item.of(text)
    start = item.start + len(words) - len(words.lstrip())
    lead = _LEADS.match(text[start : item.end])
    start += lead.end() if lead else 0
    words = text[start : item.end].rstrip(" \"'»”")
    tail = _TRAILS.search(words)
    return Span(start, start + len(words[: tail.start()] if tail else words))
