"""The page of a report: what it says, what it marks, and that nothing in it can do harm."""

import base64
import hashlib
import json
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.commands import render
from evals.gating import Gate, Verdict
from evals.reporting import RENDERERS
from evals.reporting.changes import changes_of, with_comparison, with_runs
from evals.reporting.confusion import confusions_of, errors_by_type
from evals.reporting.describing import record_line, value_text
from evals.reporting.page import report_html
from evals.reporting.plotting import Spot, gap_axis, ratio_axis, scatter, span_axis, strip
from evals.reporting.structured import baseline_of
from extractor.writing.cleaning import for_page
from tests.evals.examples import setting, twice, without
from tests.evals.pages import HOSTILE, Page, compared, document, faulty, hostile

GATES = (
    Gate("fabrication", Verdict.MISSED, "2.46 %, 1.00 % at most"),
    Gate("gold", Verdict.PASSED, "same as the baseline's"),
)


def page_of(made, gates=()):
    return Page(report_html(made, gates))


def place_of(made, name):
    """Where the page shows an article: the worst come first."""
    rank = sorted(made["articles"], key=lambda one: (1.0 if one["f1"] is None else one["f1"], one["id"]))
    return [one["id"] for one in rank].index(name)


def cards(page, **wanted):
    return [one for tag, one in page.elements if tag == "article" and wanted.items() <= one.items()]


def test_the_page_is_one_of_the_reports():
    assert RENDERERS["report.html"] is report_html


def test_the_headline_has_its_interval_and_n():
    made = faulty()
    said = page_of(made).says()
    figure = made["headline"]["dx_f1"]
    value, low, high = (f"{100 * figure[end]:.1f}" for end in ("value", "low", "high"))
    assert f"DX-F1 {value} % 95 %: {low} to {high}" in said
    assert "n = 4 articles" in said


def test_the_ceiling_is_said_where_there_is_one():
    assert "the ceiling is not known" in page_of(faulty()).says()
    types = {kind: {"slots": 0.9, "detection": 0.9, "strict": 0.8} for kind in faulty()["types"]}
    made = {**faulty(), "agreement": {"articles": 3, "dx_f1": 0.912, "plain": 0.87, "types": types}}
    page = page_of(made)
    assert "two labellers of 3 articles agree to 91.2 %" in page.says()
    assert len(page.having(**{"class": "ceiling"})) == 6


def test_missed_gates_stand_at_the_top():
    said = page_of(faulty(), GATES).says()
    assert "1 of 2 gates missed: fabrication" in said
    assert said.index("1 of 2 gates missed") < said.index("By record type")
    assert "All 1 gates passed" in page_of(faulty(), GATES[1:]).says()
    assert not page_of(faulty()).having(id="gates")


@pytest.mark.parametrize("made", [faulty, compared, hostile, document], ids=lambda one: one.__name__)
def test_the_text_of_each_article_is_shown_as_it_is(made):
    texts = page_of(made()).texts()
    assert sorted(texts) == sorted(for_page(one["text"]) for one in made()["articles"])


def test_what_the_key_and_the_answer_rest_on_is_marked_apart():
    made = faulty()
    page, place = page_of(made), place_of(made, "x-en")
    assert page.marked(place, "missed", "key") == "Deputy Minister Maret Tamm"
    [fisheries] = [mark["class"] for data, mark in page.articles[place] if mark and "fisheries" in data]
    assert fisheries == "minor key"
    quote = "Trade between the two countries rose by 12 percent to 240 million euros in 2023"
    assert page.marked(place, "wrong", "key", "said") == quote


def test_words_of_several_records_have_the_colour_of_the_worst():
    made = document({"en": setting("f1", period="1999")})
    page, place = page_of(made), place_of(made, "x-en")
    wrong = page.marked(place, "wrong")
    assert wrong == "Trade between the two countries rose by 12 percent"
    assert page.marked(place, "right").startswith("Foreign Minister")


@pytest.mark.parametrize(
    ("outcome", "kind", "errors"),
    [
        ("missed", "attendees", "missed"),
        ("wrong", "trade_figures", "wrong period normalisation"),
        ("minor", "meetings", "minor"),
        ("false", "mous", "false over_extraction duplicate"),
    ],
)
def test_each_record_says_what_became_of_it(outcome, kind, errors):
    page = page_of(faulty())
    found = [
        (one["data-type"], one["data-errors"].strip())
        for one in cards(page)
        if one["class"] == f"card {outcome}"
    ]
    assert (kind, errors) in found


def test_key_and_answer_stand_side_by_side():
    source = report_html(faulty(), ())
    row = (
        r"period<span[^<]*</span></th>\s*<td><bdi>2023</bdi></td>\s*<td class=\"answer\"><bdi>2022</bdi></td>"
    )
    assert re.search(row, source)
    assert "nobody wrote this" in source
    assert "not in the article" in source


