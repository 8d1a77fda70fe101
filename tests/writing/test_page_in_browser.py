"""The page in a real browser: nothing runs, nothing is loaded, cards and article show each other."""

import json
from pathlib import Path

import pytest

from extractor.records import Extraction
from extractor.writing import WriteOptions, write
from extractor.writing.cleaning import for_page

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs the browser {CHROMIUM} (Debian: chromium)"
)

DESKTOP = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """An open page and all that it did which a page of records must not do."""

    def __init__(self, browser, path, **context):
        self.page = browser.new_context(
            **{"viewport": DESKTOP, "reduced_motion": "reduce", **context}
        ).new_page()
        self.misdeeds = []
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda message: self.misdeeds.append(("console", message.text)))
        self.page.on("pageerror", lambda error: self.misdeeds.append(("error", str(error))))
        self.page.on("request", self._request)
        self.page.on("popup", lambda _: self.misdeeds.append(("popup", "")))
        self._own = path.as_uri()
        self.page.goto(self._own)

    def _dialog(self, dialog):
        self.misdeeds.append(("dialog", dialog.message))
        dialog.dismiss()

    def _request(self, request):
        if request.url != self._own:
            self.misdeeds.append(("request", request.url))

    def lit(self, selector):
        return self.page.locator(f"{selector}.on").all()

    def lit_text(self):
        return "".join(mark.text_content() for mark in self.lit("[data-keys]"))


@pytest.fixture
def open_page(browser, tmp_path):
    opened = []

    def open_one(pair, **context):
        path = tmp_path / "page.html"
        path.write_bytes(write(pair.extraction, pair.text, "html", WriteOptions()).encode())
        opened.append(Opened(browser, path, **context))
        return opened[-1]

    yield open_one
    for one in opened:
        one.page.context.close()


def test_the_page_runs_loads_and_says_nothing_of_its_own(open_page, pair):
    opened = open_page(pair)
    for card in opened.page.locator("article.card").all():
        card.click(position={"x": 3, "y": 8})
    for link in opened.page.locator("a[href^='#']").all():
        link.dispatch_event("click")
    opened.page.wait_for_timeout(50)
    assert opened.misdeeds == []


def test_the_article_reads_as_it_was_written(open_page, pair):
    opened = open_page(pair)
    assert opened.page.locator(".text").evaluate("pane => pane.textContent") == for_page(pair.text)


def test_the_policy_stops_a_script_that_got_in(open_page, pairs):
    opened = open_page(pairs["empty"])
    refused = []
    opened.page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    opened.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src=https://evil.example/x onerror='window.ran = true'>");
        }"""
    )
    opened.page.wait_for_timeout(100)
    assert opened.page.evaluate("window.ran") is None
    assert refused == [("https://evil.example/x", "csp")]


def test_clicking_a_card_lights_its_evidence_and_no_other(open_page, pairs):
    pair = pairs["korean"]
    opened = open_page(pair)
    opened.page.locator("article.mou").first.click(position={"x": 3, "y": 8})
    assert opened.lit_text() == pair.extraction.mous[0].evidence[0].quote
    assert [card.get_attribute("id") for card in opened.lit("article")] == ["a0r7"]


def test_clicking_words_of_the_article_lights_and_focuses_their_card(open_page, pairs):
    opened = open_page(pairs["hungarian"])
    opened.page.locator("mark.trade_figure").last.click()
    last = opened.page.locator("article.trade_figure").last
    assert "on" in last.get_attribute("class").split()
    assert last.evaluate("card => card === document.activeElement")
    playwright.expect(last).to_be_in_viewport()


def test_pointing_at_a_card_lights_its_evidence_for_as_long(open_page, pairs):
    pair = pairs["arabic"]
    opened = open_page(pair)
    opened.page.locator("article.agreement").hover(position={"x": 3, "y": 8})
    assert opened.lit_text() == pair.extraction.agreements[0].evidence[0].quote
    opened.page.locator("h1").hover()
    assert opened.lit("*") == []


def test_a_value_shows_its_words_and_lights_them(open_page, pairs):
    opened = open_page(pairs["korean"])
    button = opened.page.get_by_role("button", name="about 1.2 trillion KRW")
    tip = opened.page.locator(f"#{button.get_attribute('aria-describedby')}")
    assert not tip.is_visible()
    button.focus()
    assert tip.is_visible()
    assert tip.inner_text() == "computed by code: 1조 2000억 원"
    assert opened.lit_text() == "1조 2000억 원"


def test_the_keyboard_alone_reaches_every_record_and_leaves_it(open_page, pairs):
    pair = pairs["hungarian"]
    opened = open_page(pair)
    seen = []
    for _ in range(200):
        opened.page.keyboard.press("Tab")
        focused = opened.page.evaluate("document.activeElement.id")
        if opened.page.evaluate("document.activeElement.matches('article.card')"):
            seen.append(focused)
            assert opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert list(dict.fromkeys(seen)) == [f"a0r{number}" for number in range(1, 15)]
    opened.page.locator("#a0r1").focus()
    assert opened.lit("mark")
    opened.page.keyboard.press("Escape")
    assert opened.lit("*") == []


def test_the_records_can_be_saved(open_page, pairs, tmp_path):
    pair = pairs["korean"]
    opened = open_page(pair)
    with opened.page.expect_download() as started:
        opened.page.locator("#save").click()
    started.value.save_as(tmp_path / "saved.json")
    saved = json.loads((tmp_path / "saved.json").read_text(encoding="utf-8"))
    assert Extraction.model_validate(saved) == pair.extraction


def test_nothing_is_wider_than_the_screen(open_page, pair):
    opened = open_page(pair)
    for width in (320, 390, 800, 1360):
        opened.page.set_viewport_size({"width": width, "height": 800})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.page.locator(".records").evaluate("pane => pane.scrollWidth <= pane.clientWidth")


def test_a_phone_has_the_article_above_the_records(open_page, pairs):
    opened = open_page(pairs["korean"], viewport=PHONE)
    text, records = (opened.page.locator(pane).bounding_box() for pane in (".text", ".records"))
    assert text["y"] + text["height"] <= records["y"]


def test_dark_is_dark_and_light_is_light(open_page, pairs):
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = open_page(pairs["korean"], color_scheme="dark").page.evaluate(ground)
    light = open_page(pairs["korean"], color_scheme="light").page.evaluate(ground)
    assert (dark, light) == ("rgb(21, 23, 26)", "rgb(251, 250, 247)")


def test_right_to_left_paragraphs_run_so(open_page, pairs):
    opened = open_page(pairs["arabic"])
    directions = opened.page.locator(".text p").evaluate_all(
        "all => all.map(p => getComputedStyle(p).direction)"
    )
    assert set(directions) == {"rtl"}
    assert (
        opened.page.locator("article.meeting h3 .title").evaluate("one => getComputedStyle(one).direction")
        == "ltr"
    )


def test_paper_shows_everything_at_once(open_page, pairs):
    opened = open_page(pairs["hungarian"])
    opened.page.emulate_media(media="print")
    for pane in (".text", ".records"):
        assert opened.page.locator(pane).evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert opened.page.locator("dd .tip q", has_text="kedden").is_visible()
