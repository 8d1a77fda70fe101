"""The comparison of systems: what its page says of given reports, and which reports it refuses."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from evals.cases import Answer
from evals.reporting.structured import document_of
from evals.results import results_md
from evals.results_errors import wrong_of
from evals.results_losses import field_f1, losses_of
from evals.summarising import score
from extractor.cli.app import app
from extractor.errors import ConfigError
from tests.evals.examples import NAMES, answer, case, setting, without

DAY = date(2026, 11, 26)
BASE, TRAINED = "qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-1.5b-diplomacy-v0"
FORGED = setting("f2", value="7", evidence=[{"quote": "seven *euros*", "start": None, "end": None}])


def document(change=None, system="extractor", llm="one", names=NAMES, **cost):
    """A report of answers that are the key but for a change in one article."""
    answers = [
        answer(
            one, change if one == "en" else None, llm=llm, cost={"input_tokens": 10, "seconds": 2.0, **cost}
        )
        for one in names
    ]
    report = score([case(one) for one in names], answers, system=system, llm=llm)
    return json.loads(json.dumps(document_of(report, {"split": "test", "sha256": "0" * 64}, None)))


def failing(system="instructor"):
    """A report of one article without an answer."""
    answers = [answer(one) for one in NAMES if one != "en"]
    answers.append(Answer("x-en", failure="TruncatedError", cost={"output_tokens": 1500, "requests": 1}))
    report = score([case(one) for one in NAMES], answers, system=system, llm="one")
    return json.loads(json.dumps(document_of(report, {"split": "test", "sha256": "0" * 64}, None)))


def page(*documents, notes=()):
    return results_md(documents, DAY, notes)


def section(text, title):
    """The lines of one section of a page."""
    return text.split(f"## {title}")[1].split("\n## ")[0]


def row(text, name):
    """The cells of the row of a table that begins so."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_the_same_reports_give_the_same_page():
    documents = (document(), document(without("g1"), "instructor"))
    assert page(*documents) == page(*documents)
    assert "2026-11-26. n = 4 articles in 4 clusters" in page(*documents)


def test_each_system_has_a_column_of_figures():
    text = page(document(), document(FORGED, "instructor", input_tokens=40), failing("langextract"))
    figures = section(text, "The figures")
    assert row(figures, "**DX-F1**")[0] == "100.0 [100.0, 100.0]"
    assert row(figures, "Input tokens an article") == ["10", "40", "0"]
    assert row(figures, "Articles without an answer") == ["0", "0", "1 (TruncatedError 1)"]
    assert row(figures, "Output tokens an article")[2] == "375"
    assert row(figures, "Fabricated, of its records")[0].startswith("0.0")
    assert not row(figures, "Fabricated, of its records")[1].startswith("0.0")
    assert row(figures, "Articles without records that got some")[0].startswith("0 of 1 [")


def test_differences_are_ours_minus_the_other_on_the_same_articles():
    worse = row(page(document(), document(without("g1"), "instructor")), "instructor")
    better = row(page(document(without("g1")), document(system="instructor")), "instructor")
    assert worse[1].startswith("+")
    assert better[1].startswith("−")
    assert (worse[5], better[5]) == ("1 / 0 / 3", "0 / 1 / 3")


def test_a_loss_is_told_with_both_figures():
    ours = document(without("g1"), input_tokens=50)
    losses = {loss.what: loss for loss in losses_of(ours, document(system="instructor"))}
    assert {"DX-F1", "Agreements, slot F1", "English (n = 2), DX-F1"} <= set(losses)
    assert losses["Input tokens, all articles"][1:] == ("200", "40")
    assert losses["Articles with a lower F1, of 4"][1:] == ("1", "x-en")
    assert "| DX-F1 |" in section(page(ours, document(system="instructor")), "Where extractor loses")


def test_where_nothing_is_lost_that_is_said():
    assert losses_of(document(), document(without("g1"), "instructor")) == ()
    assert "In none of them." in page(document(), document(without("g1"), "instructor"))


def test_an_article_rightly_left_empty_is_no_loss():
    ours = document()
    assert [one["f1"] for one in ours["articles"]].count(None) == 1
    assert not any("lower F1" in loss.what for loss in losses_of(ours, failing()))


