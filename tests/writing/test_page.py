import base64
import hashlib
import json
import re
import time
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.article import Span
from extractor.records import Evidence, Extraction, Meeting
from extractor.writing import WriteOptions, write, write_many
from extractor.writing.cleaning import for_page

PLAIN = WriteOptions()
VOID = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """Reads a page into its elements, the characters of the article with their keys, and its scripts."""

    def __init__(self, document):
        super().__init__(convert_charrefs=True)
        self.elements, self.characters, self.inline, self.open = [], [], {}, []
        self.feed(document)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if tags and tags[-1] in {"script", "style"}:
            self.inline.setdefault((tags[-1], self.open[-1][1].get("type", "")), []).append(data)
        if any(attributes.get("class", "").split()[:1] == ["text"] for _, attributes in self.open):
            keys = " ".join(attributes.get("data-keys", "") for _, attributes in self.open).split()
            self.characters += [(character, frozenset(keys)) for character in data]

    @property
    def text(self):
        return "".join(character for character, _ in self.characters)


def page_of(pair):
    return Page(write(pair.extraction, pair.text, "html", PLAIN))


def test_the_pane_holds_the_very_text_of_the_article(pair):
    assert page_of(pair).text == for_page(pair.text)


def on_a_line_of_words(text, place):
    start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    return text[place] != "\n" and bool(text[start : end if end >= 0 else None].strip())


def test_the_evidence_of_each_record_is_marked_and_nothing_else(pair):
    page = page_of(pair)
    shown = for_page(pair.text)
    keys = {attributes["aria-labelledby"][:-1] for tag, attributes in page.elements if tag == "article"}
    marked = {}
    for place, (_, over) in enumerate(page.characters):
        for key in over & keys:
            marked.setdefault(key, set()).add(place)
    spans = [{(one.start, one.end) for one in record.evidence} for record in pair.extraction.records]
    wanted = [
        {place for start, end in some for place in range(start, end) if on_a_line_of_words(shown, place)}
        for some in spans
    ]
    assert sorted(map(sorted, marked.values())) == sorted(map(sorted, wanted))


