import re
from random import Random

import pytest

from evals.cases import TYPES
from evals.gold import TRAINING
from extractor.article import Span
from extractor.normalizing.places import find_countries
from tests.training.labelled import PORTS, QUIET, labelled
from training.augmenting import amounting, countries, dating, mixing, naming
from training.augmenting.editing import Piece, faults, rearranged, replaced
from training.augmenting.making import Maker
from training.augmenting.persons import Name, listed, names_of, plain, pools_of
from training.data import labelled as articles_of

SEEDS = range(8)
MANY = articles_of(TRAINING, 60)
POOLS = pools_of(articles_of(TRAINING))
ENGLISH = tuple(Name(parts, parts) for parts in (("Ada", "Quill"), ("Tom", "Birch"), ("Rolf", "Ames")))
KOREAN = labelled(
    "# 한-르완다 외교장관 회담\n\n하도윤 외교부 장관은 17일 서울에서 클로드 무가보 르완다 외교장관과 회담했다. "
    "하 장관은 르완다의 지지에 사의를 표했다. 무가보 장관은 18일 출국한다.",
    "M talks KOR RWA @KOR | d=2030-04-17:17일 | p=서울 | > 하도윤 외교부 장관은 17일 … 회담했다",
    "A Ha Do-yun=하도윤 | foreign_minister KOR | t=외교부 장관",
    "A Claude Mugabo=클로드 무가보 | foreign_minister RWA | t=르완다 외교장관",
    name="ko-x1",
    day="2030-04-18",
)


def key_without(one, *names):
    """Return the records of a key without some fields, and without the places of evidence."""
    return [
        (kind, {name: value for name, value in record.items() if name not in {"evidence", *names}})
        for kind, record in one.records
    ]


def tried(change, *given):
    """Return the different results of a change with several seeds; those that are none left out."""
    found = [change(*given, Random(seed)) for seed in SEEDS]
    return [one for one in found if one is not None]


def span_of(text, words):
    start = text.index(words)
    return Span(start, start + len(words))


# --- editing


def test_a_replaced_word_moves_the_evidence_behind_it():
    changed = replaced(PORTS, {span_of(PORTS.text, "Oslo on"): "Trondheim on"}, str)
    assert not [one for one in faults(changed) if "Oslo" not in one]
    assert changed.key["records"]["meetings"][0]["evidence"][0]["quote"].endswith("in Trondheim on Monday")
    assert changed.key["records"]["trade_figures"][0]["evidence"][0]["start"] == (
        PORTS.key["records"]["trade_figures"][0]["evidence"][0]["start"] + 5
    )


def test_evidence_that_is_torn_is_refused():
    middle = PORTS.text.index("Ekdal met")
    torn = [Piece(PORTS.text[:middle], 0), Piece("NOISE", None), Piece(PORTS.text[middle:], middle)]
    assert rearranged(PORTS, torn) is None
    assert rearranged(PORTS, [Piece(PORTS.text[:middle], 0)]) is None


def test_the_same_pieces_give_the_same_article():
    same = rearranged(PORTS, [Piece(PORTS.text, 0)])
    assert (same.article, same.key) == (PORTS.article, PORTS.key)


# --- names


def test_a_name_is_exchanged_wherever_it_stands_and_in_all_labels():
    for one in tried(naming.renamed, PORTS, ENGLISH):
        assert faults(one) == ()
        assert not re.search("Ekdal|Ona|Sotomayor|Juan", one.text + str(one.key))
        assert key_without(one, "name", "name_as_written", "signatories", "attributed_to") == key_without(
            PORTS, "name", "name_as_written", "signatories", "attributed_to"
        )
    assert tried(naming.renamed, PORTS, ENGLISH)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Ona Ekdal kept Ekdals promise to Juan Sotomayor.", "Ona Ekdal"),  # an ending
        ("Ona Ekdal’s aide met Juan Sotomayor.", "Ona Ekdal"),
        ("Ona Ekdal and the ekdal song, said Juan Sotomayor.", "Ona Ekdal"),  # another word
    ],
)
def test_a_name_that_may_be_inflected_stays(text, written):
    one = labelled(
        f"# Headline\n\n{text}",
        f"M talks NOR CHL | > {text[:12]}",
        f"A {written} | other NOR | > {written}",
        "A Juan Sotomayor | other CHL | > Juan Sotomayor",
    )
    found = tried(naming.renamed, one, ENGLISH)
    assert found
    assert all(written in each.text and "Sotomayor" not in each.text for each in found)


