"""Names of persons in any script to one Latin name each.

`people` knows the office holders of data/people_*.yaml, `romanising` writes other names in Latin letters,
`kanji` and `han` tell what characters can be read as,
`naming` decides between them and the LLM's hint.
"""

from extractor.normalizing.names.naming import (
    PersonName,
    latin_name,
    lexicon_person,
    same_person,
    without_honorifics,
)

__all__ = ["PersonName", "latin_name", "lexicon_person", "same_person", "without_honorifics"]
