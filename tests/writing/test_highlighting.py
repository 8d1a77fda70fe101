from hypothesis import given
from hypothesis import strategies as st

from extractor.article import Span
from extractor.writing.highlighting import Mark, split_at_marks

TEXT = st.text("ab \n가\u0301\U0001f469\u200d", max_size=60)


@st.composite
def marked_texts(draw):
    text = draw(TEXT)
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(
        lambda span: span[0] < span[1]
    )
    marks = draw(st.lists(spans, max_size=6)) if text else []
    return text, [Mark(Span(*span), f"k{number}") for number, span in enumerate(marks)]


@given(marked_texts())
def test_gaps_and_pieces_joined_are_the_text(case):
    text, marks = case
    lines = split_at_marks(text, marks)
    joined = "".join(
        line.gap.of(text) + "".join(piece.span.of(text) for piece in line.pieces) for line in lines
    )
    assert joined == text
    assert all(not line.gap.of(text).strip() for line in lines)


@given(marked_texts())
def test_each_character_carries_the_keys_of_the_marks_over_it(case):
    text, marks = case
    for line in split_at_marks(text, marks):
        for piece in line.pieces:
            for place in range(*piece.span):
                over = {mark.key for mark in marks if mark.span.start <= place < mark.span.end}
                assert set(piece.keys) == over


@given(marked_texts())
def test_neighbours_in_a_line_are_cut_only_at_marks(case):
    text, marks = case
    edges = {edge for mark in marks for edge in mark.span}
    for line in split_at_marks(text, marks):
        assert all(piece.span.end in edges for piece in line.pieces[:-1])


def test_the_shortest_mark_comes_first():
    marks = [Mark(Span(0, 9), "long"), Mark(Span(2, 4), "short"), Mark(Span(1, 6), "middle")]
    [line, _end] = split_at_marks("abcdefghi", marks)
    assert [piece.keys for piece in line.pieces] == [
        ("long",),
        ("middle", "long"),
        ("short", "middle", "long"),
        ("middle", "long"),
        ("long",),
    ]


def test_a_mark_over_lines_is_in_each_of_them():
    first, second, _end = split_at_marks("ab\n\ncd", [Mark(Span(1, 5), "k")])
    assert [piece.keys for piece in first.pieces] == [(), ("k",)]
    assert [piece.keys for piece in second.pieces] == [("k",), ()]
