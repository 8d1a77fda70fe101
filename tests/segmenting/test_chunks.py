from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import Article, Zone
from extractor.segmenting import chunk, estimate_tokens, segment

BODY = "\n".join(
    f"Sentence number {number} says what the two ministers of the countries did." for number in range(40)
)


def segmented(text):
    return segment(Article(id="a", text=text, language="en"))


def cost(sentences):
    return sum(estimate_tokens(sentence.text) + 4 for sentence in sentences)


def test_an_article_that_fits_is_one_chunk():
    article = segmented(f"Ministers met\n{BODY}")
    assert chunk(article, 10_000) == (article.sentences,)


def test_chunks_begin_with_the_headline_and_repeat_the_last_sentences():
    article = segmented(f"Ministers met\n{BODY}")
    chunks = chunk(article, 200, overlap=2)
    assert len(chunks) > 3
    for before, after in pairwise(chunks):
        assert after[0] is article.sentences[0]
        assert after[1:3] == before[-2:]
    assert all(cost(each) <= 200 for each in chunks)


def test_without_overlap_each_sentence_stands_once():
    article = segmented(BODY)
    assert [sentence for each in chunk(article, 100, overlap=0) for sentence in each] == list(
        article.sentences
    )


def test_a_sentence_over_the_budget_is_cut_at_clauses_and_keeps_its_number():
    text = "The ministers agreed on " + ", ".join(f"a matter of the kind {n}" for n in range(200)) + "."
    article = segmented(text)
    parts = [sentence for each in chunk(article, 120, overlap=0) for sentence in each]
    assert {part.number for part in parts} == {1}
    assert "".join(part.text for part in parts) == text
    assert all(part.span.of(text) == part.text for part in parts)
    assert all(part.text.rstrip()[-1] in ",." or part.text[-1] == " " for part in parts)
    assert all(cost([part]) <= 121 for part in parts)


WORDS = st.sampled_from(
    ["met", "signed,", "가나다라마바사", "両外相は会談し、", "x" * 300, "3,5", "млрд", "The"]
)
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=25).map(" ".join), max_size=12)


@given(SENTENCES, st.integers(20, 400), st.integers(0, 4))
def test_every_sentence_is_in_a_chunk_and_order_is_kept(sentences, budget, overlap):
    article = segmented(".\n".join(sentences))
    chunks = chunk(article, budget, overlap)
    covered = {position for each in chunks for part in each for position in range(*part.span)}
    assert all(set(range(*sentence.span)) <= covered for sentence in article.sentences)
    for each in chunks:
        spans = [part.span for part in each]
        assert spans == sorted(spans)
    body = [each[-1].span.start for each in chunks]
    assert body == sorted(body)
    assert all(part.span.of(article.article.text) == part.text for each in chunks for part in each)


def test_an_article_without_sentences_has_no_chunk():
    assert chunk(segmented("---"), 100) == ()


def test_a_headline_alone_is_a_chunk():
    article = segment(Article(id="a", text="Ministers met", title="Ministers met"))
    assert [each[0].zone for each in chunk(article, 100)] == [Zone.HEADLINE]


# counted once with the tokenizer of Qwen2.5
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The foreign ministers of Chile and South Korea signed an agreement on ports on Wednesday.", 16),
        ("Die Außenminister von Chile und Südkorea unterzeichneten am Mittwoch ein Abkommen über Häfen.", 24),
        ("A külügyminiszter szerdán fogadta chilei kollégáját, és aláírták a megállapodást.", 37),
        ("Министр иностранных дел Чили встретился с корейским коллегой и подписал соглашение.", 29),
        ("외교부 장관은 12일 서울에서 칠레 외교장관과 회담하고 항만 협정에 서명했다.", 34),
        ("両外相は12日、東京で会談し、港湾協定に署名した。", 25),
        ("两国外长12日在首尔会谈，双方签署了港口协定。", 15),
        ("وقع وزيرا خارجية تشيلي وكوريا الجنوبية اتفاقية للموانئ في سيول.", 25),
    ],
)
def test_the_estimate_is_near_and_rather_above(text, tokens):
    assert 0.9 * tokens <= estimate_tokens(text) <= 1.7 * tokens
