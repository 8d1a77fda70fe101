"""Agreements and MOUs: what is a text, of which kind, how far it has come, and how many there are."""

import pytest

from extractor.vocabulary import AgreementType, InstrumentStatus
from tests.answering import agreement, answer, codes, mou, read

OWN_WORD = [  # text, language, title, the LLM's type (None: an MOU), the records that come out
    ("They signed a memorandum of understanding on ports.", "en", "memorandum of understanding on ports", "agreement", "mou"),
    ("한국과 페루는 항만 협력에 관한 양해각서를 체결했다.", "ko", "항만 협력에 관한 양해각서", "agreement", "mou"),
    ("ووقعت لاتفيا وبيرو مذكرة تفاهم في مجال الصيد.", "ar", "مذكرة تفاهم في مجال الصيد", "other", "mou"),
    ("Ils ont signé un protocole d'accord sur la pêche.", "fr", "protocole d'accord sur la pêche", "protocol", "mou"),
    ("Az országok egyetértési megállapodást írtak alá.", "hu", "egyetértési megállapodást", "agreement", "mou"),
    ("双方签署了渔业合作谅解备忘录。", "zh", "渔业合作谅解备忘录", "agreement", "mou"),
    ("Türkiye ile Peru balıkçılık mutabakat zaptı imzaladı.", "tr", "balıkçılık mutabakat zaptı", "treaty", "mou"),
    ("Lettland und Peru unterzeichneten ein Abkommen über Fischerei.", "de", "Abkommen über Fischerei", None, "agreement"),
    ("Стороны подписали протокол о намерениях.", "ru", "протокол о намерениях", None, "letter_of_intent"),
    ("両国は共同声明を発表した。", "ja", "共同声明", "agreement", "joint_declaration"),
    ("Firmaron el tratado de extradición.", "es", "tratado de extradición", "agreement", "treaty"),
    ("Стороны подписали дорожную карту по логистике.", "ru", "дорожную карту по логистике", "agreement", "programme"),
    ("Podpisano umowę o rybołówstwie.", "pl", "umowę o rybołówstwie", "other", "agreement"),
    ("Firmaram uma carta de intenções e assinaram tudo.", "pt", "carta de intenções", "agreement", "letter_of_intent"),
]  # fmt: skip

TO_COME = [  # the article speaks of a signing that lies ahead, the LLM says "signed"
    ("Latvia and Peru will sign an agreement on fisheries in autumn.", "en", "agreement on fisheries"),
    ("Das Abkommen über Fischerei soll im Herbst unterzeichnet werden.", "de", "Abkommen über Fischerei"),
    ("Lettland und Peru wollen ein Abkommen über Fischerei schließen.", "de", "Abkommen über Fischerei"),
    ("Россия и Перу планируют подписать соглашение о рыболовстве.", "ru", "соглашение о рыболовстве"),
    ("Україна та Перу планують підписати угоду про рибальство.", "uk", "угоду про рибальство"),
    ("한국과 페루는 가을에 어업 협정을 체결할 예정이다.", "ko", "어업 협정"),
    ("日本とペルーは秋に漁業協定に署名する予定だ。", "ja", "漁業協定"),
    ("中国和秘鲁将签署渔业协议。", "zh", "渔业协议"),
    ("Letonya ve Peru sonbaharda balıkçılık anlaşması imzalayacak.", "tr", "balıkçılık anlaşması"),
    ("Balıkçılık anlaşmasının imzalanması bekleniyor.", "tr", "Balıkçılık anlaşmasının"),
    ("Magyarország és Peru ősszel alá fogja írni a halászati megállapodást.", "hu", "halászati megállapodást"),
    ("Perú y Letonia firmarán en otoño un acuerdo de pesca.", "es", "acuerdo de pesca"),
    ("Le Pérou et la Lettonie signeront à l'automne un accord de pêche.", "fr", "accord de pêche"),
    ("Il Perù e la Lettonia firmeranno in autunno un accordo sulla pesca.", "it", "accordo sulla pesca"),
    ("O Peru e a Letônia vão assinar no outono um acordo de pesca.", "pt", "acordo de pesca"),
    ("Polska i Peru podpiszą jesienią umowę o rybołówstwie.", "pl", "umowę o rybołówstwie"),
    ("ستوقع لاتفيا وبيرو اتفاقية للصيد في الخريف.", "ar", "اتفاقية للصيد"),
]  # fmt: skip

DONE = [
    ("Latvia and Peru signed an agreement on fisheries and will sign a treaty.", "en", "agreement on fisheries"),
    ("The ministers met in Riga to sign an agreement on fisheries.", "en", "agreement on fisheries"),
    ("Состоялось подписание соглашения о рыболовстве.", "ru", "соглашения о рыболовстве"),
    ("한국과 페루는 3일 어업 협정을 체결했다.", "ko", "어업 협정"),
    ("ووقعت لاتفيا وبيرو اتفاقية للصيد.", "ar", "اتفاقية للصيد"),
    ("Lettland und Peru haben ein Abkommen über Fischerei geschlossen.", "de", "Abkommen über Fischerei"),
]  # fmt: skip

