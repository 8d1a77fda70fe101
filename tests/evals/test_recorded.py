"""Recorded answers: written by one command, given again without asking, and a gap is told with its cause."""

import json
import shutil
from dataclasses import replace

import pytest

from evals import recording
from evals.gold import load_cases
from evals.running import article_of
from extractor import pipeline, prompting
from extractor.errors import TransientLLMError, TruncatedError
from extractor.llm.caching import Cached, DiskStore
from extractor.llm.recorded import RecordedAnswers
from extractor.llm.stored import StoredAnswer
from extractor.normalizing.numbers import find_quantities
from extractor.pipeline import Extractor
from extractor.records import Usage
from extractor.resolving import figures
from extractor.settings import Settings
from extractor.wiring import asking_of
from tests.evals.recordings import (
    ANSWERS,
    NAMES,
    ROOT,
    cache_of_examples,
    gold_of_examples,
    rows_of,
    told,
    write,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("recorded")
    gold_of_examples(home / "gold")
    cache_of_examples(home / "cache")
    told("eval", "record", *flags(home, cache=home / "cache"))
    return home


@pytest.fixture
def home(made, tmp_path):
    """A copy of the gold, the recordings and the cache, to be changed."""
    for name in ("gold", "recorded", "cache"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


def flags(home, cache=None):
    places = ("--gold", home / "gold", "--recordings", home / "recorded", "--out", home / "out")
    return (*places, "--offline", "--cache-dir", cache) if cache else places


def replayed(home, *more, code=0):
    return told("eval", "run", "--recorded", *flags(home), *more, code=code)


def predictions(home):
    rows = rows_of(home / "out" / "predictions.jsonl")
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_just_the_answers_to_the_gold_are_recorded_and_always_alike(home):
    assert (home / "recorded/answers.jsonl").read_bytes() == ANSWERS.read_bytes()
    told("eval", "record", *flags(home, cache=home / "cache"))
    before = (home / "recorded/manifest.json").read_bytes()
    write(home / "gold/articles.jsonl", reversed(rows_of(home / "gold/articles.jsonl")))
    told("eval", "record", *flags(home, cache=home / "cache"))
    assert (home / "recorded/answers.jsonl").read_bytes() == ANSWERS.read_bytes()
    assert (home / "recorded/manifest.json").read_bytes() == before


def test_what_the_gold_no_longer_asks_is_no_longer_recorded(home):
    write(home / "gold/articles.jsonl", rows_of(home / "gold/articles.jsonl")[:3])
    told("eval", "record", *flags(home, cache=home / "cache"))
    assert len(rows_of(home / "recorded/answers.jsonl")) == 3


def test_a_recorded_run_says_what_the_run_said_that_was_recorded(made, home):
    replayed(home)
    rows = predictions(home)
    assert [row["article"] for row in rows] == list(NAMES)
    first = rows_of(made / "out/predictions.jsonl")
    assert [row["extraction"] for row in rows] == [row["extraction"] for row in first]
    assert all(row["extraction"]["provenance"]["cached"] for row in rows)


def test_surroundings_do_not_reach_a_recorded_run(home, monkeypatch):
    for name, value in {"BASE_URL": "http://127.0.0.1:9/v1", "LLM": "x", "CHUNK_TOKENS": "300"}.items():
        monkeypatch.setenv(f"EXTRACTOR_{name}", value)
    monkeypatch.setenv("EXTRACTOR_CACHE_DIR", str(home / "none"))
    replayed(home)
    assert len(predictions(home)) == len(NAMES)
    assert not (home / "none").exists()


@pytest.fixture
def prompts(tmp_path, monkeypatch):
    """Return a copy of the templates that the program takes for its own."""
    copy = shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    monkeypatch.setattr(prompting, "prompts_directory", lambda: copy)
    prompting.load_template.cache_clear()
    yield copy
    prompting.load_template.cache_clear()


def test_an_edited_prompt_fails_the_run_and_names_the_command_to_record_again(home, prompts):
    replayed(home)
    written = (home / "out/predictions.jsonl").read_bytes()
    template = prompts / "embedded.j2"
    template.write_text(template.read_text().replace("diplomatic facts", "all diplomatic facts"))
    prompting.load_template.cache_clear()
    said = replayed(home, code=4).stderr
    assert f"no recorded answer for {len(NAMES)} of {len(NAMES)} articles: the prompt was embedded-1@" in said
    assert f"(all {len(NAMES)} articles)" in said
    assert f"`extractor eval record --gold {home / 'gold'} --recordings {home / 'recorded'}`" in said
    assert (home / "out/predictions.jsonl").read_bytes() == written


def edit_articles(home, _monkeypatch):
    rows = rows_of(home / "gold/articles.jsonl")
    rows[2]["text"] += "\nA further line."
    write(home / "gold/articles.jsonl", rows)


def add_an_article(home, _monkeypatch):
    for name in ("articles", "key"):
        rows = rows_of(home / f"gold/{name}.jsonl")
        write(home / f"gold/{name}.jsonl", [*rows, {**rows[0], "id": "zz", "text": "Nothing happened."}])


def drop_an_answer(home, _monkeypatch):
    write(home / "recorded/answers.jsonl", rows_of(home / "recorded/answers.jsonl")[1:])


def damage_an_answer(home, _monkeypatch):
    first, *others = rows_of(home / "recorded/answers.jsonl")
    write(home / "recorded/answers.jsonl", [{**first, "text": '{"meetings": 3}'}, *others])


def record_in_another_wire_format(home, _monkeypatch):
    path = home / "recorded/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["asked"] |= {"wire": "0", "schema": "0" * 12}
    for article in manifest["articles"].values():
        article["requests"] = ["0" * 64]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    write(home / "recorded/answers.jsonl", [])


def change_the_segmentation(_home, monkeypatch):
    chunk = pipeline.chunk
    monkeypatch.setattr(pipeline, "chunk", lambda article, _tokens: chunk(article, 200))


@pytest.mark.parametrize(
    ("change", "count", "why"),
    [
        (edit_articles, 1, "the article changed"),
        (add_an_article, 1, "never recorded (zz)"),
        (drop_an_answer, 1, "missing from answers.jsonl"),
        (damage_an_answer, 1, "the answer breaks the wire format"),
        (record_in_another_wire_format, 10, "the wire format was 0, is 1, the schema of answers was 0"),
        (change_the_segmentation, None, "the segmentation changed"),
    ],
)
def test_a_gap_is_told_with_its_articles_and_its_cause(change, count, why, home, monkeypatch):
    change(home, monkeypatch)
    said = replayed(home, code=4).stderr
    assert why in said
    assert count is None or f"no recorded answer for {count} of " in said


def test_another_llm_is_told(home):
    said = replayed(home, "--llm", "qwen2.5-coder-1.5b-instruct", code=4).stderr
    assert "the LLM was qwen2.5-coder-1.5b-diplomacy-v0, is qwen2.5-coder-1.5b-instruct" in said
    assert "`extractor eval record --llm qwen2.5-coder-1.5b-instruct --gold" in said


@pytest.mark.parametrize(
    "more", [("--epochs", "2"), ("--llm", "a", "--llm", "b"), ("--recordings", "nowhere")], ids=" ".join
)
def test_what_recorded_answers_cannot_do_is_wrong_usage(more, home):
    said = replayed(home, *more, code=2).stderr
    assert "hint: " in said


def test_a_recording_that_lacks_an_answer_is_none(home):
    store = DiskStore(home / "cache")
    store.delete(next(iter(store)))
    store.close()
    before = (home / "recorded/answers.jsonl").read_bytes()
    told("eval", "record", *flags(home, cache=home / "cache"), code=4)
    assert (home / "recorded/answers.jsonl").read_bytes() == before


class Failing(recording.Product):
    """The extractor, whose LLM fails at one article."""

    error = TruncatedError("cut off at 3,072 tokens")

    async def extract(self, article, epoch):
        if article.id == "hu":
            raise self.error
        return await super().extract(article, epoch)


def test_a_failure_of_the_llm_is_recorded_and_fails_again(home, monkeypatch):
    Failing.error.usage = Usage(input_tokens=500, output_tokens=3072)
    monkeypatch.setattr(recording, "Product", Failing)
    told("eval", "record", *flags(home, cache=home / "cache"))
    replayed(home, code=3)
    (failed,) = [row for row in predictions(home) if "failure" in row]
    assert failed["failure"] == {"kind": "TruncatedError", "detail": "cut off at 3,072 tokens"}
    assert (failed["article"], failed["usage"]["output_tokens"]) == ("hu", 3072)


def test_a_failure_that_may_pass_is_not_recorded(home, monkeypatch):
    monkeypatch.setattr(recording, "Product", Failing)
    monkeypatch.setattr(Failing, "error", TransientLLMError("overloaded"))
    before = (home / "recorded/manifest.json").read_bytes()
    said = told("eval", "record", *flags(home, cache=home / "cache"), code=4).stderr
    assert "no answer about hu, nothing is recorded: overloaded" in said
    assert (home / "recorded/manifest.json").read_bytes() == before


def scored(home):
    told("eval", "score", home / "out/predictions.jsonl", "--gold", home / "gold", "--out", home / "out")
    return json.loads((home / "out/report.json").read_text(encoding="utf-8"))


def thousandfold(text, language=None):
    found = find_quantities(text, language)
    return [(span, replace(quantity, value=quantity.value * 1000)) for span, quantity in found]


def test_an_edited_normaliser_is_scored_anew_without_a_request(home, monkeypatch):
    replayed(home)
    before = scored(home)
    told("eval", "baseline", home / "out/report.json", "--baseline", home / "baseline.json")
    monkeypatch.setattr(figures, "find_quantities", thousandfold)
    replayed(home)
    after = scored(home)
    assert (before["headline"]["dx_f1"]["value"], before["errors"]["scale"]) == (1.0, 0)
    assert after["headline"]["dx_f1"]["value"] < 0.98
    assert after["errors"]["scale"] > 0
    assert after["cost"] == before["cost"]
    assert after["cost"]["cache_hits"] == after["cost"]["calls"] == len(NAMES)
    gates = told(
        "eval", "gate", home / "out/report.json", "--baseline", home / "baseline.json", code=5
    ).stdout
    assert "missed   regression: DX-F1 -0." in gates


def test_two_llms_run_are_scored_and_shown_side_by_side(home):
    first, second = "qwen2.5-coder-1.5b-diplomacy-v0", "qwen2.5-coder-1.5b-instruct"
    extractor = Extractor(Cached(None, RecordedAnswers(ANSWERS)), asking_of(Settings(llm=second)))
    store = DiskStore(home / "cache")
    for case in load_cases(home / "gold"):
        (request,) = extractor.prepare(article_of(case)).requests
        nothing = '{"meetings":[],"agreements":[],"mous":[],"figures":[]}'
        store.put(
            StoredAnswer(
                fingerprint=request.fingerprint, text=nothing, usage=Usage(), answered_by=second, recorded=""
            )
        )
    store.close()
    places = ("--gold", home / "gold", "--out", home / "out")
    cache = ("--offline", "--cache-dir", home / "cache")
    told("eval", "run", "--llm", "embedded", "--llm", second, *places, *cache)
    done = told("eval", "score", *places)
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [
        ["extractor", first],
        ["extractor", second],
    ]
    command = done.stderr.splitlines()[-1].partition("extractor eval report ")[2]
    told("eval", "report", *command.split(), "--out", home / "out")
    rows = (home / "out/summary.md").read_text(encoding="utf-8").splitlines()
    assert [line.split()[2] for line in rows if line.startswith("| extractor qwen")] == [first, second]
