"""Titles: the whole phrase of an office beside a name, before it or behind it, and nothing else's words."""

import pytest

from extractor.resolving.offices import PLAIN, heads_in
from tests.answering import meeting, person, read

OTHER = {
    "ko": "키스페",
    "ja": "キスペ",
    "zh": "基斯佩",
    "ru": "Диего Киспе",
    "uk": "Дієго Кіспе",
    "kk": "Диего Киспе",
    "ar": "كيسبي",
}

WHOLE = [  # text, language, name, title
    ("Trade and Fisheries Minister Ann Holt met Diego Quispe.", "en", "Ann Holt", "Trade and Fisheries Minister"),
    ("It was signed by Peru's deputy minister for fisheries, Ann Holt, and Diego Quispe.", "en", "Ann Holt", "Peru's deputy minister for fisheries"),
    ("The Minister of Home Affairs, Ms Ann Holt, met Diego Quispe.", "en", "Ann Holt", "Minister of Home Affairs"),
    ("Latvian Acting Prime Minister Ann Holt met Diego Quispe.", "en", "Ann Holt", "Latvian Acting Prime Minister"),
    ("Ann Holt, director of the harbour, and Diego Quispe met.", "en", "Ann Holt", "director of the harbour"),
    ("Talks were held with Home Affairs Minister Ann Holt and Diego Quispe.", "en", "Ann Holt", "Home Affairs Minister"),
    ("Er traf den peruanischen Außenminister Diego Quispe und Otto Brandner.", "de", "Otto Brandner", None),
    ("Sie traf ihren lettischen Kollegen Otto Brandner und Diego Quispe.", "de", "Otto Brandner", "lettischen Kollegen"),
    ("Die Ministerin für Wirtschaft und Handel, Eva Kern, traf Diego Quispe.", "de", "Eva Kern", "Ministerin für Wirtschaft und Handel"),
    ("La ministre lettone de la Pêche, Lise Morel, a reçu Diego Quispe.", "fr", "Lise Morel", "ministre lettone de la Pêche"),
    ("L'ambassadrice du Pérou au Ghana, Mme Lise Morel, a reçu Diego Quispe.", "fr", "Lise Morel", "ambassadrice du Pérou au Ghana"),
    ("Luc Morel et son homologue chilienne Lise Prat ont reçu Diego Quispe.", "fr", "Lise Prat", "homologue chilienne"),
    ("El ministro chileno de Pesca, Luis Pardo, recibió a Diego Quispe.", "es", "Luis Pardo", "ministro chileno de Pesca"),
    ("A ministra do Mar, Ana Pardo, recebeu Diego Quispe.", "pt", "Ana Pardo", "ministra do Mar"),
    ("Il primo ministro cileno Aldo Neri ha ricevuto Diego Quispe.", "it", "Aldo Neri", "primo ministro cileno"),
    ("Министр обороны и транспорта Чили Илья Громов принял Диего Киспе.", "ru", "Илья Громов", "Министр обороны и транспорта Чили"),
    ("Он встретился с чилийским министром рыболовства Ильей Громовым, там был Диего Киспе.", "ru", "Ильей Громовым", "чилийским министром рыболовства"),
    ("Посол в Лиме Илья Громов принял Диего Киспе.", "ru", "Илья Громов", "Посол в Лиме"),
    ("Міністр освіти Чилі Олег Гай зустрівся з Дієго Кіспе.", "uk", "Олег Гай", "Міністр освіти Чилі"),
    ("Wiceminister rybołówstwa Adam Lis przyjął Diego Quispe.", "pl", "Adam Lis", "Wiceminister rybołówstwa"),
    ("Spotkał się z chilijskim ministrem handlu Adamem Lisem i Diego Quispe.", "pl", "Adamem Lisem", "chilijskim ministrem handlu"),
    ("Kovács Réka vízügyi államtitkár fogadta Diego Quispét.", "hu", "Kovács Réka", "vízügyi államtitkár"),
    ("Az ülésen ott volt Kovács Réka, a kikötő igazgatója, és Diego Quispe.", "hu", "Kovács Réka", "kikötő igazgatója"),
    ("Tárgyalt a miniszter és chilei kollégája, Kovács Réka, valamint Diego Quispe.", "hu", "Kovács Réka", "chilei kollégája"),
    ("Şili Balıkçılık Bakanı Elif Aksoy, Diego Quispe ile görüştü.", "tr", "Elif Aksoy", "Şili Balıkçılık Bakanı"),
    ("Bakan ile Şilili mevkidaşı Elif Aksoy, Diego Quispe ile görüştü.", "tr", "Elif Aksoy", "Şilili mevkidaşı"),
    ("Чилидің балық шаруашылығы министрі Айдар Сәкен Диего Киспемен кездесті.", "kk", "Айдар Сәкен", "Чилидің балық шаруашылығы министрі"),
    ("김나래 칠레 수산부 제1차관이 키스페와 만났다.", "ko", "김나래", "칠레 수산부 제1차관"),
    ("김나래(金나래) 페루 외교장관이 키스페와 만났다.", "ko", "김나래", "페루 외교장관"),
    ("김나래 국가안보실장과 키스페가 만났다.", "ko", "김나래", "국가안보실장"),
    ("チリの佐藤陽子水産次官がキスペと会談した。", "ja", "佐藤陽子", "水産次官"),
    ("外相の佐藤陽子がキスペと会談した。", "ja", "佐藤陽子", "外相"),
    ("智利总理林海涛会见基斯佩。", "zh", "林海涛", "智利总理"),
    ("会见智利外交部长林海涛和基斯佩。", "zh", "林海涛", "智利外交部长"),
    ("استقبل وزير الصيد التشيلي الشيخ سامر الخطيب كيسبي.", "ar", "سامر الخطيب", "وزير الصيد التشيلي"),
    ("التقى كيسبي سفيرة تشيلي لدى غانا سمر الخطيب.", "ar", "سمر الخطيب", "سفيرة تشيلي لدى غانا"),
]  # fmt: skip

