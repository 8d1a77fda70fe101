"""Words that name a state or a place to ISO 3166-1 alpha-3 codes.

`lexicon` builds the index of names from CLDR and data/countries_*.yaml, `resolving` says what a text means.
"""

from extractor.normalizing.places.resolving import (
    PlaceMention,
    country_name,
    find_countries,
    is_country_code,
    resolve_countries,
    resolve_place,
)

__all__ = [
    "PlaceMention",
    "country_name",
    "find_countries",
    "is_country_code",
    "resolve_countries",
    "resolve_place",
]
