"""Trade figures: a draft to a record, by the coding rule "Trade figures"; every value is computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from extractor.article import Sentence, Span
from extractor.drafts import FigureDraft
from extractor.folding import folded
from extractor.normalizing.edtf import edtf_range
from extractor.normalizing.numbers import Quantity, find_quantities, parse_quantity
from extractor.records import Evidence, TradeFigure, WarningCode
from extractor.resolving.claiming import claimant_of
from extractor.resolving.cues import nearest, says
from extractor.resolving.dating import Dated, dated_as_written
from extractor.resolving.findings import Findings, Notes
from extractor.resolving.scene import Scene
from extractor.vocabulary import FigureStatus, Indicator, Measure, Qualifier

VALUE_FUZZY_FLOOR = 101.0
"""A number is found as written or not at all."""
_UNDIRECTED = frozenset({Indicator.TRADE_TURNOVER, Indicator.CURRENCY_SHARE})
_NEAR = 30
"""Code points between a number and the word that calls it a record."""
_LARGE = 100_000
"""A bare number from here on may be an amount whose currency is said once in its sentence."""
_MONEY = frozenset(Indicator) - {Indicator.VOLUME, Indicator.OTHER, Indicator.TARIFF}
_CHANGES = frozenset({"multiple", "percentage_point"})
_FLOWS = frozenset(
    {
        Indicator.TRADE_TURNOVER,
        Indicator.EXPORTS,
        Indicator.IMPORTS,
        Indicator.TRADE_BALANCE,
        Indicator.INVESTMENT_FLOW,
        Indicator.VOLUME,
        Indicator.CURRENCY_SHARE,
    }
)
"""Indicators that are measured over a time: only they take over a period that stands beside them."""
_SPOKEN = {
    "exports": Indicator.EXPORTS,
    "imports": Indicator.IMPORTS,
    "turnover": Indicator.TRADE_TURNOVER,
}
_TOLD_CURRENCY = 6
"""Sentences before a bare amount that may name its currency."""
_MOVES = frozenset(["to", "auf", "à", "a", "al", "ai", "para", "до", "на", "do", "na", "naar", "til", "till"])
"""What stands between the number that a percentage moves from and the one it moves to."""
_TOLD_BEFORE = 2
"""Sentences before a figure that may name its period."""
_SHORTEST_PERIOD = timedelta(days=27)
_LONGEST_PERIOD = timedelta(days=367)


@dataclass(frozen=True, slots=True)
class _Value:
    """A number as it stands in the article, and what it amounts to, or why it does not."""

    words: Evidence
    quantity: Quantity | None
    reason: str | None = None
    currency: Span | None = None
    """Where its currency stands, if not in the words themselves."""


def resolve_figure(draft: FigureDraft, scene: Scene, number: int) -> Findings:
    """Return the figure that a draft points at, or why it is none."""
    name = f"f{number}"
    notes = Notes(name)
    value = _value(draft, scene)
    if value is None:
        return Findings(warnings=notes.dropped(f"figure {draft.value!r} does not stand in the article"))
    draft = _as_spoken(draft, value, scene, notes)
    if why := _no_figure(draft, value):
        return Findings(warnings=notes.dropped(f"figure {value.words.quote!r}: {why}"))
    quantity = value.quantity
    if quantity is None:
        notes.add(WarningCode.UNRESOLVED_NUMBER, f"{value.words.quote!r}: {value.reason}")
    elif quantity.unit == "currency" and quantity.currency is None:
        notes.add(WarningCode.UNRESOLVED_NUMBER, f"{value.words.quote!r}: whose currency is not said")
    sign = _sign(draft, value, scene)
    when = _period(draft, value, scene, notes)
    sides = _sides(draft, scene, notes)
    directed = draft.indicator not in _UNDIRECTED
    record = TradeFigure(
        id=name,
        evidence=scene.evidence_for(draft.s, [value.words]),
        attributed_to=scene.claimant(draft.by, draft.s) or _claimant(value, scene),
        shown_by=_shown(value, when, sides, scene),
        indicator=draft.indicator,
        measure=_measure(draft, quantity),
        value=_text(sign * quantity.value) if quantity else None,
        value_max=_text(sign * quantity.value_max) if quantity and quantity.value_max is not None else None,
        unit=quantity.unit if quantity else None,
        currency=quantity.currency if quantity else None,
        qualifier=_qualifier(draft, value, scene),
        value_as_written=value.words.quote,
        period=when.value,
        period_as_written=when.words.quote if when.words else None,
        from_country=draft.from_ if directed and draft.from_ in sides else None,
        to_country=draft.to if directed and draft.to in sides else None,
        countries=tuple(sides),
        status=_status(draft, when, scene, notes),
        is_record=_is_record(value, scene),
    )
    return Findings(trade_figures=(record,), warnings=notes.kept())


def _claimant(value: _Value, scene: Scene) -> str | None:
    """Return who claims a figure, by the words of its sentence."""
    found = claimant_of(value.words, scene)
    return found.quote if found else None


def _value(draft: FigureDraft, scene: Scene) -> _Value | None:
    """Return the number expression of the article that holds the words copied, whole."""
    words = scene.find(draft.value, draft.s, fuzzy_floor=VALUE_FUZZY_FLOOR)
    sentence = scene.sentence_at(words.start) if words else None
    if words is None or sentence is None:
        return None
    found = _quantities(sentence, scene)
    whole = _expression(Span(words.start, words.end), found)
    if whole is not None:
        return _completed(_Value(scene.ground.quote(whole[0], words.match), whole[1]), found, draft, scene)
    outcome = parse_quantity(words.quote, scene.language)
    return _Value(words, outcome.value, outcome.reason)


def _quantities(sentence: Sentence, scene: Scene) -> list[tuple[Span, Quantity]]:
    """Return the number expressions of a sentence, with spans in the article."""
    shift = sentence.span.start
    return [
        (Span(span.start + shift, span.end + shift), quantity)
        for span, quantity in find_quantities(sentence.text, scene.language)
    ]


def _expression(copied: Span, found: Sequence[tuple[Span, Quantity]]) -> tuple[Span, Quantity] | None:
    """Return the quantity that shares most letters with what was copied."""
    touching = [(span, quantity) for span, quantity in found if span.overlaps(copied)]
    return max(touching, key=lambda hit: _shared(hit[0], copied), default=None)


def _as_spoken(draft: FigureDraft, value: _Value, scene: Scene, notes: Notes) -> FigureDraft:
    """Return the draft with the indicator that the sentence names, where it names one and not the LLM's."""
    sentence = scene.sentence_at(value.words.start)
    quantity = value.quantity
    if sentence is None or quantity is None:
        return draft
    spoken = {indicator for cue, indicator in _SPOKEN.items() if says(cue, sentence.text)}
    money_as_goods = draft.indicator is Indicator.VOLUME and quantity.unit == "currency"
    if draft.indicator not in {*_SPOKEN.values(), Indicator.VOLUME} or len(spoken) != 1:
        return draft.model_copy(update={"indicator": Indicator.TRADE_TURNOVER}) if money_as_goods else draft
    indicator = spoken.pop()
    if indicator is draft.indicator or (draft.indicator is Indicator.VOLUME and not money_as_goods):
        return draft
    notes.add(WarningCode.CHANGED_VALUE, f"{indicator} by the article's own word, not {draft.indicator}")
    turned = {draft.indicator, indicator} == {Indicator.EXPORTS, Indicator.IMPORTS}
    sides = {"from_": draft.to, "to": draft.from_} if turned else {}
    return draft.model_copy(update={"indicator": indicator, **sides})


