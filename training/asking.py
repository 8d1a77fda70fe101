"""How the LLM in training is asked: by the embedded LLM's templates, in its sizes, in one of two formats."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from evals.cases import Case
from extractor.article import Article
from extractor.errors import ConfigError
from extractor.llm.base import LLMIdentity
from extractor.prompting import Asking, load_template

FORMATS: Mapping[str, str] = MappingProxyType({"v0": "embedded", "v1": "embedded-v1"})
"""Names of formats with their templates: v0 lacks the optional fields of the wire format, v1 has them."""
CHUNK_TOKENS = 3000
ANSWER_TOKENS = 3072
"""The sizes that the embedded LLM is asked in; a test holds them against the extractor's wiring."""
NOBODY = LLMIdentity("in-training", "training:none")


def asking_in(form: str) -> Asking:
    """Return how an LLM is asked in a format. Raises ConfigError for one that does not exist."""
    if form not in FORMATS:
        raise ConfigError(f"no format is called {form!r}", hint=f"one of {', '.join(FORMATS)}")
    return Asking(NOBODY, load_template(FORMATS[form]), CHUNK_TOKENS, ANSWER_TOKENS)


def article_of(case: Case) -> Article:
    """Return what is asked about: the text, and the day that came with it; not the language."""
    day = date.fromisoformat(case.reference_date) if case.reference_date else None
    return Article(id=case.id, text=case.text, source=case.id, supplied_date=day)