def test_the_family_name_of_a_korean_before_a_title_goes_with_the_whole():
    found = tried(naming.renamed, KOREAN, listed("ko"))
    assert found
    for one in found:
        written = plain(one.key["records"]["attendees"][0]["name_as_written"])
        assert f"{written[0]} 장관은" in one.text
        assert "하 장관" not in one.text
        assert faults(one) == ()


def test_a_korean_particle_keeps_the_sound_before_it():
    assert naming.keeps_sound("르완다의", span_of("르완다의", "르완다"), "케냐")
    assert not naming.keeps_sound("르완다와", span_of("르완다와", "르완다"), "바레인")


def test_inflected_cyrillic_names_are_no_names_to_exchange():
    one = labelled(
        "# Встреча\n\nМинистр Иван Петров встретился с Анной Лебедевой.",
        "M talks RUS KAZ | > Министр Иван Петров встретился",
        "A Ivan Petrov=Иван Петров | other RUS | > Иван Петров",
        "A Anna Lebedeva=Анной Лебедевой | other KAZ | > Анной Лебедевой",
        name="ru-x1",
    )
    assert [name.parts for name in names_of(one)] == [("Иван", "Петров")]


def test_listed_names_are_parted_once_and_latin():
    for language in ("ko", "ja", "zh"):
        for name in listed(language):
            assert name.parts[0].startswith(name.family)
            assert name.latin[0].isascii()


# --- amounts


def test_an_amount_has_other_digits_and_the_value_that_they_say():
    found = tried(amounting.amounted, PORTS)
    assert found
    for one in found:
        figure = one.key["records"]["trade_figures"][0]
        digits = re.fullmatch(r"(\d\.\d) billion dollars", figure["value_as_written"])[1]
        assert float(figure["value"]) == pytest.approx(float(digits) * 1e9)
        assert faults(one) == ()
        assert key_without(one, "value", "value_as_written") == key_without(
            PORTS, "value", "value_as_written"
        )
        assert "2029" in one.text


@pytest.mark.parametrize("written", ["2.1 to 2.4 billion dollars", "a few billion dollars", "2024"])
def test_ranges_words_and_years_stay(written):
    top = "v=2100000000..2400000000 USD" if " to " in written else "v=2000000000 USD"
    one = labelled(
        f"# Headline\n\nExports to Norway were {written}.",
        f"F exports CHL>NOR | {top} | w={written} | > Exports to Norway were {written}",
    )
    assert tried(amounting.amounted, one) == []


def test_an_amount_that_a_title_repeats_stays():
    one = labelled(
        "# Headline\n\nThey signed a loan agreement of 64 million euros. Loans: 64 million euros.",
        "G agreement signed NOR CHL | loan agreement of 64 million euros => Loan of 64 million euros "
        "| d=- | > signed a loan agreement of 64 million euros",
        "F loan_grant NOR>CHL | v=64000000 EUR | w=64 million euros | > Loans: 64 million euros",
    )
    assert tried(amounting.amounted, one) == []


# --- days


def test_an_article_moves_by_whole_weeks():
    found = tried(dating.shifted, PORTS)
    assert found
    for one in found:
        day = int(one.article["reference_date"][-2:])
        assert day % 7 == 6
        assert f"OSLO, {day} March 2030" in one.text
        assert one.key["records"]["meetings"][0]["date"] == f"2030-03-{day - 2:02}"
        assert one.key["records"]["agreements"][0]["date"] == f"2030-03-{day - 2:02}"
        assert one.key["records"]["trade_figures"][0]["period"] == "2029"
        assert faults(one) == ()


def test_korean_days_are_written_anew():
    for one in tried(dating.shifted, KOREAN):
        meeting = one.key["records"]["meetings"][0]
        assert meeting["date_as_written"] == f"{int(meeting['date'][-2:])}일"
        assert meeting["date_as_written"] in one.text
    assert tried(dating.shifted, KOREAN)


