"""Report documents to make pages of, and a parser that reads a page as a browser's parser would."""

import json
from functools import cache
from html.parser import HTMLParser

from evals.reporting.changes import with_comparison
from evals.reporting.structured import document_of
from evals.summarising import score
from tests.evals.examples import NAMES, answer, case, record, setting, twice, without

GOLD = {"split": "test", "sha256": "0123456789ab" + "0" * 52}
USAGE = {"input_tokens": 900, "output_tokens": 300, "requests": 1, "seconds": 4.0}
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "' onmouseover='alert(3) \" autofocus onfocus=\"alert(4) {{ 7 * 7 }} \x1b[31m\u202ename javascript:alert(5)"
)
VOID = {"meta", "br", "img", "link", "input"}


def document(changes=None, llm="one", **more):
    """The report of the keys as answers; `changes` by article name edit the answers."""
    cases = [case(name, tags=["page_noise"] if name == "ko" else []) for name in NAMES]
    answers = [answer(name, (changes or {}).get(name), llm=llm, cost=USAGE) for name in NAMES]
    return {**json.loads(json.dumps(document_of(score(cases, answers, llm=llm), GOLD, None))), **more}


def all_of(*changes):
    def change(rows):
        for one in changes:
            one(rows)

    return change


FAULTS = {
    "en": all_of(
        without("a3"),
        setting("f2", period="2022"),
        setting("m1", place_as_written="Riga"),
        setting("g1", evidence=[{"quote": "nobody wrote this", "start": 3, "end": 20}]),
        twice("u1"),
    ),
    "ko": setting("f1", value="4200000000000"),
}


@cache
def faulty():
    return document(FAULTS)


@cache
def compared():
    """A run better in Korean and worse in English than the one before it."""
    before = document({"ko": without("g1")}, llm="two")
    return with_comparison(document({**FAULTS, "ko": None}), before)


def hostile():
    """A document whose every text is hostile, with such an answer and such names."""

    def change(rows):
        for name in ("place_as_written", "date_as_written", "status", "date"):
            record(rows, "m1")[name] = HOSTILE
        record(rows, "f2").update(value=HOSTILE, currency=HOSTILE)
        record(rows, "a1").update(name=HOSTILE, evidence=[{"quote": HOSTILE, "start": 0, "end": 9}])

    made = document({"en": change}, llm=HOSTILE, system=HOSTILE)
    for place, article in enumerate(made["articles"]):
        article.update(
            id=f"{HOSTILE}{place}", title=HOSTILE, language=HOSTILE, tags=[HOSTILE], failure=HOSTILE
        )
        article["text"] = HOSTILE + article["text"]
    made["languages"] = {HOSTILE: made["languages"]["en"]}
    made["tags"] = {HOSTILE: made["languages"][HOSTILE]}
    made["gold"] = {"split": HOSTILE, "sha256": HOSTILE}
    return made


class Page(HTMLParser):
    """A page as its elements, the text of each article, its scripts and styles, and all text there is."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self.articles, self.inline, self.open, self.words = [], [], {}, [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if attributes.get("class") == "text":
            self.articles.append([])
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tag, _ = self.open[-1] if self.open else ("", {})
        if tag in {"script", "style"}:
            self.inline.setdefault(tag, []).append(data)
        else:
            self.words.append(data)
        if any(attributes.get("class") == "text" for _, attributes in self.open):
            marks = [attributes for tag, attributes in self.open if tag == "mark"]
            self.articles[-1].append((data, marks[0] if marks else None))

    def texts(self):
        """The text of each article, in the order of the page."""
        return ["".join(data for data, _ in pieces) for pieces in self.articles]

    def marked(self, article, *classes):
        """The marked words of one article that have all of some classes, joined."""
        return "".join(
            data
            for data, mark in self.articles[article]
            if mark is not None and set(classes) <= set(mark["class"].split())
        )

    def having(self, **wanted):
        """The attributes of all elements that have some."""
        return [
            attributes
            for _, attributes in self.elements
            if all(attributes.get(name.replace("_", "-")) == value for name, value in wanted.items())
        ]

    def says(self):
        return " ".join(" ".join(self.words).split())
