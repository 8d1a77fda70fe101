"""Which fields are compared, how, and which of them a strictly right record must have right.

`*_as_written` fields beside titles and places are no slots: each shows a canonical field, which is one, and
would count the same fact twice. What they are worth is in the block on hallucination.
"""

from typing import NamedTuple


class Spec(NamedTuple):
    """One slot: the field, the comparator that gives its credit, and whether it is a core field."""

    name: str
    comparator: str
    core: bool = False


_INSTRUMENT = (
    Spec("title", "title"),
    Spec("title_as_written", "title", core=True),
    Spec("status", "enum", core=True),
    Spec("parties", "codes", core=True),
    Spec("party_organisations", "organisations"),
    Spec("signatories", "people"),
    Spec("date", "date", core=True),
    Spec("valid_from", "date"),
    Spec("valid_until", "date"),
    Spec("sectors", "labels"),
    Spec("stated_count", "number", core=True),
    Spec("meeting", "link"),
    Spec("attributed_to", "title"),
)

FIELDS: dict[str, tuple[Spec, ...]] = {
    "meetings": (
        Spec("kind", "enum", core=True),
        Spec("mode", "enum"),
        Spec("status", "enum", core=True),
        Spec("visit_type", "enum"),
        Spec("date", "date", core=True),
        Spec("place_as_written", "title"),
        Spec("country", "country"),
        Spec("countries", "codes", core=True),
        Spec("background", "flag", core=True),
        Spec("attributed_to", "title"),
    ),
    "attendees": (
        Spec("name", "person", core=True),
        Spec("title_as_written", "title"),
        Spec("kind", "enum", core=True),
        Spec("office", "enum"),
        Spec("country", "country", core=True),
        Spec("role", "enum"),
        Spec("attendance", "enum", core=True),
        Spec("meeting", "link", core=True),
        Spec("attributed_to", "title"),
    ),
    "agreements": (Spec("type", "enum", core=True), *_INSTRUMENT),
    "mous": _INSTRUMENT,
    "trade_figures": (
        Spec("indicator", "enum", core=True),
        Spec("measure", "enum", core=True),
        Spec("value", "amount", core=True),
        Spec("value_max", "amount", core=True),
        Spec("unit", "unit", core=True),
        Spec("currency", "enum", core=True),
        Spec("qualifier", "enum"),
        Spec("period", "date", core=True),
        Spec("from_country", "country", core=True),
        Spec("to_country", "country", core=True),
        Spec("countries", "codes"),
        Spec("status", "enum", core=True),
        Spec("is_record", "flag"),
        Spec("attributed_to", "title"),
    ),
}
"""The slots of each record type. An MOU has no type: see `scoring` for one that meets an Agreement."""