def test_a_perfect_run_has_nothing_wrong():
    page = page_of(document())
    assert {one["class"] for one in cards(page)} == {"card right"}
    assert "No record has an error tag." in page.says()


def test_an_answer_that_failed_and_one_that_obeyed_say_so():
    made = json.loads(json.dumps(faulty()))
    made["articles"][0].update(failure="TruncatedError", obeyed=True)
    page = page_of(made)
    assert "No answer: TruncatedError" in page.says()
    assert [one["data-id"] for one in page.having(data_failed="1", data_obeyed="1")] == ["x-en"]


def test_two_runs_are_compared_with_the_articles_that_moved():
    page = page_of(compared())
    said = page.says()
    assert "paired on 4 articles: 1 better, 1 worse, 2 as before" in said
    assert "found → missed" in said
    assert "missed → found" in said
    assert page.having(id="runs")
    assert not page_of(faulty()).having(id="change")


def test_a_baseline_without_records_is_compared_too():
    made = with_comparison(faulty(), baseline_of(document()))
    assert {one["id"] for one in made["comparison"]["moved"]} == {"x-en", "x-ko"}
    assert all(one["changes"] == [] for one in made["comparison"]["moved"])
    assert "0 better, 2 worse" in page_of(made).says()


def test_further_runs_stand_beside():
    made = with_runs(faulty(), [document(llm="another")])
    assert "another" in page_of(made).says()
    assert page_of(made).having(id="runs")


def test_reports_are_read_from_files_to_be_compared(tmp_path):
    for name, made in (("a", document(llm="two")), ("b", faulty()), ("c", document(llm="three"))):
        (tmp_path / f"{name}.json").write_text(json.dumps(made), encoding="utf-8")
    a, b, c = (tmp_path / f"{name}.json" for name in "abc")
    render(b, out=tmp_path, against=a, beside=[c])
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "than run A, two" in page.says() or "with run A, two" in page.says()
    assert len(page.having(**{"class": "run"})) == 3


@pytest.mark.parametrize(
    ("change", "record", "what", "better"),
    [
        (without("a3"), "Maret Tamm", "found → missed", False),
        (setting("f2", period="2022"), "240 million EUR", "period: 2023 → 2022", False),
        (setting("m1", date=None), "Estonia – Ghana", "date: 2024-06-04 → nothing", False),
        (twice("u1"), "ports", "new false record", False),
    ],
)
def test_what_changed_in_an_article_is_told_and_undone(change, record, what, better):
    first, second = (made["articles"][0] for made in (document(), document({"en": change})))
    [told] = [one for one in changes_of(first, second) if one.what == what]
    assert record in told.record
    assert told.better is better
    assert {one.better for one in changes_of(second, first)} == {not better}
    assert changes_of(first, first) == ()


def test_confusions_count_what_was_taken_for_what():
    tables = {
        one.title: one for one in confusions_of(document({"en": setting("m1", status="planned")})["articles"])
    }
    status = tables["Status of meetings"]
    held = dict(zip(status.columns, dict(status.rows)["held"], strict=True))
    assert (held["held"].count, held["planned"].count, held["planned"].level) == (2, 1, 5)
    assert held["held"].same
    types = confusions_of(faulty()["articles"])[0]
    assert {cell.count for name, cells in types.rows if name == "not in the key" for cell in cells} == {0, 1}


def test_confusions_of_no_articles_are_none():
    assert confusions_of(()) == ()


def test_errors_are_counted_by_type():
    assert errors_by_type(faulty()["articles"])["duplicate"]["mous"] == 1


def test_filters_offer_what_there_is():
    page = page_of(faulty())
    values = {one.get("value") for tag, one in page.elements if tag == "option"}
    assert {"en", "ko", "ar", "mous", "missed", "period", "page_noise"} <= values
    assert "down" not in values
    assert "down" in {one.get("value") for tag, one in page_of(compared()).elements if tag == "option"}


# -- harmless ----------------------------------------------------------------------------------------------


