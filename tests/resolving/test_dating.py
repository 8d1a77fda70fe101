"""Dates of events: those of their own sentence, near the day of the article, and no day rather than a wrong one."""

import pytest

from tests.answering import meeting, person, read

WHO = {
    "en": ("Ilze Kalna", "Diego Quispe"),
    "de": ("Ilze Kalna", "Diego Quispe"),
    "es": ("Ilze Kalna", "Diego Quispe"),
}

TOLD = [  # text, language, date, its words
    ("Ilze Kalna met Diego Quispe on Tuesday.", "en", "2031-06-03", "on Tuesday"),
    ("Ilze Kalna met Diego Quispe yesterday.", "en", "2031-06-03", "yesterday"),
    ("Ilze Kalna met Diego Quispe on 30 May.", "en", "2031-05-30", "on 30 May"),
    ("Ilze Kalna traf gestern Diego Quispe.", "de", "2031-06-03", "gestern"),
    ("Ilze Kalna se reunió el lunes con Diego Quispe.", "es", "2031-06-02", "el lunes"),
    ("Ilze Kalna met Diego Quispe, who was born on 3 May 1990.", "en", None, None),
    ("Ilze Kalna met Diego Quispe, in office since 2019.", "en", None, None),
    ("Ilze Kalna met Diego Quispe to speak of the summit of 9 September 2031.", "en", None, None),
    ("Ilze Kalna met Diego Quispe.", "en", None, None),
]


def met(text, language="en", *, day=None, **more):
    draft = meeting(*(person(name) for name in WHO[language]), **more)
    extra = {"day": day} if day else {}
    return read(text, language, meetings=[draft], **extra)


@pytest.mark.parametrize(("text", "language", "date", "words"), TOLD)
def test_an_event_is_dated_by_a_near_day_of_its_sentence(text, language, date, words):
    (one,) = met(text, language).meetings
    assert (one.date, one.date_as_written) == (date, words)


def test_the_day_of_the_dateline_is_no_event_s():
    text = "RIGA, 4 June 2031 (Example) - Ilze Kalna met Diego Quispe."
    assert met(text).meetings[0].date is None


def test_a_dateline_that_is_a_sentence_is_no_event_s():
    text = "Latvia and Peru\n\nRiga, 4 June 2031. Ilze Kalna met Diego Quispe in Riga for talks about ports and fish."
    found = met(text, s=[3])
    assert found.article.reference_date == "2031-06-04"
    assert found.meetings[0].date is None


def test_the_sentence_before_may_say_when():
    text = "On Tuesday the guests came to Riga. Ilze Kalna met Diego Quispe that day."
    assert met(text, s=[2]).meetings[0].date == "2031-06-03"


@pytest.mark.parametrize(
    ("words", "status", "background", "date"),
    [
        ("on 10 June", "planned", False, "2031-06-10"),
        ("on 10 June", "held", False, None),
        ("in March 2029", "held", True, "2029-03"),
        ("in March 2032", "held", True, None),
        ("in March 2032", "planned", False, "2032-03"),
        ("in March 2029", "planned", False, None),
    ],
)
def test_a_recalled_event_lies_before_the_day_and_a_planned_one_after(words, status, background, date):
    text = f"Ilze Kalna of Latvia and Diego Quispe of Peru: a meeting {words} was mentioned too."
    assert met(text, status=status, background=background, countries=["LVA", "PER"]).meetings[0].date == date


@pytest.mark.parametrize(("status", "date"), [("held", "2031-05-30"), ("planned", "2032-05-30")])
def test_a_bare_day_is_the_nearest_on_its_side(status, date):
    text = "Ilze Kalna of Latvia and Diego Quispe of Peru meet on 30 May."
    assert met(text, status=status, date="30 May", countries=["LVA", "PER"]).meetings[0].date == date


def test_words_that_are_not_in_the_text_give_way_to_those_that_are():
    assert met("Ilze Kalna met Diego Quispe on Tuesday.", date="on Friday").meetings[0].date == "2031-06-03"
