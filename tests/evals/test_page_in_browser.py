"""The page of a report in a real browser: filters, sorting, links, and that nothing runs or is loaded."""

import pytest

from evals.gating import Gate, Verdict
from evals.reporting.page import report_html
from extractor.writing.cleaning import for_page
from tests.evals.pages import compared, faulty, hostile
from tests.writing.test_page_in_browser import CHROMIUM, PHONE, Opened, playwright

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs the browser {CHROMIUM} (Debian: chromium)"
)

GATES = (Gate("fabrication", Verdict.MISSED, "2.46 %, 1.00 % at most"),)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    opened = []

    def open_one(made, **context):
        path = tmp_path / "report.html"
        path.write_text(report_html(made, GATES), encoding="utf-8", newline="")
        opened.append(Opened(browser, path, **context))
        return opened[-1]

    yield open_one
    for one in opened:
        one.page.context.close()


def shown(page):
    """The ids of the articles that the filters leave, in the order of the page."""
    return [one.get_attribute("data-id") for one in page.locator("details.view:visible").all()]


def view(page, name):
    return page.locator(f"details.view[data-id='{name}']")


def open_all(page):
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize("made", [faulty, compared, hostile], ids=lambda one: one.__name__)
def test_the_page_runs_loads_and_says_nothing_of_its_own(open_page, made):
    opened = open_page(made())
    open_all(opened.page)
    for element in opened.page.locator("article.card, a[href^='#'], th button, button[data-filter]").all():
        element.dispatch_event("click")
    for select in opened.page.locator("select").all():
        for option in select.locator("option").all():
            select.select_option(option.get_attribute("value"))
    opened.page.wait_for_timeout(50)
    assert opened.misdeeds == []