def assert_harmless(page):
    [policy] = [one["content"] for one in page.having(http_equiv="Content-Security-Policy")]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256("".join(page.inline[kind]).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    tags = [tag for tag, _ in page.elements]
    assert (tags.count("script"), tags.count("style")) == (1, 1)
    assert not set(tags) & {
        "img",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "video",
        "image",
        "use",
    }
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert not set(attributes) & {
            "src",
            "style",
            "srcdoc",
            "action",
            "formaction",
            "xlink:href",
            "autofocus",
        }
        assert attributes.get("href", "#").startswith("#")


@pytest.mark.parametrize("made", [faulty, compared, hostile], ids=lambda one: one.__name__)
def test_only_our_own_style_and_script_may_run_and_nothing_is_loaded(made):
    assert_harmless(page_of(made(), GATES))


def test_hostile_words_stand_there_as_words():
    page = page_of(hostile(), [Gate(HOSTILE, Verdict.MISSED, HOSTILE)])
    assert page.says().count("</script><script>alert(1)</script>") > 20
    assert "{{ 7 * 7 }}" in page.says()
    assert not {"\x1b", "\u202e"} & set("".join(page.words))
    assert {one.get("lang") for _, one in page.elements} == {"en", None}


def test_a_comparison_of_hostile_runs_is_harmless():
    made = with_comparison(hostile(), {**hostile(), "llm": f"other {HOSTILE}"})
    made["comparison"]["moved"] = [
        {
            "id": made["articles"][0]["id"],
            "before": 1.0,
            "after": None,
            "changes": [{"type": HOSTILE, "record": HOSTILE, "what": HOSTILE, "better": False}],
        }
    ]
    assert_harmless(page_of(made))


def test_ids_are_unique_and_every_inner_link_leads_somewhere():
    page = page_of(compared(), GATES)
    ids = [one["id"] for _, one in page.elements if "id" in one]
    assert len(ids) == len(set(ids))
    ends = [one["href"][1:] for _, one in page.elements if "href" in one]
    ends += [one["aria-labelledby"] for _, one in page.elements if "aria-labelledby" in one]
    assert set(ends) <= set(ids)


ANY = st.text(
    st.one_of(st.sampled_from("<>&\"'\n\r \t\u202e\u2028\x00\x1b/!-{}%"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=60,
)


@given(text=ANY, word=ANY, data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_text_with_any_evidence_is_shown_as_it_is(text, word, data):
    made = json.loads(json.dumps(faulty()))
    article = made["articles"][0]
    article.update(text=text, title=word, id=word, tags=[word])
    edges = st.integers(0, len(text))
    for pair in article["matched"]:
        for side in ("gold", "answer"):
            start, end = sorted((data.draw(edges), data.draw(edges)))
            pair[side]["evidence"] = [{"quote": text[start:end], "start": start, "end": end}]
            pair[side]["fields"]["attributed_to"] = word
    made.update(articles=[article], llm=word)
    page = page_of(made, [Gate(word, Verdict.WARNING, word)])
    assert page.texts() == [for_page(text)]
    assert_harmless(page)
    ids = [one["id"] for _, one in page.elements if "id" in one]
    assert {one["href"][1:] for _, one in page.elements if "href" in one} <= set(ids)


# -- values and plots --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("value", "235300000000", "235.3 billion"),
        ("value", "1e999999999", "1e999999999"),
        ("value", "NaN", "NaN"),
        ("value", 12, "12"),
        ("status", "in_force", "in force"),
        ("currency", "EUR", "EUR"),
        ("countries", ["KOR", "CHN"], "KOR; CHN"),
        ("background", False, "no"),
        ("date", None, ""),
        ("date", {"a": 1}, '{"a": 1}'),
    ],
)
def test_a_value_reads_well_and_is_never_refused(field, value, shown):
    assert value_text(field, value) == shown


@pytest.mark.parametrize("kind", ["meetings", "attendees", "agreements", "mous", "trade_figures"])
def test_a_record_that_says_nothing_has_a_line(kind):
    assert record_line({"type": kind, "fields": {}}) in {"nothing said", "untitled"}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_an_axis_of_ratios_holds_all_of_them(values):
    axis = ratio_axis(values)
    assert axis.low <= min(values)
    assert axis.ticks[0] == axis.low
    assert axis.ticks[-1] == axis.high == 1
    places = [float(axis.place(one)[:-1]) for one in sorted(values)]
    assert places == sorted(places)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=9))
def test_an_axis_of_differences_has_nought_in_its_middle(values):
    axis = gap_axis(values)
    assert axis.place(0) == "50.00%"
    assert max(map(abs, values)) <= axis.high + 1e-9


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=9))
def test_an_axis_of_costs_holds_all_of_them_between_few_ticks(values):
    axis = span_axis(values)
    assert axis.low <= min(values)
    assert max(values) <= axis.high
    assert 2 <= len(axis.ticks) <= 9


def test_a_figure_without_an_interval_is_a_dot_alone():
    axis = ratio_axis([0.5])
    drawn = strip(axis, {"value": 0.5, "low": None, "high": None}, "")
    assert (drawn.low, drawn.high, drawn.mark) == (None, None, None)
    assert strip(axis, {"value": None, "low": None, "high": None}, "").dot is None


def test_labels_that_would_meet_are_left_out_and_dots_are_not():
    figure = {"value": 0.8, "low": None, "high": None}
    spots = [
        Spot(cost, figure, name, "", large=False) for cost, name in ((100, "ko"), (101, "ja"), (900, "hu"))
    ]
    cloud = scatter([*spots, Spot(5, {**figure, "value": None}, "none", "", large=False)])
    assert [one.label for one in cloud.points] == ["ko", "", "hu"]
    assert Decimal(cloud.points[0].x[:-1]) < Decimal(cloud.points[2].x[:-1])