@pytest.mark.parametrize(
    "text", ["They met on 4th March in Oslo.", "They met on 28 February in Oslo.", "They met in Oslo."]
)
def test_days_that_cannot_be_written_anew_keep_the_article_where_it_is(text):
    one = labelled(
        f"# Headline\n\n{text}", f"M talks NOR CHL | d=2030-02-28:- | > {text[:-1]}", day="2030-03-06"
    )
    assert tried(dating.shifted, one) == []


# --- states


def test_a_state_is_exchanged_in_text_and_codes():
    found = tried(countries.resettled, KOREAN)
    assert found
    for one in found:
        codes = plain(one.key["records"]["meetings"][0]["countries"])
        assert codes[0] == "KOR"
        assert codes[1] != "RWA"
        assert "르완다" not in one.text
        told = {code for place in find_countries(one.text, "ko") for code in place.codes}
        assert codes[1] in told
        assert one.key["records"]["attendees"][1]["country"] == codes[1]
        assert faults(one) == ()


@pytest.mark.parametrize(
    "words", ["The Chilean spoke first.", "Santiago said no.", "Chilenos cheered in Chile."]
)
def test_a_state_named_in_other_words_too_stays(words):
    one = labelled(
        f"# Headline\n\nNorway met Chile in Oslo. {words}", "M talks NOR CHL @NOR | > Norway met Chile"
    )
    assert all("CHL" in str(each.key) for each in tried(countries.resettled, one))


def test_the_host_of_a_meeting_stays():
    assert all("NOR" in str(one.key) for one in tried(countries.resettled, PORTS))


# --- surroundings


@pytest.mark.parametrize("change", [mixing.shortened, mixing.reordered])
def test_sentences_go_or_change_places_while_the_key_stays(change):
    found = tried(change, PORTS)
    assert found
    for one in found:
        assert one.text != PORTS.text
        assert key_without(one) == key_without(PORTS)
        assert faults(one) == ()


def test_noise_is_new_words_of_the_language_and_nothing_else():
    for one in tried(mixing.with_noise, PORTS, ["Fish strike ends"]):
        old, new = PORTS.text.split("\n"), one.text.split("\n")
        assert [line for line in new if line in old and line] == [line for line in old if line]
        assert "Fish strike ends" in new
        assert key_without(one) == key_without(PORTS)
        assert faults(one) == ()


def test_a_language_without_noise_has_none():
    assert mixing.with_noise(labelled("# T\n\nText.", name="xx-x1"), [], Random(1)) is None


def test_an_article_without_records_is_put_beside_another():
    for one in tried(mixing.joined, PORTS, QUIET):
        assert "boat of bread" in one.text
        assert key_without(one) == key_without(PORTS)
        assert faults(one) == ()
    assert tried(mixing.joined, QUIET, PORTS) == []


# --- all together


@pytest.mark.parametrize("language", sorted(POOLS))
def test_what_is_made_of_the_training_articles_is_sound(language):
    own = [one for one in MANY if one.article["language"] == language]
    made = list(Maker(own).made(1))
    for one in made:
        assert faults(one) == ()
        assert one.changes
    assert len({one.article["id"] for one in made}) == len(made)


MEANT = {
    "names": {"name", "name_as_written", "title_as_written", "signatories", "attributed_to"},
    "amounts": {"value", "value_as_written"},
    "dates": {"date", "date_as_written", "period", "period_as_written", "valid_from", "valid_until"},
    "countries": {"country", "countries", "parties", "from_country", "to_country", "title_as_written"},
}


def test_only_what_is_meant_changes_in_a_key():
    by_name = {one.article["id"]: one for one in MANY}
    for made in Maker(MANY[:24]).made(1):
        meant = set().union(*(MEANT.get(change, set()) for change in made.changes))
        if {"dates", "countries"} & set(made.changes):
            meant |= {"attributed_to", "place_as_written", "party_organisations", "name_as_written"}
        old = by_name[made.article["id"].partition("+")[0]]
        assert key_without(made, *meant) == key_without(old, *meant)
        assert [len(made.key["records"][kind]) for kind in TYPES] == [
            len(old.key["records"][kind]) for kind in TYPES
        ]


def test_the_same_seed_makes_the_same_articles():
    few = [PORTS, KOREAN, QUIET]
    first, again, other = ([(one.text, one.key) for one in Maker(few, seed).made(2)] for seed in (1, 1, 2))
    assert first == again
    assert first != other
