"""Hints for names in kanji: taken if the kanji can be read so, in any spelling, and refused otherwise."""

import random
import re
from pathlib import Path

import pytest
import yaml

from extractor.normalizing.lexicons import load_table
from extractor.normalizing.names import latin_name
from extractor.normalizing.names.kanji import HAN, kanji_reading

_DATA = Path(__file__).parent / "data"
_ROWS = yaml.safe_load((_DATA / "names_japanese.yaml").read_text(encoding="utf-8"))
_PERSONS = [tuple(tuple(cell.split()) for cell in row.split("|")) for row in _ROWS]
_DRAWS = 1200


def _row(part: str) -> list[list[str]]:
    return [line.split() for line in load_table("kanji_readings")[part].splitlines()]


def test_the_table_of_persons_is_large_enough_to_mean_something():
    assert len(_PERSONS) >= 300
    assert len({written for written, _ in _PERSONS}) == len(_PERSONS)


@pytest.mark.parametrize(("written", "latin"), _PERSONS)
def test_a_name_is_read_in_either_order(written, latin):
    for hint in (" ".join(latin), " ".join(latin[::-1])):
        assert kanji_reading("".join(written), hint) == hint
        assert kanji_reading(" ".join(written), hint) == hint


def _whole(one, other):
    return one[0], f"{other[1][0]} {other[1][1]}", one[0] != other[0]


def _other_given(one, other):
    return one[0], f"{other[1][0]} {one[1][1]}", one[1][0] != other[1][0] and one[0][1] != other[0][1]


def _other_family(one, other):
    return one[0], f"{one[1][0]} {other[1][1]}", one[1][1] != other[1][1] and one[0][0] != other[0][0]


@pytest.mark.parametrize("mixed", [_whole, _other_given, _other_family])
def test_fewer_than_one_in_a_hundred_hints_of_somebody_else_are_read(mixed):
    draw = random.Random(20)
    pairs = (mixed(*draw.sample(_PERSONS, 2)) for _ in range(_DRAWS))
    wrong = [(written, hint) for written, hint, different in pairs if different]
    taken = [row for row in wrong if kanji_reading("".join(row[0]), row[1])]
    assert len(wrong) > _DRAWS * 0.9
    assert len(taken) < len(wrong) / 100, taken


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("砂川敬之", "Takayuki Sunagawa"),
        ("大野優子", "Yūko Ōno"),
        ("大野優子", "Yuuko Oono"),
        ("大野優子", "Yuhko Ohno"),
        ("佐藤健一", "Ken'ichi Satō"),
        ("佐藤健一", "Ken-ichi Satoh"),
        ("上林新平", "Shimpei Kambayashi"),
        ("上林新平", "Shinpei Kanbayashi"),
        ("堀田一平", "Ippei Hotta"),
        ("長谷川徹平", "Teppei Hasegawa"),
        ("井上順子", "Junko Inoue"),
        ("井上順子", "Jyunko Inoue"),
        ("木下まゆみ", "Mayumi Kinoshita"),
        ("木下しゅういち", "Shūichi Kinoshita"),
        ("佐々木奈々", "Nana Sasaki"),
        ("一ノ瀬光る", "Hikaru Ichinose"),
        ("一之瀬光", "Hikaru Ichinose"),
        ("関ヶ原守", "Mamoru Sekigahara"),
        ("渡邊澤子", "Sawako Watanabe"),
        ("渡边泽子", "Sawako Watanabe"),
        ("玉城デニー", "Denny Tamaki"),
        ("勅使河原みちる", "Michiru Teshigawara"),
        ("東海林 さくら", "Sakura Shoji"),
        ("さとう・はなこ", "Hanako Sato"),
    ],
)
def test_spellings_and_sounds_may_differ(written, hint):
    assert kanji_reading(written, hint) == hint


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("砂川敬之", "Shunichi Watanabe"),
        ("砂川敬之", "Shunichi Sunagawa"),
        ("砂川敬之", "Takayuki Watanabe"),
        ("砂川敬之", "Takayuki"),
        ("砂川敬之", "Takayuki Suna"),
        ("砂川敬之", "Takayuki Sunagawa Ichiro"),
        ("砂川 敬之", "Gawatakayuki Suna"),
        ("山田太郎", "Jiro Yamada"),
        ("山田太郎", "Taro Yamamoto"),
        ("佐藤花子", "Hanako Saito"),
        ("佐藤まゆみ", "Mayuko Sato"),
        ("小野優子", "Yuko Oono"),
        ("山田太郎", "Peter Example"),
        ("山田太郎", ""),
    ],
)
def test_what_the_kanji_do_not_say_is_refused(written, hint):
    assert kanji_reading(written, hint) is None


@pytest.mark.parametrize("country", ["JPN", None])
def test_a_refused_hint_leaves_the_name_unread(country):
    assert latin_name("砂川敬之", "Shunichi Watanabe", country).value is None
    assert latin_name("砂川敬之", "Takayuki Sunagawa", country).value.basis == "hint"


def test_a_hint_like_a_japanese_name_is_not_taken_for_pinyin():
    assert latin_name("山崎直子", "Soichi Noguchi", None).value is None


@pytest.mark.parametrize(
    ("written", "hint", "read"),
    [
        ("砂川", "Takayuki Sunagawa", "Sunagawa"),
        ("砂川", "Sunagawa", "Sunagawa"),
        ("砂川", "Takayuki Watanabe", None),
    ],
)
def test_a_family_name_alone_gives_no_given_name(written, hint, read):
    assert kanji_reading(written, hint) == read


@pytest.mark.parametrize(
    ("written", "hint", "taken"),
    [
        ("㐂川敬之", "Takayuki Sunagawa", True),
        ("㐂川敬之", "Takayuki Yamada", False),
        ("㐂川敬之", "Shunichi Sunagawa", False),
        ("㐂 敬太郎", "Keitaro Sunagawa", False),
        ("砂川敬㐂", "Takayuki Sunagawa", False),
        ("川㐂敬", "Takashi Kawayuki", False),
        ("㐂㐂川敬之", "Takayuki Sunagawa", False),
    ],
)
def test_one_kanji_of_the_family_name_may_be_missing_from_the_table(written, hint, taken):
    assert (kanji_reading(written, hint) is not None) is taken


def test_the_table_of_readings_is_sound():
    mora = "(?:(?:[kgsztdnhbpmyrwjf]|sh|ch|ts|[kgnhbpmr]y)?[aeiou]|n|k(?=k)|s(?=s)|t(?=t)|p(?=p)|t(?=ch))+"
    rows = _row("readings") + _row("words")
    assert len({word for word, *_ in rows}) == len(rows) > 2000
    for word, *readings in rows:
        assert readings, word
        assert all(re.fullmatch(mora, reading) for reading in readings), (word, readings)
        assert len(set(readings)) == len(readings), word
    assert all(len(kanji) == 1 and HAN.match(kanji) for kanji, *_ in _row("readings"))
    read = {word for word, *_ in rows}
    assert all(kept in read and not set(variants) & read for kept, variants in _row("variants"))