ARTICLE = st.text(
    st.one_of(st.sampled_from("<>&\"'\n\r\n\r \t\u202e\u2028\x00\x1b/!-"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=80,
)


@given(text=ARTICLE, data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_text_and_any_overlap_are_shown_as_they_are(pairs, text, data):
    edges = st.integers(0, len(text))
    spans = data.draw(
        st.lists(
            st.tuples(edges, edges).map(sorted).filter(lambda ends: ends[0] < ends[1]), min_size=1, max_size=4
        )
    )
    meetings = tuple(
        Meeting(
            id=f"m{number}", evidence=(Evidence(quote=text[start:end], start=start, end=end),),
            kind="talks", mode="phone", status="held", date_as_written=text,
        )
        for number, (start, end) in enumerate(spans)
    )  # fmt: skip
    extraction = pairs["empty"].extraction.model_copy(update={"meetings": meetings})
    page = Page(write(extraction, text, "html", PLAIN))
    shown = for_page(text)
    assert page.text == shown
    for number, span in enumerate(spans, 1):
        places = {place for place, (_, over) in enumerate(page.characters) if f"a0r{number}" in over}
        assert places == {place for place in range(*Span(*span)) if on_a_line_of_words(shown, place)}


def test_only_the_pages_own_style_and_script_may_run(pair):
    page = page_of(pair)
    [policy] = [attributes["content"] for _, attributes in page.elements if "http-equiv" in attributes]
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256("".join(page.inline[kind, ""]).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert sorted(tag for tag, _ in page.elements if tag in {"script", "style"}) == [
        "script",
        "script",
        "style",
    ]


def test_nothing_is_loaded_and_nothing_runs_from_an_attribute(pair):
    for tag, attributes in page_of(pair).elements:
        assert tag not in {
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "svg",
            "video",
            "audio",
        }
        assert not any(
            name.startswith("on") or name in {"src", "style", "srcdoc", "action"} for name in attributes
        )
        assert re.match(r"#|https?://", attributes.get("href", "#"))


@pytest.mark.parametrize(
    ("source", "is_link"),
    [
        ("https://news.example/a?b=1&c=2", True),
        ("http://news.example", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://[bad", False),
        ("//evil.example", False),
        ("https://news.example/\nx", False),
        ("article.txt", False),
    ],
)
def test_only_an_address_on_the_web_becomes_a_link(pairs, source, is_link):
    pair = pairs["empty"]
    article = pair.extraction.article.model_copy(update={"source": source})
    page = Page(write(pair.extraction.model_copy(update={"article": article}), pair.text, "html", PLAIN))
    links = [
        attributes["href"]
        for tag, attributes in page.elements
        if tag == "a" and not attributes["href"].startswith("#")
    ]
    assert links == ([source] if is_link else [])


def test_the_records_are_in_the_page_as_json(pair):
    document = write(pair.extraction, pair.text, "html", PLAIN)
    data = "".join(Page(document).inline["script", "application/json"])
    assert [Extraction.model_validate(one) for one in json.loads(data)] == [pair.extraction]
    assert not set(data) & set("<>&'\u2028\u2029")


def test_a_language_that_is_none_reaches_no_attribute(pairs):
    languages = {attributes.get("lang") for _, attributes in page_of(pairs["hostile"]).elements}
    assert languages <= {"en", None}
    assert "ar" in {attributes.get("lang") for _, attributes in page_of(pairs["arabic"]).elements}


def test_ids_are_unique_and_every_inner_link_leads_somewhere(pairs):
    page = Page(write_many(list(pairs.values()), "html", PLAIN))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not any(re.search(r"\s", one) for one in ids)
    references = [
        attributes["href"][1:]
        for _, attributes in page.elements
        if attributes.get("href", "").startswith("#")
    ]
    references += [
        attributes["aria-describedby"] for _, attributes in page.elements if "aria-describedby" in attributes
    ]
    assert set(references) <= set(ids)


def test_several_articles_have_an_index(pairs):
    page = Page(write_many([pairs["korean"], pairs["arabic"]], "html", PLAIN))
    assert [attributes["id"] for _, attributes in page.elements if attributes.get("class") == "case"] == [
        "a0",
        "a1",
    ]
    assert ("a", {"href": "#a1"}) in page.elements


def test_no_records_is_said(pairs):
    assert "No records" in write(*pairs["empty"], "html", PLAIN)


def test_a_long_article_takes_little_time(pairs):
    text = "한국과 <b>카자흐스탄</b> 대통령이 만났다. " * 7600
    step = len(text) // 400
    evidence = [
        Evidence(quote=text[at : at + 40], start=at, end=at + 40) for at in range(0, len(text) - 40, step)
    ]
    meetings = tuple(
        Meeting(id=f"m{number}", evidence=(one,), kind="talks", mode="phone", status="held")
        for number, one in enumerate(evidence)
    )
    extraction = pairs["empty"].extraction.model_copy(update={"meetings": meetings})
    began = time.process_time()
    document = write(extraction, text, "html", PLAIN)
    assert time.process_time() - began < 10
    assert len(text) > 200_000
    assert Page(document).text == text


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(one, other, share):
    pairs_ = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs_)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(scheme):
    style = files("extractor.writing").joinpath("page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-fA-F]{6})", blocks[scheme]))
    pairs_ = [
        ("ink", "paper"),
        ("ink", "sheet"),
        ("quiet", "paper"),
        ("quiet", "sheet"),
        ("sheet", "meeting"),
    ]
    grounds = {}
    for kind in ("meeting", "attendee", "agreement", "mou", "trade_figure"):
        grounds[kind] = mixed(colours[f"{kind}-tint"], colours["sheet"], 0.6)
        pairs_ += [
            ("ink", f"{kind}-tint"),
            ("ink", f"{kind}-on"),
            (kind, "paper"),
            (kind, f"{kind}-tint"),
            ("sheet", kind),
        ]
    weak = [pair for pair in pairs_ if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    weak += [("quiet", kind) for kind, ground in grounds.items() if contrast(colours["quiet"], ground) < 4.5]
    assert weak == []
