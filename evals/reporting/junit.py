"""A report document to JUnit XML: a suite of gates, and one for each record type with a case an article."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from evals.cases import TYPES
from evals.gating import Gate, Verdict

Document = Mapping[str, Any]

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(document: Document, gates: Sequence[Gate]) -> str:
    """Return the report as JUnit XML; an article fails where a record of a type is missed, false or wrong."""
    root = Element("testsuites", name=_printable(f"eval {document['system']} {document['llm']}"))
    _suite(root, "gates", ((gate.name, _gate_failure(gate)) for gate in gates))
    for kind in TYPES:
        _suite(root, kind, _articles(document, kind))
    failed = sum(int(suite.get("failures", "0")) for suite in root)
    root.set("failures", str(failed))
    root.set("tests", str(sum(int(suite.get("tests", "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, name: str, rows: Iterable[tuple[str, str | None]]) -> None:
    suite = SubElement(root, "testsuite", name=name)
    tests = failures = 0
    for title, failure in rows:
        case = SubElement(suite, "testcase", classname=name, name=_printable(title))
        tests += 1
        if failure is not None:
            failures += 1
            SubElement(case, "failure", message=_printable(failure.partition("\n")[0])).text = _printable(
                failure
            )
    suite.set("tests", str(tests))
    suite.set("failures", str(failures))


def _gate_failure(gate: Gate) -> str | None:
    return f"{gate.name}: {gate.detail}" if gate.verdict is Verdict.MISSED else None


def _articles(document: Document, kind: str) -> Iterator[tuple[str, str | None]]:
    for article in document["articles"]:
        problems = list(_problems(article, kind))
        yield article["id"], "\n".join(problems) or None


def _problems(article: Mapping[str, Any], kind: str) -> Iterator[str]:
    if article["failure"] is not None and any(one["type"] == kind for one in article["missed"]):
        yield f"no answer: {article['failure']}"
    for gold in article["missed"]:
        if gold["type"] == kind:
            yield f"missed {gold['id']}: {_words(gold)}"
    for alarm in article["false_alarms"]:
        if alarm["answer"]["type"] == kind:
            yield f"false {alarm['answer']['id']} ({', '.join(alarm['tags'])}): {_words(alarm['answer'])}"
    for pair in article["matched"]:
        if pair["gold"]["type"] == kind and not pair["right"]:
            yield f"not right {pair['gold']['id']}: {'; '.join(_wrong(pair)) or 'of another type'}"


def _wrong(pair: Mapping[str, Any]) -> Iterator[str]:
    for slot in pair["slots"]:
        if slot["core"] and slot["outcome"] not in {None, "correct"}:
            yield f"{slot['field']} is {slot['answer']!r}, should be {slot['gold']!r}"


def _words(record: Mapping[str, Any]) -> str:
    return str(record["evidence"][0]["quote"]) if record["evidence"] else "without evidence"


def _printable(text: str) -> str:
    """Return text without what XML 1.0 cannot hold."""
    return _UNPRINTABLE.sub("�", text)
