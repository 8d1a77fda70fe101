"""Places: where a sentence puts an event, not the cities that it only names."""

import pytest

from tests.answering import meeting, person, read

PLACES = [  # text, language, names, place, state
    ("Ilze Kalna met Diego Quispe in Oslo.", "en", "Oslo", "NOR"),
    ("Ilze Kalna met Diego Quispe, Oslo said.", "en", None, None),
    ("OSLO, 3 June - Ilze Kalna met Diego Quispe.", "en", "OSLO", "NOR"),
    ("Ilze Kalna traf Diego Quispe in Wien.", "de", "Wien", "AUT"),
    ("Berlin drängt: Ilze Kalna traf Diego Quispe.", "de", None, None),
    ("Ilze Kalna Budapesten találkozott Diego Quispével.", "hu", "Budapesten", "HUN"),
    ("Ilze Kalna, Ankara'da Diego Quispe ile görüştü.", "tr", "Ankara", "TUR"),
    ("Ilze Kalna se reunió con Diego Quispe en Madrid.", "es", "Madrid", "ESP"),
    ("Ilze Kalna a rencontré Diego Quispe à Paris.", "fr", "Paris", "FRA"),
    ("Ilze Kalna spotkała się z Diego Quispe w Warszawie.", "pl", "Warszawie", "POL"),
    ("Ilze Kalna ha incontrato Diego Quispe a Roma.", "it", "Roma", "ITA"),
]

JOINED = [
    ("김나래가 서울에서 키스페와 회담했다.", "ko", ("김나래", "키스페"), "서울", "KOR"),
    ("佐藤陽子は東京でキスペと会談した。", "ja", ("佐藤陽子", "キスペ"), "東京", "JPN"),
    ("林海涛在北京会见基斯佩。", "zh", ("林海涛", "基斯佩"), "北京", "CHN"),
    ("Илья Громов встретился с Диего Киспе в Москве.", "ru", ("Илья Громов", "Диего Киспе"), "Москве", "RUS"),
    ("التقى سامر الخطيب دييغو كيسبي في الرباط.", "ar", ("سامر الخطيب", "دييغو كيسبي"), "الرباط", "MAR"),
]  # fmt: skip


def place(text, language, names=("Ilze Kalna", "Diego Quispe"), **more):
    (met,) = read(text, language, meetings=[meeting(*(person(name) for name in names), **more)]).meetings
    return met.place_as_written, met.country


@pytest.mark.parametrize(("text", "language", "words", "state"), PLACES)
def test_an_event_is_where_a_locative_puts_it(text, language, words, state):
    assert place(text, language) == (words, state)


@pytest.mark.parametrize(("text", "language", "names", "words", "state"), JOINED)
def test_an_event_is_where_a_particle_puts_it(text, language, names, words, state):
    assert place(text, language, names) == (words, state)


def test_the_llm_may_point_at_a_place_that_code_does_not_see():
    text = "Ilze Kalna met Diego Quispe at the Castle of Peace, Oslo."
    assert place(text, "en", place="Oslo") == ("Oslo", "NOR")


def test_a_place_that_the_text_does_not_name_is_none():
    assert place("Ilze Kalna met Diego Quispe.", "en", place="Vienna") == (None, None)


def test_the_headline_places_what_the_article_opens_with():
    body = "Ilze Kalna met Diego Quispe on Tuesday for talks about ports, fish and the weather of the coast."
    text = f"Latvia and Peru hold talks in Oslo\n\n{body}"
    assert place(text, "en", s=[2]) == ("Oslo", "NOR")
    assert place(text, "en", s=[2], background=True) == (None, None)
