"""Agreements and MOUs: an instrument's draft to a record, by the coding rule "Agreements and MOUs"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from extractor.article import Sentence
from extractor.drafts import AgreementDraft, InstrumentDraft, MouDraft
from extractor.normalizing.dates import DateContext, resolve_validity
from extractor.normalizing.names import latin_name
from extractor.normalizing.numbers import digit_runs, number_words
from extractor.normalizing.organisations import resolve_organisation
from extractor.normalizing.places import find_countries
from extractor.records import Agreement, Evidence, Mou, WarningCode
from extractor.resolving.cues import (
    MOU,
    names_instrument,
    names_mixed_group,
    only_kind,
    says,
    statuses,
    title_kind,
    title_noun,
    without,
)
from extractor.resolving.dating import Dated, date_near, dated_as_written
from extractor.resolving.findings import Findings, Notes
from extractor.resolving.scene import Scene
from extractor.resolving.sectors import sectors_in
from extractor.vocabulary import AgreementType, InstrumentStatus, Sector

_FIRM = frozenset(InstrumentStatus) - {InstrumentStatus.PLANNED}
_DONE = frozenset({InstrumentStatus.SIGNED, InstrumentStatus.ADOPTED, InstrumentStatus.AGREED})
_FIRST_WORD = re.compile(r"\s*([^\W_]+)")
_LARGEST_GROUP = 500
_ITEM = re.compile(r"\s*(?:[-–—•*·▪]|\(?\d{1,2}[.)])\s*\w")
"""How an item of a list begins."""
_LONGEST_LIST = 10
"""Sentences before an item that may open its list."""
_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LONGEST_ARTICLE = 5
"""Letters of "the", "einer", "uma"."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """Values of a record with the words that show them, field by field."""

    values: dict[str, Any]
    words: dict[str, tuple[Evidence, ...]]


def resolve_instrument(draft: InstrumentDraft, scene: Scene, number: int) -> Findings:
    """Return the agreement or MOU that a draft points at, or why it is none."""
    name = f"i{number}"
    notes = Notes(name)
    title = _title(draft, scene)
    if draft.title and title is None:
        notes.add(WarningCode.UNGROUNDED_MENTION, f"title {draft.title!r} does not stand in the article")
    words = _words(draft, title, scene)
    if why := _no_instrument(draft, title, words):
        return Findings(warnings=notes.dropped(f"{_called(draft)}: {why}"))
    kind = _kind(draft, title, scene, notes)
    shown = _fields(draft, title, scene, notes)
    common: dict[str, Any] = {
        "id": name,
        "evidence": scene.evidence_for(draft.s, [title] if title else []),
        "attributed_to": scene.claimant(draft.by, draft.s),
        "title": _gloss(draft, kind, title, scene),
        "title_as_written": title.quote if title else None,
        "status": _status(draft, words, notes),
        "sectors": _sectors(draft, title, words),
        "shown_by": {field: found for field, found in shown.words.items() if found},
        **shown.values,
    }
    if kind == MOU:
        return Findings(mous=(Mou(**common),), warnings=notes.kept())
    return Findings(agreements=(Agreement(type=AgreementType(kind), **common),), warnings=notes.kept())


def _sectors(draft: InstrumentDraft, title: Evidence | None, words: str) -> tuple[Sector, ...]:
    """Return the sectors that the LLM sees, unless the title names quite others; else those of the words."""
    named = sectors_in(title.quote) if title else ()
    if draft.sectors and (not named or set(named) & set(draft.sectors)):
        return tuple(draft.sectors)
    return named or sectors_in(words)


def _title(draft: InstrumentDraft, scene: Scene) -> Evidence | None:
    """Return where the title stands: whole, without an article before it, or its noun alone."""
    written = (draft.title or "").strip()
    opening, _, rest = written.partition(" ")
    tries = [written, rest if len(opening) <= _LONGEST_ARTICLE else "", title_noun(written)]
    found = (scene.find(words, draft.s) for words in tries if words)
    return next((title for title in found if title is not None), None)


def _words(draft: InstrumentDraft, title: Evidence | None, scene: Scene) -> str:
    """Return the sentences that the instrument stands in."""
    home = scene.sentence_at(title.start) if title else None
    cited = scene.words(draft.s)
    words = cited if home is None or home.text in cited else f"{cited}\n{home.text}"
    return words if home is None or names_instrument(words) else _with_opening(words, home, scene)


def _with_opening(words: str, home: Sentence, scene: Scene) -> str:
    """Return the words of a list's item with the sentence that opens it: "They signed memoranda: | - ..."."""
    for before in reversed(scene.before(home, _LONGEST_LIST)) if _ITEM.match(home.text) else ():
        if names_instrument(before.text):
            return f"{before.text}\n{words}"
    return words


