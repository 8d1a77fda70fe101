"""Links: an instrument and the meeting that frames it, with the day and the sides that it takes over."""

import pytest

from tests.answering import agreement, meeting, mou, person, read

MET = "Ilze Kalna of Latvia received Diego Quispe of Peru in Riga on Tuesday."
SIGNED = "They signed an agreement on fisheries."


def talks(**more):
    people = (person("Ilze Kalna", country="LVA", role="host"), person("Diego Quispe", country="PER"))
    return meeting(*people, countries=["LVA", "PER"], **more)


def linked(text=f"{MET} {SIGNED}", title="agreement on fisheries", *, s=(2,), met=None, **more):
    found = read(text, meetings=[met or talks()], agreements=[agreement(title, s=list(s), **more)])
    (record,) = found.agreements
    return record


def test_what_was_signed_at_a_meeting_takes_over_its_day_and_sides():
    record = linked()
    assert (record.meeting, record.date, record.parties) == ("m1", "2031-06-03", ("LVA", "PER"))
    assert record.shown_by["date"][0].quote == "on Tuesday"
    assert [words.quote for words in record.shown_by["parties"]] == ["Latvia", "Peru"]


def test_what_an_instrument_states_itself_it_keeps():
    text = f"{MET} Peru and Estonia signed an agreement on fisheries on Monday."
    record = linked(text, parties=["PER", "EST"], date="on Monday")
    assert (record.meeting, record.date, record.parties) == ("m1", "2031-06-02", ("PER", "EST"))


def test_one_side_of_two_is_completed():
    assert linked(f"{MET} Peru signed an agreement on fisheries.", parties=["PER"]).parties == ("LVA", "PER")


def test_an_organisation_is_a_party_too():
    assert linked(f"{MET} FAO signed an agreement on fisheries.", orgs=["FAO"]).parties == ()


@pytest.mark.parametrize(
    "met",
    [
        {"background": True},
        {"status": "cancelled"},
        {"status": "postponed"},
        {"status": "planned"},
    ],
)
def test_nothing_is_signed_at_a_meeting_that_was_not_held_now(met):
    assert linked(met=talks(**met)).meeting is None


@pytest.mark.parametrize("status", ["ratified", "in_force", "extended", "terminated"])
def test_what_happened_to_an_old_instrument_belongs_to_no_meeting(status):
    assert linked(status=status).meeting is None


@pytest.mark.parametrize(("met", "meeting_id"), [("planned", "m1"), ("held", None)])
def test_a_planned_signing_belongs_to_a_planned_meeting(met, meeting_id):
    text = "Ilze Kalna of Latvia will meet Diego Quispe of Peru. They will sign an agreement on fisheries."
    assert linked(text, status="planned", met=talks(status=met)).meeting == meeting_id


def test_other_parties_were_elsewhere():
    text = f"{MET} Estonia and Chile signed an agreement on fisheries."
    assert linked(text, parties=["EST", "CHL"]).meeting is None


def test_far_from_its_words_there_is_no_link():
    filler = " ".join(f"The harbour of Riga has {n} old cranes and a lighthouse of stone." for n in range(14))
    assert linked(f"{MET} {filler} {SIGNED}", s=(16,)).meeting is None


def test_the_nearer_of_two_meetings_frames_it():
    text = f"{MET} Then Ilze Kalna of Latvia received Mart Saar of Estonia in Riga. {SIGNED}"
    other = meeting(
        person("Ilze Kalna", country="LVA"),
        person("Mart Saar", country="EST"),
        s=[2],
        countries=["LVA", "EST"],
    )
    found = read(text, meetings=[talks(), other], mous=[mou("agreement on fisheries", s=[3])])
    assert found.meetings[1].countries == ("LVA", "EST")
    assert [record.meeting for record in found.agreements] == ["m2"]
