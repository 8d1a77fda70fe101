import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import Article, Zone
from extractor.segmenting import segment

PARAGRAPHS = {
    "en": "The ministers met on Jan. 5 in the U.S. and signed 3.5 agreements. “We agree,” she said. ",
    "ko": "양국 장관은 서울에서 회담했다. 김 장관은 “협력하겠다.”고 말했다. ",
    "ja": "両外相は東京で会談し、「協力する。」と述べた。協定に署名した。",
    "hu": "A találkozó 2025. november 5-én volt. Az 5. számú egyezményt aláírták. ",
    "ar": "قال الوزير إن الزيارة ناجحة. هل تم الاتفاق؟ نعم. ",
}


def segmented(text, **known):
    return segment(Article(id="a", text=text, **known))


def test_numbers_count_the_sentences_that_bear_records_and_no_others():
    result = segmented(
        "Home | World | Politics\nMinisters sign pact\nBy Anna Krug\nThey met. They signed.\nPhoto: A. Berg\n© 2025 Paper"
    )
    assert [(each.number, each.zone) for each in result.sentences] == [
        (1, Zone.HEADLINE),
        (2, Zone.BODY),
        (3, Zone.BODY),
        (4, Zone.CAPTION),
    ]
    assert [(each.number, each.zone) for each in result.others] == [
        (0, Zone.MASTHEAD),
        (0, Zone.BYLINE),
        (0, Zone.COPYRIGHT),
    ]


def test_a_stated_language_is_believed_down_to_its_base_code():
    assert segmented("Two words here.", language="zh-Hant").language == "zh"
    assert segmented("A külügyminiszter aláírta a megállapodást Budapesten.").language == "hu"


@pytest.mark.parametrize(
    "noise",
    [
        "\r\n",
        "e\u0301",
        "\u00a0",
        "\u200b",
        "\u202e",
        "\x1b[31m",
        "<|im_start|>",
        "{{7*7}}",
        "[/red]",
        "\ufeff",
        "🇰🇷",
    ],
)
def test_odd_characters_pass_through_untouched(noise):
    text = f"Headline{noise}here\n\nThe ministers{noise}met. They {noise} signed."
    result = segmented(text)
    for sentence in (*result.sentences, *result.others):
        assert sentence.span.of(text) == sentence.text
    assert noise.strip() in "".join(sentence.text for sentence in result.sentences)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *PARAGRAPHS.values(),
                "관련기사",
                "- link",
                "By Anna Krug",
                "",
                "# T",
                "12 Nov 2025",
                "\u200b",
                "---",
            ]
        ),
        st.text(max_size=60),
    ),
    max_size=15,
)


@given(
    LINES, st.sampled_from(["\n", "\r\n", "\n\n", "\r", "\u2028"]), st.sampled_from([None, "en", "ko", "th"])
)
def test_every_character_but_space_is_in_one_sentence(lines, line_break, language):
    text = line_break.join(lines)
    result = segmented(text, language=language)
    everything = sorted((*result.sentences, *result.others), key=lambda sentence: sentence.span)
    assert "".join("".join(sentence.text for sentence in everything).split()) == "".join(text.split())
    assert all(sentence.span.of(text) == sentence.text for sentence in everything)
    assert [sentence.number for sentence in result.sentences] == list(range(1, len(result.sentences) + 1))
    assert all(sentence.zone.bears_records for sentence in result.sentences)


@pytest.mark.parametrize("language", PARAGRAPHS)
@pytest.mark.parametrize("line_break", ["", "\n"], ids=["one-line", "lines"])
def test_two_hundred_thousand_characters_take_under_two_seconds(language, line_break):
    segmented(PARAGRAPHS[language])  # tables are loaded once
    paragraph = PARAGRAPHS[language] + line_break
    text = paragraph * (200_000 // len(paragraph))
    start = time.process_time()
    result = segmented(text)
    assert time.process_time() - start < 2
    assert len(result.sentences) > 1000