def _no_instrument(draft: InstrumentDraft, title: Evidence | None, words: str) -> str | None:
    """Return why the coding rules see no instrument here, or None."""
    spoken = _spoken(draft, words)
    if title and draft.status is InstrumentStatus.PLANNED and _is_encounter(title.quote):
        return "an encounter, not an instrument"
    if not names_instrument(words):
        if not spoken & _FIRM:
            return "no word of an instrument or of an agreement reached"
        if title is None and draft.status is not InstrumentStatus.AGREED:
            return "no text is named"
    return _no_text(draft, title, words)


def _no_text(draft: InstrumentDraft, title: Evidence | None, words: str) -> str | None:
    """Return why words that speak of an instrument tell of none, or None: a wish, an identity of views."""
    spoken = _spoken(draft, words)
    around = words.replace(title.quote, " ") if title else words
    if not spoken & _FIRM and (says("wish", around) or says("views", around)):
        return "a wish or a view, not an instrument"
    if draft.status in _DONE and says("undone", words):
        return "not signed, the article says"
    if title is None and says("views", words) and InstrumentStatus.SIGNED not in spoken:
        return "an identity of views"
    return None


def _is_encounter(title: str) -> bool:
    """Tell whether a title speaks of people who are to meet, and of no text."""
    return says("encounter", title) and not names_instrument(title)


def _kind(draft: InstrumentDraft, title: Evidence | None, scene: Scene, notes: Notes) -> str:
    """Return `MOU` or the agreement type: the title's own word decides, else the LLM."""
    words = _words(draft, title, scene)
    own = title_kind(title.quote) if title else None
    judged = MOU if isinstance(draft, MouDraft) else str(draft.type)
    if own is None and title is not None:
        own = title_kind(f"{_word_before(title, scene)} {title.quote}")
    if own is None:
        own = only_kind(words)  # "agreements on ports, fish and tea": the titles share the noun
    unclear = title is not None and (says("unclear_titles", title.quote) or names_mixed_group(title.quote))
    if own is None or own == judged or unclear:
        return judged
    notes.add(WarningCode.CHANGED_VALUE, f"type {own} by the article's own word, not {judged}")
    return str(own)


def _spoken(draft: InstrumentDraft, words: str) -> frozenset[InstrumentStatus]:
    """Return the statuses that words speak of; what is said to be done is not shown by a signing to come."""
    return statuses(without("to_be_signed", words) if draft.status in _DONE else words)


def _word_before(title: Evidence, scene: Scene) -> str:
    """Return the word before a title: an LLM may have cut its noun ("memorandum | of understanding")."""
    before = scene.article.text[max(0, title.start - 24) : title.start].split()
    return before[-1] if before and not _JOINED.search(title.quote) else ""


def _status(draft: InstrumentDraft, words: str, notes: Notes) -> InstrumentStatus:
    """Return the status; "signed" needs a word of signing when another word says planned or agreed."""
    spoken = _spoken(draft, words)
    if draft.status is not InstrumentStatus.SIGNED or InstrumentStatus.SIGNED in spoken:
        return draft.status
    if says("to_be_signed", words):
        spoken |= {InstrumentStatus.PLANNED}
    order = (InstrumentStatus.PLANNED, InstrumentStatus.ADOPTED, InstrumentStatus.AGREED)
    said = next((status for status in order if status in spoken), None)
    if said is None:
        return draft.status
    notes.add(WarningCode.CHANGED_VALUE, f"status {said} by the article's own word, not {draft.status}")
    return said


