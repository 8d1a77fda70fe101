"""What names a record: words of the article before words of an LLM."""

import pytest

from extractor.records import Agreement, Evidence
from extractor.writing.describing import headline_of


@pytest.mark.parametrize(
    ("written", "gloss", "headline"),
    [
        ("umowę o współpracy kolejowej", "Joint venture agreement", "umowę o współpracy kolejowej"),
        (None, "Joint venture agreement", "Joint venture agreement"),
        (None, None, "Untitled treaty"),
    ],
)
def test_a_title_as_written_goes_before_its_gloss(written, gloss, headline):
    record = Agreement(
        id="a1",
        evidence=(Evidence(quote="umowę", start=0, end=5),),
        title=gloss,
        title_as_written=written,
        status="signed",
        type="treaty",
    )
    assert headline_of(record) == headline
