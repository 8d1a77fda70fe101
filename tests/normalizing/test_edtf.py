"""EDTF strings to the days they cover."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.normalizing.edtf import edtf_contains, edtf_range, is_edtf

RANGES = [
    ("2025", date(2025, 1, 1), date(2025, 12, 31)),
    ("199X", date(1990, 1, 1), date(1999, 12, 31)),
    ("19XX", date(1900, 1, 1), date(1999, 12, 31)),
    ("00XX", date(1, 1, 1), date(99, 12, 31)),
    ("2019-04", date(2019, 4, 1), date(2019, 4, 30)),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
    ("2025-11-11", date(2025, 11, 11), date(2025, 11, 11)),
    ("2025-11-11T14:30:00", date(2025, 11, 11), date(2025, 11, 11)),
    ("2025-11-11T14:30:00Z", date(2025, 11, 11), date(2025, 11, 11)),
    ("2025-11-11T14:30:00+09:00", date(2025, 11, 11), date(2025, 11, 11)),
    ("2025-XX", date(2025, 1, 1), date(2025, 12, 31)),
    ("2025-XX-XX", date(2025, 1, 1), date(2025, 12, 31)),
    ("2025-02-XX", date(2025, 2, 1), date(2025, 2, 28)),
    ("2023-10-20?", date(2023, 10, 20), date(2023, 10, 20)),
    ("2023~", date(2023, 1, 1), date(2023, 12, 31)),
    ("2023%", date(2023, 1, 1), date(2023, 12, 31)),
    ("2025-21", date(2025, 3, 1), date(2025, 5, 31)),
    ("2025-24", date(2025, 12, 1), date(2026, 2, 28)),
    ("2025-11-11/2025-11-12", date(2025, 11, 11), date(2025, 11, 12)),
    ("2024-07/2024-09", date(2024, 7, 1), date(2024, 9, 30)),
    ("2025/2027-03", date(2025, 1, 1), date(2027, 3, 31)),
    ("../2030", date.min, date(2030, 12, 31)),
    ("2009/..", date(2009, 1, 1), date.max),
    ("/2030", date.min, date(2030, 12, 31)),
    ("2009/", date(2009, 1, 1), date.max),
]
NOT_EDTF = [
    "", "x", "25", "2025-13", "2025-00", "2025-02-30", "2025-11-31", "2025-1-1", "2025-33", "2024-Q3", "2025-11-",
    "..", "../..", "/", "2030/2025", "2025/2026/2027", "202X-05", "2025-XX-05", "2025-21-03", "0000", "2025 ", " 2025",
    "2025T10:00:00", "2025-XX-XXT10:00:00", "20250101", "２０２５", "٢٠٢٥", "2025??", "x/2025", "2025/x",
]  # fmt: skip


@pytest.mark.parametrize(("edtf", "first", "last"), RANGES)
def test_range_is_first_and_last_day(edtf: str, first: date, last: date):
    assert edtf_range(edtf) == (first, last)
    assert is_edtf(edtf)


@pytest.mark.parametrize("text", NOT_EDTF)
def test_what_is_no_edtf_has_no_range(text: str):
    assert edtf_range(text) is None
    assert not is_edtf(text)


@pytest.mark.parametrize(
    ("outer", "inner", "contains"),
    [
        ("2025", "2025-11-11", True),
        ("2025-11", "2025-11", True),
        ("2025-11-11", "2025-11", False),
        ("../2030", "2029", True),
        ("../2030", "2031", False),
        ("2024-07/2024-09", "2024-08", True),
        ("2009/..", "../2010", False),
        ("2025", "yesterday", False),
        ("yesterday", "2025", False),
    ],
)
def test_containment_is_of_days(outer: str, inner: str, contains: bool):  # noqa: FBT001 - a row's column
    assert edtf_contains(outer, inner) is contains


@given(st.dates())
def test_any_day_is_its_own_range(day: date):
    assert edtf_range(day.isoformat()) == (day, day)


@given(st.text(alphabet="0123456789X-/.?~%T:Z+ ", max_size=24))
def test_range_is_ordered_or_none(text: str):
    days = edtf_range(text)
    assert days is None or days[0] <= days[1]