def test_fields_in_which_the_other_is_better_are_named():
    wrong = document(setting("m1", status="cancelled"))
    for kept in (wrong, other := document(system="instructor")):
        for one in kept["fields"]:
            one["correct"] += 5  # more slots, as a larger key has
            one["credit"] += 5
    assert "meeting: status, F1" in {loss.what for loss in losses_of(wrong, other)}


@pytest.mark.parametrize(
    ("counts", "f1"),
    [
        ({"correct": 3, "credit": 3.0}, 1.0),
        ({"correct": 1, "missing": 1, "credit": 1.0}, 2 / 3),
        ({"partial": 2, "credit": 1.0}, 0.5),
        ({"spurious": 2}, 0.0),
        ({}, None),
    ],
)
def test_the_f1_of_a_field(counts, f1):
    names = ("correct", "partial", "incorrect", "missing", "spurious", "credit")
    assert field_f1({name: counts.get(name, 0) for name in names}) == f1


def test_errors_come_with_article_record_and_words():
    wrong = {one.name: one for one in wrong_of(document(FORGED, "instructor"))}
    assert wrong["missed"].records == f"1 of {sum(map(_keyed, document()['articles']))} in the key"
    (example,) = wrong["fabricated"].examples
    assert example.startswith("x-en: trade figure “")
    assert "seven &#42;euros&#42;" in example
    assert "which is not in the article" in example


def _keyed(article):
    return len(article["matched"]) + len(article["missed"])


def test_what_was_said_stands_beside_what_is_right():
    wrong = {one.name: one for one in wrong_of(document(setting("m1", status="cancelled")))}
    assert wrong["status"].examples[0].endswith(": status cancelled, not held")


def test_a_missed_record_of_an_article_without_an_answer_says_why():
    assert "(no answer: TruncatedError)" in wrong_of(failing())[0].examples[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ("one", "one", "All systems asked the same LLM, one."),
        (TRAINED, BASE, f"{TRAINED} adds an adapter"),
        (TRAINED, "another", "**Not the same LLM**"),
        (BASE, "qwen2.5-coder-0.5b-instruct", "**Not the same LLM**"),
    ],
)
def test_the_page_says_whether_the_llm_was_the_same(ours, theirs, said):
    assert said in page(document(llm=ours), document(system="instructor", llm=theirs))


def test_one_system_with_two_llms_is_told_apart():
    text = page(document(llm="one"), document(llm="two"), document(system="instructor"))
    assert "| extractor, one | extractor, two | instructor |" in text


def test_the_reader_is_warned():
    text = page(document(), document(system="instructor", cached=True), notes=["On two | cores"])
    first = section(text, "Read this first")
    assert "written, and labelled, with the help of LLMs" in first
    assert "n = 4 is small" in first
    assert "instructor: 4 answers were recorded before" in first
    assert "- On two &#124; cores" in first


@pytest.mark.parametrize(
    ("documents", "reason"),
    [
        ([document()], "compares with nothing"),
        ([document(), document()], "same system and LLM"),
        ([document(), document(system="instructor", names=NAMES[:2])], "different articles"),
        ([document(), {**document(), "gold": {"sha256": "1" * 64}}], "different articles"),
        ([document(), {**document(), "articles": [{"id": "x-en"}]}], "holds no records"),
    ],
)
def test_reports_that_cannot_be_compared_are_refused(documents, reason):
    with pytest.raises(ConfigError, match=reason):
        results_md(documents, DAY)


def test_the_command_writes_the_page(tmp_path):
    for name, one in (("a", document()), ("b", document(without("g1"), "instructor"))):
        (tmp_path / name).write_text(json.dumps(one), encoding="utf-8")
    command = ["eval", "results", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "R.md")]
    done = CliRunner().invoke(app, [*command, "--date", "2026-11-26", "--note", "Two cores."])
    assert done.exit_code == 0, done.output
    written = (tmp_path / "R.md").read_text(encoding="utf-8")
    assert written == page(document(), document(without("g1"), "instructor"), notes=["Two cores."])
    assert CliRunner().invoke(app, [*command, "--date", "yesterday"]).exit_code == 2