def _completed(
    value: _Value, found: Sequence[tuple[Span, Quantity]], draft: FigureDraft, scene: Scene
) -> _Value:
    """Return a bare number with the unit that is said of it once, beside another number."""
    if value.quantity is None or value.quantity.unit != "count":
        return value
    if draft.indicator in _MONEY and abs(value.quantity.value) >= _LARGE:
        return _with_currency(value, value.quantity, found, scene)
    return _with_percent(value, value.quantity, found, scene)


def _with_currency(
    value: _Value, quantity: Quantity, found: Sequence[tuple[Span, Quantity]], scene: Scene
) -> _Value:
    """Return a large number with its sentence's currency ("3 billion euros, of which 250 million").

    Else that of the nearest sentence before it that names one; nothing where a sentence names several.
    """
    sentence = scene.sentence_at(value.words.start)
    told = _currencies(found)
    for before in reversed(scene.before(sentence, _TOLD_CURRENCY)) if sentence and not told else ():
        told = told or _currencies(_quantities(before, scene))
    if len({currency for _, currency in told}) != 1:
        return value
    named = replace(quantity, unit="currency", currency=told[0][1])
    return replace(value, quantity=named, currency=told[0][0])


def _currencies(found: Sequence[tuple[Span, Quantity]]) -> list[tuple[Span, str]]:
    return [(span, quantity.currency) for span, quantity in found if quantity.currency]