NONE_THERE = [  # text, language, title, status, what the warning says
    ("The ministers hope to sign an agreement on fisheries.", "en", "agreement on fisheries", "signed", "a wish"),
    ("Обе стороны выразили надежду на заключение соглашения о рыболовстве.", "ru", "соглашения о рыболовстве", "signed", "a wish"),
    ("양측은 어업 협정이 조속히 마련되기를 희망했다.", "ko", "어업 협정", "planned", "a wish"),
    ("両外相は漁業協定に期待を示した。", "ja", "漁業協定", "planned", "a wish"),
    ("Die Minister hofften auf ein Abkommen über Fischerei.", "de", "Abkommen über Fischerei", "planned", "a wish"),
    ("A felek remélik, hogy megállapodás születik.", "hu", "megállapodás", "planned", "a wish"),
    ("双方在多边主义问题上看法一致。", "zh", None, "agreed", "identity of views"),
    ("両国は地域情勢について認識で一致した。", "ja", None, "agreed", "identity of views"),
    ("The ministers noted their identity of views on trade.", "en", None, "agreed", ""),
    ("Japón y Perú no firmaron el acuerdo de pesca.", "es", "acuerdo de pesca", "signed", "not signed"),
    ("日本とペルーは漁業協定への署名を見送った。", "ja", "漁業協定", "signed", "not signed"),
    ("한국과 페루는 어업 협정에 서명하지 않았다.", "ko", "어업 협정", "signed", "not signed"),
    ("Das Abkommen über Fischerei wurde nicht unterzeichnet.", "de", "Abkommen über Fischerei", "signed", "not signed"),
    ("Соглашение о рыболовстве не подписано.", "ru", "Соглашение о рыболовстве", "signed", "not signed"),
    ("لم يوقع الجانبان اتفاقية الصيد.", "ar", "اتفاقية الصيد", "signed", "not signed"),
    ("The ministers ate fish.", "en", None, "signed", "no word of an instrument"),
    ("The ministers ate fish.", "en", "Treaty of Nowhere", "signed", "no word of an instrument"),
]  # fmt: skip


def one(found):
    (record,) = (*found.agreements, *found.mous)
    return record


def said(title, kind="agreement", **more):
    """Return what the LLM says: an MOU if it gives no type."""
    return (
        {"mous": [mou(title, **more)]}
        if kind is None
        else {"agreements": [agreement(title, **more, type=kind)]}
    )


@pytest.mark.parametrize(("text", "language", "title", "judged", "kind"), OWN_WORD)
def test_the_title_s_own_word_decides(text, language, title, judged, kind):
    found = read(text, language, **said(title, judged))
    assert one(found).title_as_written == title
    assert [str(record.type) for record in found.agreements] == ([] if kind == "mou" else [kind])
    assert "changed_value" in codes(found)


@pytest.mark.parametrize(("text", "language", "title"), TO_COME)
def test_a_signing_still_to_come_is_planned(text, language, title):
    found = read(text, language, **said(title))
    assert one(found).status is InstrumentStatus.PLANNED
    assert "changed_value" in codes(found)


@pytest.mark.parametrize(("text", "language", "title"), DONE)
def test_what_was_signed_stays_signed(text, language, title):
    found = read(text, language, **said(title))
    assert one(found).status is InstrumentStatus.SIGNED
    assert "changed_value" not in codes(found)


@pytest.mark.parametrize(("text", "language", "title", "status", "why"), NONE_THERE)
def test_what_is_no_instrument_is_dropped_with_its_reason(text, language, title, status, why):
    found = read(text, language, **said(title, status=status, en="Something"))
    assert found.records == ()
    assert any(why in warning.detail for warning in found.warnings if warning.code == "dropped_record")


@pytest.mark.parametrize("status", ["agreed", "adopted"])
def test_signed_needs_its_word_where_the_article_says_another(status):
    text = {"agreed": "They agreed on an accord on fish.", "adopted": "They adopted a joint declaration."}[
        status
    ]
    title = {"agreed": "accord on fish", "adopted": "joint declaration"}[status]
    assert one(read(text, **said(title))).status == status


def test_a_deliverable_without_a_text_is_a_record_if_agreed():
    found = read(
        "They agreed to open a consulate in Lima.", **said(None, "other", status="agreed", en="A consulate")
    )
    assert (one(found).type, one(found).title, one(found).title_as_written) == ("other", "A consulate", None)


def test_a_title_that_is_not_in_the_text_is_none():
    found = read("They signed an agreement on fisheries.", **said("treaty of eternal friendship"))
    assert one(found).title_as_written is None
    assert "ungrounded_mention" in codes(found)


def test_an_article_before_the_title_may_be_the_llm_s():
    assert (
        one(read("They signed Agreement 7 on fish.", **said("the Agreement 7"))).title_as_written
        == "Agreement 7"
    )


