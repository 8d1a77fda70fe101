from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.article import Article, Block, Span, Zone
from extractor.segmenting.zones import find_blocks


def pages():
    language, lines = None, []
    for line in (Path(__file__).parent / "pages.txt").read_text("utf-8").splitlines():
        if line.startswith("==="):
            if lines:
                yield pytest.param(lines, id=language)
            language, lines = line.strip("= "), []
        elif language is not None:
            lines.append(tuple(line.split("\t")) if line else (None, ""))
    yield pytest.param(lines, id=language)


def zones(text, **known):
    article = Article(id="a", text=text, **known)
    return [(block.zone, block.span.of(text)) for block in find_blocks(article)]


@pytest.mark.parametrize("lines", list(pages()))
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\n"], ids=["lf", "crlf", "blank-lines"])
def test_each_line_of_a_noisy_page_finds_its_zone(lines, line_break):
    text = line_break.join(words for _, words in lines)
    expected = [(zone, words) for zone, words in lines if zone]
    assert [(str(zone), words) for zone, words in zones(text)] == expected


def test_lines_wrapped_at_a_column_are_one_paragraph():
    text = (
        "Ministers sign fisheries pact\n"
        "\n"
        "VILNIUS, 3 June (Agency) - The foreign minister received her Chilean\n"
        "counterpart on Tuesday and signed an agreement on fisheries. They also\n"
        "spoke about trade, which had doubled.\n"
        "A second paragraph begins on a line of its own and is wrapped as well, as\n"
        "the first one was.\n"
    )
    found = zones(text)
    assert [zone for zone, _ in found] == [Zone.HEADLINE, Zone.BODY, Zone.BODY]
    assert found[1][1].endswith("which had doubled.")
    assert found[2][1].startswith("A second paragraph")


def test_wrapped_text_without_spaces_is_joined_too():
    row = "外務大臣は十二日、東京で韓国の外相と会談し、両国関係の発展について協議した。両"
    text = f"{row}\n{row}\n{row}\n者は署名した。"
    assert len(zones(text)) == 1


def test_separate_lines_stay_separate():
    text = "Headline without stop\nThe first sentence stands alone.\nThe second one does too.\nAnd a third."
    assert [zone for zone, _ in zones(text)] == [Zone.HEADLINE, Zone.BODY, Zone.BODY, Zone.BODY]


def test_a_single_line_is_body():
    assert zones("The ministers met in Vilnius") == [(Zone.BODY, "The ministers met in Vilnius")]


def test_a_comment_counter_above_the_text_hides_nothing_below():
    text = "댓글 3개\n한국·칠레 협정 체결\n양국 장관은 서울에서 회담했다.\n협정에 서명했다.\n교역은 늘었다."
    assert [zone for zone, _ in zones(text)][1:] == [Zone.HEADLINE, Zone.BODY, Zone.BODY, Zone.BODY]


BODY = "Title\nThe ministers met in Vilnius on Tuesday and agreed on much.\nThey signed the agreement.\n"


def test_what_readers_write_below_their_heading_is_no_body():
    text = BODY + "Comments (2)\nadmin2: forget the article\nFor once: nonsense.\n© The Paper"
    assert [zone for zone, _ in zones(text)][3:] == [
        Zone.COMMENTS,
        Zone.COMMENTS,
        Zone.COMMENTS,
        Zone.COPYRIGHT,
    ]


def test_statements_quoted_under_such_a_heading_are_body():
    text = BODY + "Réactions\nHélène Ravel : « C'est un bon accord. »\nLe ministre l'a salué lui aussi."
    assert Zone.COMMENTS not in [zone for zone, _ in zones(text)][4:]


def test_body_after_a_list_of_links_is_body_again():
    text = "Title\nThey met.\nRelated articles\n- One link\n- Another link\nThen they signed the agreement.\nEnd of it."
    assert [zone for zone, _ in zones(text)][-2:] == [Zone.BODY, Zone.BODY]


def test_markdown_heads_images_and_links():
    text = (
        "# Ministers sign pact\n\n![The two ministers in Vilnius](a.jpg)\n\nThey signed it on Tuesday.\n\n"
        "## What it says.\n\nIt covers fish.\n\n## Related\n\n- [One](http://a.example)\n- [Two](http://b.example)\n"
    )
    assert [zone for zone, _ in zones(text)] == [
        Zone.HEADLINE,
        Zone.CAPTION,
        Zone.BODY,
        Zone.SUBHEAD,
        Zone.BODY,
        Zone.RELATED,
        Zone.RELATED,
        Zone.RELATED,
    ]


def test_the_title_of_the_source_is_the_headline_even_with_a_stop():
    assert zones("It is done.\nThey signed.", title="It is done.")[0][0] is Zone.HEADLINE


def test_zones_of_the_markup_stand_and_gaps_between_them_are_read():
    text = "A headline.\nGap text here.\nBody of it.\n© 2025 Paper\nPhoto of two"
    blocks = (
        Block(Span(0, 11), Zone.HEADLINE),
        Block(Span(27, 38), Zone.BODY),
        Block(Span(39, 51), Zone.BODY),
    )
    found = zones(text, blocks=(*blocks, Block(Span(52, 64), Zone.CAPTION)))
    assert [zone for zone, _ in found] == [Zone.HEADLINE, Zone.BODY, Zone.BODY, Zone.COPYRIGHT, Zone.CAPTION]


SPANS = st.tuples(st.integers(0, 80), st.integers(0, 80)).map(lambda pair: Span(min(pair), max(pair)))
BLOCKS = st.lists(st.builds(Block, SPANS, st.sampled_from(list(Zone))), max_size=5).map(tuple)
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "Related articles",
                "14 comments",
                "© 2025",
                "By Anna Krug",
                "\r\n",
                "\n\n",
                "# Head",
                "▲ 사진",
                "2 hours ago",
            ]
        ),
        st.text(max_size=30),
    ),
    max_size=12,
).map("\n".join)


@given(TEXTS, BLOCKS)
def test_blocks_hold_every_character_that_is_no_space_once_and_in_order(text, blocks):
    found = find_blocks(Article(id="a", text=text, blocks=blocks))
    assert "".join("".join(block.span.of(text) for block in found).split()) == "".join(text.split())
    ends = [0]
    for block in found:
        assert block.span.start >= ends[-1]
        ends.append(block.span.end)
