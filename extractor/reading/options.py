"""How a source is to be read, and the limits on it."""

import datetime as dt
from dataclasses import dataclass

FORMATS = ("text", "markdown", "html", "json", "jsonl", "csv", "tsv", "parquet")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of `read_articles`; None means: find out.

    `format` is one of FORMATS, `encoding` any name Python knows. The five fields name the keys of a JSON
    row or the columns of a table. `language` (BCP-47) and `date` are the user's word on every article of the
    source. `allow_private` lets a URL point into private networks. `max_bytes` bounds one article (a file, a
    response before and after decompression, a row); `timeout` is in seconds, once for a fetch and once for
    HTML.
    `unique_ids` refuses an id that the source had before, for which all of its ids are kept in memory.
    """

    format: str | None = None
    encoding: str | None = None
    text_field: str = "text"
    title_field: str = "title"
    date_field: str = "date"
    id_field: str = "id"
    language_field: str = "language"
    language: str | None = None
    date: dt.date | None = None
    allow_private: bool = False
    max_bytes: int = 20_000_000
    timeout: float = 20.0
    unique_ids: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the five fields."""
        return (self.text_field, self.title_field, self.date_field, self.id_field, self.language_field)
