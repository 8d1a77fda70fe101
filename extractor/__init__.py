"""From a news article on diplomacy to records that are proven by the article's own words.

>>> from extractor import extract
>>> extract("Vilnius, 3 June 2025. Foreign Minister …").meetings  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extractor.article import Article
    from extractor.errors import ExtractorError
    from extractor.library import connect, extract
    from extractor.pipeline import Extractor
    from extractor.records import Extraction
    from extractor.settings import Settings

__version__ = "0.1.0"
__all__ = ["Article", "Extraction", "Extractor", "ExtractorError", "Settings", "connect", "extract"]

_ROOMS = {
    "Article": "extractor.article",
    "Extraction": "extractor.records",
    "Extractor": "extractor.pipeline",
    "ExtractorError": "extractor.errors",
    "Settings": "extractor.settings",
    "connect": "extractor.library",
    "extract": "extractor.library",
}


def __getattr__(name: str) -> object:
    """Load what is asked for: importing the package alone costs nothing, which the command line needs."""
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
