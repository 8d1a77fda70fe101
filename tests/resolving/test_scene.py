"""The scene: what is cited, where words are looked for, and how long a piece of evidence may be."""

from extractor.article import Article, Block, Sentence, Span, Zone
from extractor.grounding import Ground
from extractor.resolving.scene import MAX_EVIDENCE, Scene
from tests.answering import DAY


def scene(*parts, silent=()):
    """Return the scene of an article of these (zone, text) parts, a sentence each where records may be."""
    text, sentences, spans = "", [], []
    for zone, words in parts:
        span = Span(len(text), len(text) + len(words))
        text += words + "\n"
        if zone.bears_records:
            sentences.append(Sentence(len(sentences) + 1, span, zone, words))
        else:
            spans.append(span)
    article = Article(id="x", text=text, blocks=tuple(Block(span, Zone.COMMENTS) for span in spans))
    told = tuple(sentences)
    return Scene(article, Ground(text, "en"), told, told, "en", DAY, tuple(spans))


def body(*texts):
    return scene(*((Zone.BODY, text) for text in texts))


def test_numbers_that_no_sentence_has_cite_nothing():
    one = body("First.", "Second.")
    assert [sentence.text for sentence in one.cited([2, 0, 3, 99, 2, 1])] == ["Second.", "First."]
    assert one.words([7]) == ""


def test_words_are_found_in_the_cited_sentence_first():
    one = body("Kalna spoke.", "Kalna left.")
    assert one.find("Kalna", [2]).start == len("Kalna spoke.\n")
    assert one.find("Kalna", []).start == 0


def test_words_of_menus_and_comments_are_not_found():
    one = scene(
        (Zone.MASTHEAD, "Kalna Peru World"), (Zone.BODY, "Kalna spoke."), (Zone.COMMENTS, "Brown: Estonia!")
    )
    assert one.find("Kalna", [1]).start == one.find("Kalna", []).start == len("Kalna Peru World\n")
    assert one.find("Brown", [1]) is None
    assert one.country_mention("PER") is None
    assert one.country_mention("EST") is None


def test_a_state_is_shown_in_the_cited_sentence_if_it_can():
    one = body("Peru waits.", "Peru signed.")
    assert one.country_mention("PER", one.spans([2])).start == len("Peru waits.\n")
    assert one.country_mention("PER").start == 0
    assert one.country_mention("EST") is None


def test_evidence_is_the_sentences_of_the_words_else_the_first_cited():
    one = body("Kalna spoke.", "Quispe left.")
    shown = one.find("Quispe", [2])
    assert [words.quote for words in one.evidence_for([1], [shown])] == ["Quispe left."]
    assert [words.quote for words in one.evidence_for([1, 2], [])] == ["Kalna spoke."]


def test_long_evidence_is_cut_at_clauses_around_the_words():
    clauses = [f"clause number {n} of this very long sentence goes on" for n in range(40)]
    one = body(", ".join(clauses) + ".")
    shown = one.find("clause number 30", [1])
    (evidence,) = one.evidence_for([1], [shown])
    assert len(evidence.quote) <= MAX_EVIDENCE
    assert evidence.start <= shown.start < shown.end <= evidence.end
    assert evidence.quote.startswith("clause number 30")


def test_a_long_sentence_without_clauses_is_cut_around_the_words():
    one = body("word " * 400 + "Kalna " + "word " * 400)
    shown = one.find("Kalna", [1])
    (evidence,) = one.evidence_for([1], [shown])
    assert len(evidence.quote) <= MAX_EVIDENCE
    assert evidence.start <= shown.start < shown.end <= evidence.end


def test_a_caption_is_known_as_one():
    one = scene((Zone.BODY, "Kalna spoke."), (Zone.CAPTION, "Kalna in Riga."))
    assert one.in_caption([2])
    assert not one.in_caption([1, 2])
    assert not one.in_caption([])
