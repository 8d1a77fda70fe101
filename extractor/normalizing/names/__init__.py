"""Names of persons in any script to one Latin name each.

`people` knows the office holders of data/people_*.yaml, `romanising` writes other names in Latin letters,
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
