"""Cues: an instrument's own word decides its kind, in any language, in any inflection."""

import pytest

from extractor.resolving.cues import (
    MOU,
    names_instrument,
    names_mixed_group,
    nearest,
    says,
    statuses,
    title_kind,
)

TITLES = [
    ("memorandum of understanding on ports", MOU),
    ("three MoUs", MOU),
    ("해양 안전에 관한 양해각서", MOU),
    ("egyetértési megállapodást", MOU),
    ("меморандум о сотрудничестве", MOU),
    ("谅解备忘录", MOU),
    ("協力覚書", MOU),
    ("مذكرة تفاهم في مجال الأمن الغذائي", MOU),
    ("ومذكرتي تفاهم", MOU),
    ("mutabakat zaptı", MOU),
    ("protocole d'accord sur l'énergie", MOU),
    ("protocollo d'intesa", MOU),
    ("memorando de entendimiento", MOU),
    ("Absichtserklärung", "letter_of_intent"),
    ("szándéknyilatkozatot", "letter_of_intent"),
    ("протокол о намерениях", "letter_of_intent"),
    ("Notenwechsel", "exchange_of_notes"),
    ("交換公文", "exchange_of_notes"),
    ("gemeinsame Erklärung", "joint_declaration"),
    ("Budapesti Nyilatkozatot", "joint_declaration"),
    ("совместное заявление", "joint_declaration"),
    ("공동성명", "joint_declaration"),
    ("联合声明", "joint_declaration"),
    ("بيان مشترك", "joint_declaration"),
    ("Déclaration de Paris", "joint_declaration"),
    ("jegyzőkönyvet", "protocol"),
    ("의정서", "protocol"),
    ("议定书", "protocol"),
    ("дорожная карта по логистике", "programme"),
    ("2026-2028 eylem planı", "programme"),
    ("로드맵", "programme"),
    ("Friedensvertrag und Staatsvertrag", "treaty"),
    ("tratado de extradición", "treaty"),
    ("조약", "treaty"),
    ("공급 계약", "contract"),
    ("Rohstoffabkommen", "agreement"),
    ("légiközlekedési megállapodást", "agreement"),
    ("соглашение о взаимной правовой помощи", "agreement"),
    ("자유무역협정(FTA)", "agreement"),
    ("اتفاقية لتجنب الازدواج الضريبي", "agreement"),
    ("ulaştırma anlaşması", "agreement"),
    ("umowa o współpracy", "agreement"),
    ("угоду про вільну торгівлю", "agreement"),
    ("келісім", "agreement"),
    ("die Öffnung eines Konsulats", None),
    ("digital education", None),
    ("", None),
]

STATUSES = [
    ("Sie unterzeichneten ein Abkommen", "signed"),
    ("양해각서에 서명했다", "signed"),
    ("협정을 체결했다", "signed"),
    ("megállapodást írtak alá, aláírták", "signed"),
    ("подписано соглашение", "signed"),
    ("签署了协议", "signed"),
    ("ووقع الجانبان اتفاقية", "signed"),
    ("firmaron un tratado", "signed"),
    ("imzalandı", "signed"),
    ("elfogadták a nyilatkozatot", "adopted"),
    ("приняли декларацию", "adopted"),
    ("채택했다", "adopted"),
    ("ratifizierte das Abkommen", "ratified"),
    ("발효됐다", "in_force"),
    ("soll im Herbst unterzeichnet werden", "planned"),
    ("планируется подписать", "planned"),
    ("체결할 예정이다", "planned"),
    ("imzalanması bekleniyor", "planned"),
    ("sie haben vereinbart", "agreed"),
    ("합의했다", "agreed"),
    ("acordaron abrir un consulado", "agreed"),
]


@pytest.mark.parametrize(("title", "kind"), TITLES)
def test_the_titles_own_word_decides(title, kind):
    assert title_kind(title) == kind


@pytest.mark.parametrize(("words", "status"), STATUSES)
def test_words_of_status_are_known(words, status):
    assert status in statuses(words)


@pytest.mark.parametrize(
    "words",
    [
        "계약과 양해각서 26건",
        "51项合作协议和谅解备忘录",
        "34 agreements and memoranda",
        "a treaty and an MOU",
    ],
)
def test_a_mixed_group_is_seen_as_such(words):
    assert names_mixed_group(words)


@pytest.mark.parametrize("words", ["three memoranda", "two agreements", "양해각서 3건"])
def test_a_plain_group_is_not_mixed(words):
    assert not names_mixed_group(words)


