"""Date words of any language to EDTF, counted from a reference date.

The way: text --lexing--> tokens --grammar, meanings--> points and stretches --settling--> EDTF. `digits`
reads dates in digits, `lexicon` and `forms` the words of a language from data/dates_*.yaml.
"""

from extractor.normalizing.dates.resolving import (
    DateContext,
    DateMention,
    find_dates,
    find_days,
    publication_date,
    resolve_date,
    resolve_validity,
)
from extractor.normalizing.dates.settling import Reason

__all__ = [
    "DateContext",
    "DateMention",
    "Reason",
    "find_dates",
    "find_days",
    "publication_date",
    "resolve_date",
    "resolve_validity",
]
