import pytest

from extractor.segmenting import detect_language

TEXTS = {
    "ko": "양국 장관은 서울에서 회담하고 협정에 서명했다. APEC 정상회의도 논의했다.",
    "ja": "両外相は東京で会談し、協定に署名した。",
    "zh": "两国外长在北京会谈，双方签署了协定。",
    "ar": "استقبل وزير الخارجية اليوم نظيره الكوري الجنوبي ووقعا اتفاقية.",
    "fa": "وزیر خارجه ایران امروز با همتای کره‌ای خود دیدار کرد و توافق‌نامه‌ای امضا شد.",
    "ru": "Министр иностранных дел принял посла и подписал соглашение о сотрудничестве.",
    "uk": "Міністр закордонних справ прийняв посла і підписав угоду про співпрацю в Києві.",
    "kk": "Сыртқы істер министрі елшіні қабылдап, ынтымақтастық туралы келісімге қол қойды.",
    "bg": "Министърът на външните работи прие посланика и подписа споразумение за сътрудничество.",
    "sr": "Министар спољних послова примио је амбасадора и потписао споразум о сарадњи.",
    "en": "The foreign minister received the ambassador and signed an agreement on trade.",
    "de": "Der Außenminister empfing den Botschafter und unterzeichnete ein Abkommen über den Handel.",
    "hu": "A külügyminiszter fogadta a nagykövetet, és aláírta a kereskedelmi megállapodást.",
    "fr": "Le ministre des Affaires étrangères a reçu l'ambassadeur et signé un accord commercial.",
    "es": "El ministro de Asuntos Exteriores recibió al embajador y firmó un acuerdo comercial.",
    "it": "Il ministro degli Esteri ha ricevuto l'ambasciatore e ha firmato un accordo commerciale.",
    "pt": "O ministro dos Negócios Estrangeiros recebeu o embaixador e assinou um acordo comercial.",
    "pl": "Minister spraw zagranicznych przyjął ambasadora i podpisał umowę handlową.",
    "tr": "Dışişleri Bakanı büyükelçiyi kabul etti ve ticaret anlaşmasını imzaladı.",
    "el": "Ο υπουργός Εξωτερικών δέχθηκε τον πρέσβη.",
    "he": "שר החוץ קיבל את השגריר וחתם על הסכם סחר.",
    "hi": "विदेश मंत्री ने राजदूत से मुलाकात की और व्यापार समझौते पर हस्ताक्षर किए।",
    "th": "รัฐมนตรีต่างประเทศพบเอกอัครราชทูต",
    "ka": "საგარეო საქმეთა მინისტრი ელჩს შეხვდა.",
    "hy": "Արտաքին գործերի նախարարն ընդունեց դեսպանին։",
    "vi": "Bộ trưởng Ngoại giao tiếp đại sứ và ký hiệp định thương mại tại Hà Nội.",
    "id": "Menteri Luar Negeri bertemu duta besar karena kedua negara ingin memperluas kerja sama ekonomi tahun ini.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_sentence_is_found(language):
    assert detect_language(TEXTS[language]) == language


@pytest.mark.parametrize("text", ["", "12.11.2025", "OK", "ABC Inc.", "я", "😀😀😀", "한"])
def test_what_is_too_short_has_none(text):
    assert detect_language(text) is None


def test_latin_names_do_not_hide_korean():
    assert detect_language("LG Energy Solution과 Hyundai Motor Group은 MOU를 체결했다고 밝혔다.") == "ko"