def test_the_policy_stops_a_script_that_got_in(open_page):
    opened = open_page(faulty())
    opened.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<p onclick='window.ran = true' id='bait'>x</p>");
            document.getElementById("bait").click();
        }"""
    )
    assert opened.page.evaluate("window.ran") is None
    assert len([one for one in opened.misdeeds if "Content Security Policy" in one[1]]) == 2


@pytest.mark.parametrize("made", [faulty, hostile], ids=lambda one: one.__name__)
def test_each_article_reads_as_it_was_written(open_page, made):
    page = open_page(made()).page
    texts = page.locator(".text").evaluate_all("all => all.map(one => one.textContent)")
    assert sorted(texts) == sorted(for_page(one["text"]) for one in made()["articles"])


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["x-en", "x-ko", "x-ar", "x-none"]),
        ({"language": "ko"}, ["x-ko"]),
        ({"type": "mous"}, ["x-en"]),
        ({"error": "any"}, ["x-en", "x-ko"]),
        ({"error": "missed"}, ["x-en", "x-ko"]),
        ({"error": "scale"}, ["x-ko"]),
        ({"error": "period", "type": "trade_figures"}, ["x-en"]),
        ({"error": "period", "type": "attendees"}, []),
        ({"trap": "page_noise"}, ["x-ko"]),
        ({"words": "VALLETTA"}, []),
        ({"words": "museum of glass"}, ["x-none"]),
        ({"error": "failed"}, []),
    ],
)
def test_filters_leave_what_fits(open_page, wanted, names):
    page = open_page(faulty()).page
    for name, value in wanted.items():
        field = page.locator(f"#f-{name}")
        field.fill(value) if name == "words" else field.select_option(value)
    assert sorted(shown(page)) == sorted(names)
    assert page.locator("#count").inner_text() == f"{len(names)} of 4 articles"
    assert page.locator("#nothing").is_visible() == (not names)
    page.locator("#clear").click()
    assert len(shown(page)) == 4


def test_a_filter_leaves_only_the_records_that_fit(open_page):
    page = open_page(faulty()).page
    page.locator("#f-error").select_option("period")
    view(page, "x-en").locator("summary").first.click()
    cards = view(page, "x-en").locator("article.card:visible")
    assert [one.get_attribute("data-type") for one in cards.all()] == ["trade_figures"]


def test_a_name_in_a_table_filters_the_articles(open_page):
    page = open_page(faulty()).page
    page.locator("#languages").get_by_role("button", name="Korean").click()
    assert shown(page) == ["x-ko"]
    page.locator("#errors").get_by_role("button", name="period").click()
    assert shown(page) == ["x-en"]
    assert page.evaluate("document.activeElement.id") == "f-error"


def test_articles_are_put_in_order(open_page):
    page = open_page(compared()).page
    worst = shown(page)
    assert worst[0] == "x-en"
    page.locator("#f-order").select_option("id")
    assert shown(page) == ["x-ar", "x-en", "x-ko", "x-none"]
    page.locator("#f-order").select_option("gap")
    assert set(shown(page)[:2]) == {"x-en", "x-ko"}
    page.locator("#f-order").select_option("f1")
    assert shown(page)[0] == "x-en"


def test_a_heading_sorts_its_table_both_ways(open_page):
    page = open_page(faulty()).page
    heading = page.locator("#languages thead").get_by_role("button", name="DX-F1")

    def figures():
        cells = page.locator("#languages > .wide tbody tr td:nth-child(3)")
        return [float(one.inner_text()) for one in cells.all()]

    heading.click()
    assert figures() == sorted(figures(), reverse=True)
    assert heading.locator("xpath=..").get_attribute("aria-sort") == "descending"
    heading.press("Enter")
    assert figures() == sorted(figures())
    page.locator("#languages thead").get_by_role("button", name="language").click()
    names = page.locator("#languages > .wide tbody th").all_inner_texts()
    assert names == ["Arabic", "English", "Korean"]


def test_a_link_opens_its_article_whatever_the_filters_say(open_page):
    page = open_page(compared()).page
    page.locator("#f-language").select_option("ar")
    page.locator("#change").get_by_role("link", name="x-ko").click()
    assert view(page, "x-ko").evaluate("one => one.open")
    playwright.expect(view(page, "x-ko").locator(".text")).to_be_in_viewport()


def test_a_record_and_its_words_light_up_together(open_page):
    opened = open_page(faulty())
    page = opened.page
    view(page, "x-en").locator("summary").first.click()
    card = view(page, "x-en").locator("article.card.missed")
    card.hover(position={"x": 3, "y": 8})
    assert opened.lit_text() == "Deputy Minister Maret Tamm"
    page.mouse.move(0, 0)
    assert opened.lit("*") == []
    view(page, "x-en").locator("mark", has_text="240 million euros").click()
    assert page.evaluate("document.activeElement.dataset.type") == "trade_figures"
    assert "240 million euros" in opened.lit_text()
    page.mouse.move(0, 0)
    page.keyboard.press("Escape")
    assert opened.lit("*") == []


def test_the_keyboard_alone_opens_an_article_and_reaches_its_records(open_page):
    page = open_page(faulty()).page
    page.locator("#clear").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("details.view").first.evaluate("one => one.open")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('article.card')"):
            seen.add(page.evaluate("document.activeElement.id"))
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    cards = page.locator("details.view").first.locator("article.card")
    assert seen >= {one.get_attribute("id") for one in cards.all()}


@pytest.mark.parametrize("made", [compared, hostile], ids=lambda one: one.__name__)
def test_nothing_is_wider_than_the_screen(open_page, made):
    page = open_page(made()).page
    open_all(page)
    for width in (320, 390, 800, 1360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_has_the_article_above_its_records(open_page):
    page = open_page(faulty(), viewport=PHONE).page
    page.locator("details.view summary").first.click()
    text, records = (
        page.locator("details.view").first.locator(pane).bounding_box() for pane in (".text", ".records")
    )
    assert text["y"] + text["height"] <= records["y"]


def test_a_wide_screen_has_them_side_by_side(open_page):
    page = open_page(faulty()).page
    page.locator("details.view summary").first.click()
    text, records = (
        page.locator("details.view").first.locator(pane).bounding_box() for pane in (".text", ".records")
    )
    assert text["x"] + text["width"] <= records["x"] + 1


def test_dark_is_dark_and_light_is_light(open_page):
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = open_page(faulty(), color_scheme="dark").page.evaluate(ground)
    light = open_page(faulty(), color_scheme="light").page.evaluate(ground)
    assert (dark, light) == ("rgb(21, 23, 26)", "rgb(251, 250, 247)")


def test_dots_are_drawn_where_their_figures_are(open_page):
    page = open_page(faulty()).page
    row = page.locator("#types tbody tr").first
    strip, dot = row.locator("svg").bounding_box(), row.locator("circle").bounding_box()
    ticks = row.locator("line.tick").evaluate_all("all => all.map(one => one.getBoundingClientRect().x)")
    first, last = min(ticks), max(ticks)
    labels = [
        float(one)
        for one in page.locator("#types thead svg text")
        .first.locator("xpath=..")
        .locator("text")
        .all_text_contents()
    ]
    value = float(row.locator("td.n").first.inner_text())
    wanted = first + (value - labels[0]) / (labels[-1] - labels[0]) * (last - first)
    assert abs(dot["x"] + dot["width"] / 2 - wanted) < 2
    assert strip["x"] <= first < last <= strip["x"] + strip["width"]


def test_without_a_script_all_can_be_read(open_page):
    page = open_page(faulty(), java_script_enabled=False).page
    assert not page.locator(".filters").is_visible()
    page.locator("details.view summary").first.click()
    assert page.locator("details.view .text").first.is_visible()


def test_paper_has_the_tables_and_what_was_open(open_page):
    page = open_page(compared()).page
    view(page, "x-en").locator("summary").first.click()
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    assert view(page, "x-en").locator(".text").is_visible()
    for table in page.locator(".wide:visible").all():
        assert table.evaluate("one => getComputedStyle(one).overflowY") == "visible"