def _with_percent(
    value: _Value, quantity: Quantity, found: Sequence[tuple[Span, Quantity]], scene: Scene
) -> _Value:
    """Return a number as a percentage if the one it moves from or to is called so: "from 9 to 18 percent"."""
    text, own = scene.article.text, Span(value.words.start, value.words.end)
    for span, other in found:
        first, second = sorted((own, span))
        between = folded(text[first.end : second.end]).split()
        moves = len(between) > 1 and between[0] in _MOVES and between[1][0].isdigit()
        if other.unit == "percent" and moves:
            return replace(value, quantity=replace(quantity, unit="percent"))
    return value


def _shared(one: Span, other: Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _no_figure(draft: FigureDraft, value: _Value) -> str | None:
    """Return why the coding rules see no trade figure here, or None."""
    quantity = value.quantity
    if quantity is None:
        has_digit = any(char.isdigit() for char in value.words.quote)
        return None if has_digit else "no number"
    if quantity.unit == "count" and draft.indicator not in {Indicator.VOLUME, Indicator.OTHER}:
        return "a bare number without currency or unit"
    if quantity.unit == "count" and draft.indicator is Indicator.OTHER:
        return "a number of things, not an economic figure"
    return None


def _period(draft: FigureDraft, value: _Value, scene: Scene, notes: Notes) -> Dated:
    """Return the period: the words copied, else the date words that read as the LLM read them."""
    future = draft.status in {FigureStatus.TARGET, FigureStatus.PLEDGED}
    if draft.when:
        when = dated_as_written(draft.when, draft.s, scene, future=future)
        if when.value is None:
            notes.add(WarningCode.UNRESOLVED_DATE, f"{draft.when!r}: {when.reason}")
        return when
    sentence = scene.sentence_at(value.words.start)
    read = _readings(sentence, scene, value, future=future) if sentence else []
    if not read:
        return Dated() if future else _period_before(draft, sentence, scene)
    matching = [when for when in read if draft.period and when.value == draft.period]
    if matching:
        return matching[0]
    told = draft.period is not None or (future and _lies_ahead(read[0], scene))
    if len(read) == 1 and told:
        return read[0]
    return Dated() if future else _only_period(draft, read)


def _only_period(draft: FigureDraft, read: Sequence[Dated]) -> Dated:
    """Return the one time that date words name over which a flow may be counted, if it is one."""
    periods = [when for when in read if _is_period(when)] if draft.indicator in _FLOWS else []
    return periods[0] if len({when.value for when in periods}) == 1 else Dated()


def _period_before(draft: FigureDraft, sentence: Sentence | None, scene: Scene) -> Dated:
    """Return the period that the last sentences told of trade: "In 2024 trade grew. Exports reached ..."."""
    for before in reversed(scene.before(sentence, _TOLD_BEFORE)) if sentence else ():
        if any(says(cue, before.text) for cue in _SPOKEN):
            read = [
                Dated(scene.ground.quote(found.span), scene.resolved(found.text, future=False)[0])
                for found in scene.dates_in(before)
            ]
            return _only_period(draft, read)
    return Dated()


def _is_period(when: Dated) -> bool:
    """Tell whether date words name a time over which trade is counted: a month to a year."""
    days = edtf_range(when.value) if when.value else None
    return days is not None and _SHORTEST_PERIOD <= days[1] - days[0] <= _LONGEST_PERIOD


def _lies_ahead(when: Dated, scene: Scene) -> bool:
    days = edtf_range(when.value) if when.value else None
    return days is not None and scene.reference is not None and days[1] > scene.reference


def _readings(sentence: Sentence, scene: Scene, value: _Value, *, future: bool) -> list[Dated]:
    taken = Span(value.words.start, value.words.end)
    numbers = [span for span, _ in _quantities(sentence, scene)]
    dated = []
    for mention in scene.dates_in(sentence):
        end = min([mention.span.end, *(n.start for n in numbers if mention.span.start < n.start)])
        words = scene.ground.quote(_trimmed(Span(mention.span.start, end), scene))
        resolved, _ = scene.resolved(words.quote, future=future)
        if resolved and not Span(mention.span.start, end).overlaps(taken):
            dated.append(Dated(words, resolved))
    return dated


def _trimmed(span: Span, scene: Scene) -> Span:
    """Return a span without spaces and commas at its end ("last year, | 304 million")."""
    return Span(span.start, span.start + len(span.of(scene.article.text).rstrip(" ,、，\u060c")))


def _sides(draft: FigureDraft, scene: Scene, notes: Notes) -> dict[str, Evidence]:
    """Return the states of the figure that the article names, with the words that do."""
    shown: dict[str, Evidence] = {}
    for code in (draft.from_, draft.to):
        if code is None or code in shown:
            continue
        mention = scene.country_mention(code, scene.spans(draft.s))
        if mention is None:
            notes.add(WarningCode.UNRESOLVED_COUNTRY, f"the article has no word for {code}")
        else:
            shown[code] = mention
    return shown


def _measure(draft: FigureDraft, quantity: Quantity | None) -> Measure:
    """Return the measure; a multiple or a percentage point is always a change."""
    changes = quantity is not None and quantity.unit in _CHANGES
    return Measure.CHANGE if changes else draft.measure


def _qualifier(draft: FigureDraft, value: _Value, scene: Scene) -> Qualifier:
    """Return the approximator; "rose 12 %, to 9.4 billion" names an end, not a limit, if the LLM agrees."""
    quantity, sentence = value.quantity, scene.sentence_at(value.words.start)
    if quantity is None or sentence is None:
        return draft.qualifier
    before = scene.article.text[sentence.span.start : value.words.start]
    moved = says("rise", before) or says("decline", before)
    limit = quantity.qualifier == Qualifier.UP_TO and draft.qualifier is not Qualifier.UP_TO
    return Qualifier.EXACT if limit and moved else Qualifier(quantity.qualifier)


def _is_record(value: _Value, scene: Scene) -> bool:
    """Tell whether a word of a record stands near the number (coding rule: "record" sets is_record)."""
    sentence = scene.sentence_at(value.words.start)
    if sentence is None:
        return False
    start = max(sentence.span.start, value.words.start - _NEAR)
    return says("record", scene.article.text[start : min(sentence.span.end, value.words.end + _NEAR)])


def _sign(draft: FigureDraft, value: _Value, scene: Scene) -> int:
    """Return -1 for a fall, or for the balance of a deficit, by the nearest word that says so; else 1."""
    sentence = scene.sentence_at(value.words.start)
    signed = draft.measure is Measure.CHANGE or draft.indicator is Indicator.TRADE_BALANCE
    if sentence is None or not signed or value.quantity is None or value.quantity.value < 0:
        return 1
    position = len(folded(sentence.text[: value.words.start - sentence.span.start]))
    return -1 if nearest(("rise", "decline"), sentence.text, position) == "decline" else 1


def _status(draft: FigureDraft, when: Dated, scene: Scene, notes: Notes) -> FigureStatus:
    """Return the status; a figure for a time that has not begun is not measured."""
    days = edtf_range(when.value) if when.value else None
    ahead = days is not None and scene.reference is not None and days[1] > scene.reference
    begun = days is not None and scene.reference is not None and days[0] <= scene.reference
    goal = ahead and (not begun or (when.value or "").startswith("../"))
    if draft.status is FigureStatus.ACTUAL and goal:
        notes.add(WarningCode.CHANGED_VALUE, f"status target, since {when.value} lies ahead")
        return FigureStatus.TARGET
    return draft.status


def _shown(
    value: _Value, when: Dated, sides: dict[str, Evidence], scene: Scene
) -> dict[str, tuple[Evidence, ...]]:
    shown = {"value": (value.words,), "countries": tuple(sides.values())}
    if value.currency is not None:
        shown["currency"] = (scene.ground.quote(value.currency),)
    if when.words is not None:
        shown["period"] = (when.words,)
    return {field: words for field, words in shown.items() if words}


def _text(number: object) -> str:
    """Return a decimal without exponent or trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