@pytest.mark.parametrize(
    ("cue", "words"),
    [
        ("wish", "remélik, hogy megállapodás születik"),
        ("wish", "조속히 체결되기를 희망한다"),
        ("wish", "выразил надежду"),
        ("views", "a két ország nézetei megegyeznek"),
        ("views", "双方在多边主义问题上看法一致，意见一致"),
        ("presence", "a tárgyaláson részt vett a nagykövet"),
        ("presence", "배석했다"),
        ("encounter", "14일 서울에서 회담했다"),
        ("encounter", "empfing den Präsidenten"),
        ("undone", "共同文書への署名は見送られた"),
        ("undone", "Das Abkommen wurde nicht unterzeichnet"),
        ("record", "사상 최대를 기록했다"),
        ("record", "erreichten einen Höchststand"),
    ],
)
def test_a_cue_is_heard_in_many_languages(cue, words):
    assert says(cue, words)


@pytest.mark.parametrize("words", ["The weather was fine.", "Das Wetter war schön.", "날씨가 맑았다."])
def test_plain_words_name_no_instrument(words):
    assert not names_instrument(words)
    assert not says("undone", words)


def test_the_nearest_cue_wins():
    words = "exports rose by 5 percent while imports fell by 3 percent"
    assert nearest(("rise", "decline"), words, words.index("5")) == "rise"
    assert nearest(("rise", "decline"), words, words.index("3 percent")) == "decline"


IN_MORE_LANGUAGES = [
    ("Ministerit allekirjoittivat pöytäkirjan.", "protocol", "signed"),
    ("Ministrarna undertecknade ett luftfartsavtal.", "agreement", "signed"),
    ("De skrev under et aftalememorandum.", MOU, "signed"),
    ("Partene undertegnet en rammeavtale.", "agreement", "signed"),
    ("Zij ondertekenden een intentieverklaring.", "letter_of_intent", "signed"),
    ("Υπέγραψαν μνημόνιο κατανόησης.", MOU, "signed"),
    ("Vazirlar qo‘shma bayonotni imzoladilar.", "joint_declaration", "signed"),
    ("Tərəflər sazişi imzalayıblar.", "agreement", "signed"),
    ("Mawaziri walitia saini hati ya makubaliano.", MOU, "signed"),
    ("รัฐมนตรีลงนามบันทึกความเข้าใจ", MOU, "signed"),
    ("Ministri podepsali akční plán.", "programme", "signed"),
    ("Министри су потписали споразум.", "agreement", "signed"),
    ("Miniștrii au semnat un acord.", "agreement", "signed"),
    ("Hai bên ký Bản ghi nhớ.", MOU, "signed"),
]


@pytest.mark.parametrize(("words", "kind", "status"), IN_MORE_LANGUAGES)
def test_instruments_and_signing_are_told_in_more_languages(words, kind, status):
    assert title_kind(words) == kind
    assert status in statuses(words)


@pytest.mark.parametrize(
    "words",
    [
        "They exchanged views on trade.",
        "Semnificația vizitei este mare.",
        "Sopimuksesta neuvotellaan.",
        "Prijatelji su putovali.",
    ],
)
def test_a_word_that_begins_alike_signs_and_agrees_nothing(words):
    assert not statuses(words) & {"signed", "adopted", "agreed"}


@pytest.mark.parametrize(
    "words",
    [
        "Ministeri tapasi Helsingissä kollegansa.",
        "Ministern träffade sin kollega.",
        "Ministeren mødte sin kollega.",
        "Minister rokoval s kolegom.",
        "Премијер се састао са колегом.",
        "Waziri alikutana na mwenzake.",
        "Vazirlar uchrashdilar.",
        "A nagykövet átadta megbízólevelét.",
        "Посол вручил верительные грамоты.",
    ],
)
def test_an_encounter_is_told_in_more_languages(words):
    assert says("encounter", words)


@pytest.mark.parametrize(
    ("words", "cue"),
    [
        ("vývoz klesl o osm procent", "decline"),
        ("näringslivets export minskade", "decline"),
        ("3,4 százalékkal kevesebb", "decline"),
        ("a quarter less than before", "decline"),
        ("Exporten ökade", "rise"),
        ("uvoz je porastao", "rise"),
    ],
)
def test_rise_and_fall_are_told_in_more_languages(words, cue):
    other = {"rise": "decline", "decline": "rise"}[cue]
    assert says(cue, words)
    assert not says(other, words)
