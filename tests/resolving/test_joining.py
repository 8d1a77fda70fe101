"""What is told in a sentence of its own about a meeting is no other meeting."""

import pytest

from tests.answering import codes, meeting, mou, person, read

TEXT = (
    "Latvian Foreign Minister Ilze Ozola met her Peruvian counterpart Juan Soto in Riga on Tuesday. "
    "Ambassador Rosa Quispe and adviser Janis Berzins were also present. "
)
OZOLA, SOTO = person("Ilze Ozola", country="LVA"), person("Juan Soto", country="PER")
QUISPE = person("Rosa Quispe", "ambassador", "PER", s=[2])
BERZINS = person("Janis Berzins", "adviser", "LVA", s=[2])


def test_who_sat_in_was_at_the_meeting_told_before():
    told = [
        meeting(OZOLA, SOTO, countries=["LVA", "PER"]),
        meeting(QUISPE, BERZINS, s=[2], countries=["PER", "LVA"]),
    ]
    found = read(TEXT, meetings=told)
    (only,) = found.meetings
    assert {attendee.meeting for attendee in found.attendees} == {only.id}
    assert len(found.attendees) == 4
    assert "merged_duplicate" in codes(found)


def test_who_signed_was_at_the_meeting_told_before():
    text = TEXT + "Ozola and Soto signed a memorandum of understanding on fisheries."
    told = [
        meeting(OZOLA, SOTO, countries=["LVA", "PER"]),
        meeting(
            person("Ozola", country="LVA", s=[3]),
            person("Soto", country="PER", s=[3]),
            s=[3],
            countries=["LVA", "PER"],
        ),
    ]
    found = read(
        text,
        meetings=told,
        mous=[mou("memorandum of understanding on fisheries", s=[3], parties=["LVA", "PER"])],
    )
    assert len(found.meetings) == 1
    assert len(found.attendees) == 2
    assert found.mous[0].meeting == found.meetings[0].id


@pytest.mark.parametrize(
    "second",
    [
        "Later President Guntis Liepa received Soto, ambassador Rosa Quispe was present.",
        "On Wednesday Ozola and Soto met again in Jurmala, ambassador Rosa Quispe was present.",
    ],
)
def test_another_counterpart_day_or_place_is_another_meeting(second):
    text = (
        "Latvian Foreign Minister Ilze Ozola met her Peruvian counterpart Juan Soto in Riga on Tuesday. "
        + second
    )
    other = (
        person("Guntis Liepa", "head_of_state", "LVA", s=[2])
        if "Liepa" in second
        else person("Ozola", country="LVA", s=[2])
    )
    told = [
        meeting(OZOLA, SOTO, countries=["LVA", "PER"], place="Riga", date="on Tuesday"),
        meeting(other, person("Soto", country="PER", s=[2]), s=[2], countries=["LVA", "PER"]),
    ]
    assert len(read(text, meetings=told).meetings) == 2


VISITS = [
    ("El ministro Juan Soto llegó en visita oficial y se reunió con Ilze Ozola.", "es", "official"),
    ("Juan Soto traf Ilze Ozola; es ist ein Arbeitsbesuch.", "de", "working"),
    ("국빈 방문한 Juan Soto 대통령이 Ilze Ozola 대통령과 회담했다.", "ko", "state"),
    ("Juan Soto met Ilze Ozola.", "en", None),
    ("Juan Soto met Ilze Ozola. It was a working visit, unlike the state visit of 2020.", "en", None),
]


@pytest.mark.parametrize(("text", "language", "rank"), VISITS)
def test_the_rank_of_a_visit_is_that_of_the_articles_words(text, language, rank):
    (found,) = read(text, language, meetings=[meeting(SOTO, OZOLA, countries=["PER", "LVA"])]).meetings
    assert found.visit_type == rank