def _fields(draft: InstrumentDraft, title: Evidence | None, scene: Scene, notes: Notes) -> _Shown:
    """Return what is computed from words: parties, organisations, signatories, dates, count."""
    cited = scene.spans(draft.s)
    parties = {code: scene.country_mention(code, cited) for code in draft.parties}
    for code, mention in parties.items():
        if mention is None:
            notes.add(WarningCode.UNRESOLVED_COUNTRY, f"the article has no word for {code}")
    kept = {code: mention for code, mention in parties.items() if mention is not None}
    organisations = _grounded(draft.orgs, draft.s, scene, notes)
    signatories = _grounded(draft.signatories, draft.s, scene, notes)
    when = _date(draft, scene, notes)
    valid = scene.find(draft.valid, draft.s) if draft.valid else None
    begins, ends = _validity(valid, scene)
    count, counted = _count(draft, title, scene, notes)
    values = {
        "parties": tuple(kept),
        "party_organisations": tuple(
            resolve_organisation(found.quote, scene.language).value or found.quote for found in organisations
        ),
        "signatories": tuple(_signatory(found) for found in signatories),
        "date": when.value,
        "valid_from": begins,
        "valid_until": ends,
        "stated_count": count,
    }
    words = {
        "title_as_written": (title,) if title else (),
        "parties": tuple(kept.values()),
        "party_organisations": organisations,
        "signatories": signatories,
        "date": (when.words,) if when.words and when.value else (),
        "valid_from": (valid,) if valid and begins else (),
        "valid_until": (valid,) if valid and ends else (),
        "stated_count": (counted,) if counted else (),
    }
    return _Shown(values, words)


def _date(draft: InstrumentDraft, scene: Scene, notes: Notes) -> Dated:
    future = draft.status is InstrumentStatus.PLANNED
    if draft.date:
        when = dated_as_written(draft.date, draft.s, scene, future=future)
        if when.value is None:
            notes.add(WarningCode.UNRESOLVED_DATE, f"{draft.date!r}: {when.reason}")
        return when
    done = draft.status in _DONE
    return date_near(draft.s, scene, future=future, background=False) if done else Dated()


def _validity(words: Evidence | None, scene: Scene) -> tuple[str | None, str | None]:
    if words is None:
        return None, None
    begins, ends = resolve_validity(words.quote, DateContext(scene.reference, scene.language, future=True))
    return begins.value, ends.value


def _count(
    draft: InstrumentDraft, title: Evidence | None, scene: Scene, notes: Notes
) -> tuple[int | None, Evidence | None]:
    """Return how many texts the article counts: the LLM's count if shown, else a number before the title."""
    if draft.count is not None and draft.count > 1:
        home = next((s for s in scene.cited(draft.s) if _shows_number(draft.count, s.text, scene)), None)
        if home is not None:
            return draft.count, scene.sentence_evidence(home)
        notes.add(WarningCode.COUNT_MISMATCH, f"the sentences cited do not say {draft.count}")
    first = _FIRST_WORD.match(title.quote) if title else None
    if title is None or first is None or title_kind(title.quote) is None:
        return None, None
    number = _small_number(first[1], scene)
    return (number, title) if number is not None else (None, None)


def _shows_number(number: int, text: str, scene: Scene) -> bool:
    return str(number) in digit_runs(text) or number in number_words(text, scene.language)


def _small_number(word: str, scene: Scene) -> int | None:
    digits = digit_runs(word)
    values = [int(run) for run in digits] or [int(value) for value in number_words(word, scene.language)]
    fits = len(values) == 1 and 2 <= values[0] <= _LARGEST_GROUP
    return values[0] if fits else None


def _grounded(
    written: Sequence[str], numbers: Sequence[int], scene: Scene, notes: Notes
) -> tuple[Evidence, ...]:
    """Return where each of several strings stands; what does not is noted."""
    found: list[Evidence] = []
    for words in written:
        hit = scene.find(words, numbers)
        if hit is None:
            notes.add(WarningCode.UNGROUNDED_MENTION, f"{words!r} does not stand in the article")
        elif hit not in found:
            found.append(hit)
    return tuple(found)


def _signatory(found: Evidence) -> str:
    person = latin_name(found.quote, None, None).value
    return person.name if person else found.quote


def _gloss(draft: InstrumentDraft, kind: str, title: Evidence | None, scene: Scene) -> str | None:
    """Return the English gloss, unless it says what the article does not: a kind, a digit, a state."""
    if not draft.en:
        return None
    words = _words(draft, title, scene)
    digits = set(digit_runs(f"{words}\n{title.quote if title else ''}"))
    named = title_kind(draft.en)
    other_kind = named is not None and title is not None and str(named) != kind
    states = {code for place in find_countries(draft.en, "en") for code in place.codes}
    told = {code for place in scene.places for code in place.codes}
    says_more = not set(digit_runs(draft.en)) <= digits or not states <= told
    return None if other_kind or says_more else draft.en


def _called(draft: InstrumentDraft) -> str:
    sort = "agreement" if isinstance(draft, AgreementDraft) else "MOU"
    return f"{sort} {(draft.title or draft.en or '(untitled)')!r}"
