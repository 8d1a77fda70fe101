"""What a reader of the output may choose about its form; nothing here changes a record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a result is written.

    `colour`: ANSI colours in a table. `width`: columns of the terminal, None for 100. `explain`: a table or
    Markdown also says where each value came from. `csv_escape`: cells that a spreadsheet would run as a
    formula get a leading apostrophe, and control characters are shown as symbols; off for exact text.
    """

    colour: bool = False
    width: int | None = None
    explain: bool = False
    csv_escape: bool = True
