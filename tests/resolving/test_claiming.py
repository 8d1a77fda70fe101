"""Claims: who says a figure, by the words of its own sentence, in twenty languages; nobody where nobody says it."""

import pytest

from tests.answering import figure, read

CLAIMED = [  # text, language, figure, claimant
    ("Exports rose to 3 million euros, according to the harbour office.", "en", "3 million euros", "office"),
    ("Minister Holt said exports had reached 3 million euros.", "en", "3 million euros", "Holt"),
    ("Exports reached 3 million euros, Petraitė said.", "en", "3 million euros", "Petraitė"),
    ("Riga expects exports to reach 3 million euros.", "en", "3 million euros", "Riga"),
    ("Wie das Fischereiamt am Montag mitteilte, stieg der Export auf 3 Mio. Euro.", "de", "3 Mio. Euro", "Fischereiamt"),
    ("Der Export erreichte laut Zentralbank 3 Mio. Euro.", "de", "3 Mio. Euro", "Zentralbank"),
    ("„Der Export erreichte 3 Mio. Euro“, sagte Aho.", "de", "3 Mio. Euro", "Aho"),
    ("Les exportations ont atteint 3 millions d'euros, selon le ministère.", "fr", "3 millions d'euros", "ministère"),
    ("Las exportaciones crecieron a 3 millones de euros, según el Banco Central.", "es", "3 millones de euros", "Banco Central"),
    ("As exportações chegaram a 3 milhões de euros, segundo o Instituto do Mar.", "pt", "3 milhões de euros", "Instituto do Mar"),
    ("Le esportazioni hanno raggiunto 3 milioni di euro, secondo il ministero.", "it", "3 milioni di euro", "ministero"),
    ("Экспорт достиг 3 млн евро, сообщил Росрыбстат.", "ru", "3 млн евро", "Росрыбстат"),
    ("По данным Минрыбхоза, экспорт достиг 3 млн евро.", "ru", "3 млн евро", "Минрыбхоза"),
    ("Громов считает, что экспорт достигнет 3 млн евро.", "ru", "3 млн евро", "Громов"),
    ("За даними Держрибстату, експорт сягнув 3 млн євро.", "uk", "3 млн євро", "Держрибстату"),
    ("Minister Lis liczy, że eksport sięgnie 3 mln euro.", "pl", "3 mln euro", "Lis"),
    ("Eksport sięgnął 3 mln euro - poinformowała Lis.", "pl", "3 mln euro", "Lis"),
    ("Az export elérte a 3 millió eurót, közölte Kovács Réka.", "hu", "3 millió eurót", "Kovács Réka"),
    ("Merkez Bankası'na göre ihracat 3 milyon avroya ulaştı.", "tr", "3 milyon avroya", "Merkez Bankası"),
    ("وأوضح الخطيب أن الصادرات بلغت 3 ملايين يورو.", "ar", "3 ملايين يورو", "الخطيب"),
    ("수산부에 따르면 수출액은 300만 유로였다.", "ko", "300만 유로", "수산부"),
    ("수출액이 300만 유로에 이르렀다고 수산부가 4일 밝혔다.", "ko", "300만 유로", "수산부"),
    ("김 장관은 수출액이 300만 유로라고 말했다.", "ko", "300만 유로", "김 장관"),
    ("水産庁によると、輸出額は300万ユーロだった。", "ja", "300万ユーロ", "水産庁"),
    ("佐藤氏は輸出額が300万ユーロだと述べた。", "ja", "300万ユーロ", "佐藤"),
    ("据渔业部介绍，出口额达300万欧元。", "zh", "300万欧元", "渔业部"),
    ("林海涛表示，出口额达300万欧元。", "zh", "300万欧元", "林海涛"),
]  # fmt: skip

UNCLAIMED = [
    ("Exports rose to 3 million euros.", "en", "3 million euros"),
    ("He said exports had reached 3 million euros.", "en", "3 million euros"),
    ("Holt said little. Exports rose to 3 million euros.", "en", "3 million euros"),
    ("The ministers announced exports of 3 million euros.", "en", "3 million euros"),
    ("Der Export stieg auf 3 Mio. Euro.", "de", "3 Mio. Euro"),
    ("Er erwartet einen Export von 3 Mio. Euro.", "de", "3 Mio. Euro"),
    ("Les exportations ont atteint 3 millions d'euros à Lima.", "fr", "3 millions d'euros"),
    ("Экспорт достиг 3 млн евро.", "ru", "3 млн евро"),
    ("수출액은 300만 유로였다.", "ko", "300만 유로"),
    ("輸出額は300万ユーロだった。", "ja", "300万ユーロ"),
    ("出口额达300万欧元。", "zh", "300万欧元"),
]  # fmt: skip


def claimed(text, language, value):
    number = text[: text.index(value)].count(". ") + 1
    (record,) = read(text, language, figures=[figure(value, s=[number])]).trade_figures
    return record.attributed_to


@pytest.mark.parametrize(("text", "language", "value", "who"), CLAIMED)
def test_who_says_it_is_named_as_written(text, language, value, who):
    assert claimed(text, language, value) == who


@pytest.mark.parametrize(("text", "language", "value"), UNCLAIMED)
def test_what_nobody_says_in_its_sentence_is_claimed_by_nobody(text, language, value):
    assert claimed(text, language, value) is None


def test_whom_the_llm_points_at_goes_before():
    text = "Holt said the office counted 3 million euros of exports."
    (record,) = read(text, figures=[figure("3 million euros", by="office")]).trade_figures
    assert record.attributed_to == "office"