@pytest.mark.parametrize(
    ("text", "title", "count", "stated"),
    [
        ("They signed three memoranda of understanding.", "memoranda of understanding", 3, 3),
        ("They signed three memoranda of understanding.", "three memoranda of understanding", None, 3),
        ("They signed 12 agreements.", "12 agreements", None, 12),
        ("They signed several memoranda of understanding.", "memoranda of understanding", 4, None),
        ("They signed a memorandum of understanding.", "memorandum of understanding", 1, None),
        ("양국은 양해각서 3건을 체결했다.", "양해각서 3건", 3, 3),
        ("Стороны подписали пять меморандумов.", "пять меморандумов", 5, 5),
        ("Sie unterzeichneten zwei Abkommen.", "zwei Abkommen", 2, 2),
        ("双方签署了51项协议。", "51项协议", 51, 51),
        ("وقع الجانبان مذكرات تفاهم.", "مذكرات تفاهم", 7, None),
    ],
)
def test_a_count_must_be_shown(text, title, count, stated):
    found = read(text, None, mous=[mou(title, **({"count": count} if count else {}))])
    assert one(found).stated_count == stated
    assert ("count_mismatch" in codes(found)) == (stated is None and (count or 0) > 1)
    assert ("stated_count" in one(found).shown_by) == (stated is not None)


def test_a_mixed_group_keeps_the_kind_it_was_given():
    text = "They signed 26 contracts and memoranda of understanding."
    title = "26 contracts and memoranda of understanding"
    group = one(read(text, **said(title, "contract", count=26)))
    assert (group.type, group.stated_count) == (AgreementType.CONTRACT, 26)


@pytest.mark.parametrize(
    ("gloss", "kept"),
    [
        ("Agreement on fisheries", True),
        ("Agreement on fisheries 2031", False),
        ("Memorandum on fisheries", False),
        ("Treaty on fisheries", False),
        ("Fisheries", True),
    ],
)
def test_a_gloss_of_another_kind_or_with_a_number_of_its_own_is_dropped(gloss, kept):
    found = read(
        "Sie unterzeichneten das Abkommen über Fischerei.", "de", **said("Abkommen über Fischerei", en=gloss)
    )
    assert one(found).title == (gloss if kept else None)


def test_a_number_of_the_text_may_stand_in_the_gloss():
    found = read("Sie unterzeichneten das Abkommen 2040.", "de", **said("Abkommen 2040", en="Agreement 2040"))
    assert one(found).title == "Agreement 2040"


@pytest.mark.parametrize(
    ("text", "words", "begins", "ends"),
    [
        ("They signed an agreement valid for five years from 1 January 2032.", "for five years from 1 January 2032", "2032-01-01", "2036-12-31"),
        ("They signed an agreement in force until 2035.", "until 2035", None, "2035"),
        ("They signed an agreement that holds for ever.", "for ever", None, None),
    ],
)  # fmt: skip
def test_validity_is_computed(text, words, begins, ends):
    record = one(read(text, **said("agreement", valid=words)))
    assert (record.valid_from, record.valid_until) == (begins, ends)
    assert set(record.shown_by) & {"valid_from", "valid_until"} == {
        name for name, value in (("valid_from", begins), ("valid_until", ends)) if value
    }


def test_parties_organisations_and_signatories_must_be_named():
    text = "Latvia, Peru and FAO signed an agreement on fisheries. Kalna and Quispe put their names to it."
    lists = {"parties": ["LVA", "EST"], "orgs": ["FAO", "UNESCO"], "signatories": ["Kalna", "Smith"]}
    found = read(text, **said("agreement on fisheries", s=[1, 2], **lists))
    record = one(found)
    assert (record.parties, record.party_organisations, record.signatories) == (
        ("LVA",),
        ("FAO",),
        ("Kalna",),
    )
    assert codes(found).count("ungrounded_mention") == 2
    assert codes(found).count("unresolved_country") == 1


def test_a_day_is_taken_from_the_sentence_of_what_was_done():
    done = read("Latvia and Peru signed an agreement on Tuesday.", **said("agreement"))
    forced = read("The agreement entered into force on Tuesday.", **said("agreement", status="in_force"))
    assert (one(done).date, one(forced).date) == ("2031-06-03", None)


def test_date_words_without_a_date_are_noted():
    found = read(
        "They signed an agreement at the appointed hour.", **said("agreement", date="at the appointed hour")
    )
    assert one(found).date is None
    assert "unresolved_date" in codes(found)


def test_an_mou_never_carries_a_type():
    assert '"type"' not in answer(mous=[mou("memorandum")]).replace('"type":null', "")


def test_a_gloss_with_a_state_that_the_article_does_not_name_is_dropped():
    text = "Foreign Minister Kalna of Latvia and her counterpart from Peru signed an agreement on fisheries."
    told = read(text, agreements=[agreement("agreement on fisheries", en="Fisheries agreement of Latvia")])
    made_up = read(text, agreements=[agreement("agreement on fisheries", en="Fisheries agreement of Spain")])
    assert told.agreements[0].title == "Fisheries agreement of Latvia"
    assert made_up.agreements[0].title is None