SHARED = [  # one noun for several names
    ("Presidents Ann Holt and Bo Ek met Diego Quispe.", "en", "Bo Ek", "Presidents"),
    ("Президенты Чили и Перу Илья Громов и Олег Гай приняли Диего Киспе.", "ru", "Олег Гай", "Президенты Чили и Перу"),
    ("Los presidentes de Chile, Luis Pardo, y de Cuba, Ana Ruiz, recibieron a Diego Quispe.", "es", "Ana Ruiz", "presidentes"),
]  # fmt: skip

NONE = [  # what stands near is another's, or no title
    ("The minister thanked Ann Holt and Diego Quispe for the meeting.", "en", "Ann Holt"),
    ("Mr Ann Holt met Diego Quispe.", "en", "Ann Holt"),
    ("After the talks with the minister, Ann Holt flew to see Diego Quispe.", "en", "Ann Holt"),
    ("President Tom Brown and Ann Holt met Diego Quispe.", "en", "Ann Holt"),
    ("Ann Holt, Foreign Minister Tom Brown and Diego Quispe met.", "en", "Ann Holt"),
    ("Министр поблагодарил Илью Громова и Диего Киспе за встречу.", "ru", "Илью Громова"),
    ("Президент Чили и Илья Громов приняли Диего Киспе.", "ru", "Илья Громов"),
    ("Министр обороны Олег Гай и Илья Громов приняли Диего Киспе.", "ru", "Илья Громов"),
    ("Le ministre a remercié Lise Morel et Diego Quispe de la rencontre.", "fr", "Lise Morel"),
    ("A miniszter, Kovács Réka és Diego Quispe tárgyalt.", "hu", "Kovács Réka"),
    ("김나래와 외교장관이 키스페를 만났다.", "ko", "김나래"),
    ("林海涛同智利总统基斯佩会谈。", "zh", "林海涛"),
    ("الشيخ سامر الخطيب استقبل كيسبي.", "ar", "سامر الخطيب"),
]  # fmt: skip


def attended(text, language, name, office="other"):
    other = next(
        n
        for n in ("Diego Quispét", "Киспемен", OTHER.get(language, "Diego Quispe"), "Диего Киспе")
        if n in text
    )
    found = read(
        text, language, meetings=[meeting(person(name, office), person(other, "other"), countries=[])]
    )
    return next(one for one in found.attendees if one.name_as_written == name)


@pytest.mark.parametrize(("text", "language", "name", "title"), [*WHOLE, *SHARED])
def test_the_title_is_the_whole_phrase(text, language, name, title):
    assert attended(text, language, name).title_as_written == title


@pytest.mark.parametrize(("text", "language", "name"), NONE)
def test_what_is_not_theirs_is_no_title(text, language, name):
    assert attended(text, language, name).title_as_written is None


def test_a_title_told_before_is_taken_over():
    text = "Foreign Minister Ann Holt flew to Lima. Holt met Diego Quispe."
    found = read(text, meetings=[meeting(person("Holt", s=[2]), person("Diego Quispe", s=[2]), s=[2])])
    assert found.attendees[0].title_as_written == "Foreign Minister"


def test_what_is_said_later_of_somebody_is_not():
    text = "Ann Holt met Diego Quispe. Queen Ann Holt signed, a reader claims."
    assert attended(text, "en", "Ann Holt").title_as_written is None


@pytest.mark.parametrize(
    ("text", "language", "name", "said", "office"),
    [
        ("Ann Holt, director of the harbour, met Diego Quispe.", "en", "Ann Holt", "other_minister", "other"),
        ("Министр рыболовства Илья Громов принял Диего Киспе.", "ru", "Илья Громов", "deputy_minister", "other_minister"),
        ("Премьер-министрдің орынбасары Айдар Сәкен Диего Киспемен кездесті.", "kk", "Айдар Сәкен", "head_of_government", "deputy_head"),
        ("Foreign Minister Bo Ek and his counterpart Ann Holt met Diego Quispe.", "en", "Ann Holt", "other", "foreign_minister"),
        ("チリの佐藤陽子経済次官がキスペと会談した。", "ja", "佐藤陽子", "other_minister", "deputy_minister"),
        ("Kovács Réka, az ügynökség vezetője, fogadta Diego Quispét.", "hu", "Kovács Réka", "other_minister", "other"),
    ],
)  # fmt: skip
def test_the_head_of_the_title_gives_the_office(text, language, name, said, office):
    assert attended(text, language, name, said).office == office


def test_heads_without_an_office_have_kinds_of_their_own():
    assert [head.kind for head in heads_in("director")] == [PLAIN]
