"""The gold folder: reading, checking, freezing, and the labels of two people."""

import json
from itertools import chain

import pytest

from evals.adjudicating import adjudicate, differences_of, undecided
from evals.agreeing import agreement, doubly_labelled
from evals.cases import TYPES
from evals.freezing import broken_seals, freeze
from evals.gold import GOLD, chosen, load_cases, load_gold
from evals.label_studio import CONFIG, from_task, to_task
from evals.validating import case_problems, stats, validate
from extractor.errors import ConfigError
from tests.evals.examples import NAMES, article, case, key_rows, record, setting, without


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def labels(annotator, change=None):
    rows = []
    for name in NAMES:
        records = key_rows(name)
        if change is not None and name == "en":
            change(records)
        rows.append({"id": article(name)["id"], "annotator": annotator, "records": records})
    return rows


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "articles.jsonl", [article(name) for name in NAMES])
    write(tmp_path / "key.jsonl", labels("key"))
    write(tmp_path / "labels" / "a.jsonl", labels("a"))
    return tmp_path


def test_a_folder_becomes_cases_in_order(folder):
    cases = load_cases(folder)
    assert [one.id for one in cases] == ["x-ar", "x-en", "x-ko", "x-none"]
    assert [one.is_without_records for one in cases] == [False, False, False, True]
    assert load_cases(folder, split="dev") == ()


def test_the_key_is_apart_from_what_a_labeller_said(folder):
    write(folder / "key.jsonl", labels("key", setting("m1", status="ongoing")))
    by_id = {one.id: one for one in load_cases(folder)}
    assert by_id["x-en"].records[0].value("status") == "ongoing"
    assert load_gold(folder).case("x-en", "a").records[0].value("status") == "held"


def test_an_article_without_a_key_is_no_case_and_a_problem(folder):
    write(folder / "key.jsonl", labels("key")[1:])
    assert [one.id for one in load_cases(folder)] == ["x-ar", "x-ko", "x-none"]
    assert validate(folder) == ("x-en: no key",)


@pytest.mark.parametrize(
    ("filters", "limit", "expected"),
    [
        ((), None, ["x-ar", "x-en", "x-ko", "x-none"]),
        (("lang=ko",), None, ["x-ko"]),
        (("lang=ko", "lang=ar"), None, ["x-ar", "x-ko"]),
        (("lang=en", "tag=no_records"), None, ["x-none"]),
        ((), 3, ["x-ar", "x-en", "x-ko"]),
    ],
)
def test_filters_and_limit(folder, filters, limit, expected):
    assert [one.id for one in chosen(load_cases(folder), filters, limit)] == expected


@pytest.mark.parametrize("wrong", ["ko", "colour=red"])
def test_a_filter_that_is_not_understood_is_refused(folder, wrong):
    with pytest.raises(ConfigError, match="not understood"):
        chosen(load_cases(folder), (wrong,))


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "x-en"}\n{"id": "x-en"}'])
def test_a_broken_file_is_refused(folder, line):
    (folder / "articles.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_gold(folder)


@pytest.mark.parametrize("name", NAMES)
def test_sound_labels_have_no_problems(name):
    assert list(case_problems(case(name))) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (setting("m1", kind="banquet"), "m1: kind: 'banquet' is not in the list"),
        (
            setting("m1", kind={"value": "talks", "alternatives": ["tea"]}),
            "m1: kind: 'tea' is not in the list",
        ),
        (setting("m1", kind=None), "m1: kind: null"),
        (setting("m1", date="4 June"), "m1: date: '4 June' is no EDTF"),
        (setting("m1", countries=["EST", "XXX"]), "m1: countries: 'XXX' is no country"),
        (setting("m1", place_as_written="Tartu"), "m1: place_as_written: 'Tartu' is not in the text"),
        (setting("a1", meeting="m7"), "a1: meeting: no meeting 'm7'"),
        (setting("a1", id="a2"), "a2: id given 2 times"),
        (setting("f2", value="240 million"), "f2: value: '240 million' is no decimal"),
        (setting("f2", currency=None), "f2: unit and currency do not agree"),
        (setting("f2", unit="t~kg", currency=None), "f2: unit: 't~kg' holds ~, which parts alternatives"),
        (
            setting("g1", signatories=["Kask", "Boakye~Kask"]),
            "g1: signatories: 'Boakye~Kask' holds ~, which parts alternatives",
        ),
        (
            setting("u1", party_organisations={"value": [], "alternatives": [["NATO~UN"]]}),
            "u1: party_organisations: 'NATO~UN' holds ~, which parts alternatives",
        ),
        (setting("m1", attributed_to="A~B"), "m1: attributed_to: 'A~B' holds ~, which parts alternatives"),
        (setting("f2", currency="euro"), "f2: currency: 'euro' is no currency"),
        (setting("u1", type="treaty"), "u1: type: no field of the schema"),
        (setting("g1", sectors=["fish"]), "g1: sectors: 'fish' is not in the list"),
        (setting("g1", evidence=[]), "g1: no evidence"),
        (
            setting("g1", evidence=[{"quote": "TALLINN", "start": 1, "end": 8}]),
            "g1: evidence 'TALLINN' does not stand at 1",
        ),
        (lambda rows: record(rows, "g1").pop("status"), "g1: status: missing"),
    ],
)
def test_each_fault_of_a_label_is_named(change, problem):
    assert list(case_problems(case("en", change))) == [problem]


def test_nothing_is_recorded_from_words_that_give_orders(folder):
    tempted = {**article("en"), "tags": ["injected_instructions"]}
    write(folder / "articles.jsonl", [tempted, *map(article, NAMES[1:])])
    assert validate(folder) == ("x-en: tagged as injected, without the words",)
    (words,) = [one["quote"] for one in record(key_rows("en"), "f3")["evidence"]]
    write(folder / "articles.jsonl", [{**tempted, "injected": [words]}, *map(article, NAMES[1:])])
    assert validate(folder) == tuple(f"{who} x-en f3: evidence in injected words" for who in ("key", "a"))
    write(folder / "articles.jsonl", [{**tempted, "injected": ["no such words"]}, *map(article, NAMES[1:])])
    assert validate(folder) == ("x-en: injected words that the text lacks",)


def test_what_is_tagged_as_empty_holds_only_what_may_be_left_out(folder):
    tagged = {**article("en"), "tags": ["no_records"]}
    write(folder / "articles.jsonl", [tagged, *map(article, NAMES[1:])])
    assert validate(folder) == ("key x-en tagged as no_records, with records",)

    def leave_out(records):
        for one in chain.from_iterable(records.values()):
            one["optional"] = True

    write(folder / "key.jsonl", labels("key", leave_out))
    assert "key x-en tagged as no_records, with records" not in validate(folder)


def test_evidence_that_begins_the_text_is_sound():
    assert key_rows("ko")["meetings"][0]["evidence"][0]["start"] == 0
    assert list(case_problems(case("ko"))) == []


def test_the_test_split_is_frozen_until_an_erratum_says_why(folder):
    freeze(folder)
    assert broken_seals(folder) == ()
    write(folder / "key.jsonl", labels("key", setting("m1", status="ongoing")))
    assert broken_seals(folder) == ("test",)
    assert validate(folder) == ("test: differs from its frozen hash",)
    with pytest.raises(ConfigError, match="frozen"):
        freeze(folder)
    manifest = freeze(folder, erratum="x-en m1: the talks had not ended")
    assert (manifest["key_version"], len(manifest["errata"]), broken_seals(folder)) == (2, 1, ())


def test_two_labellers_who_agree(folder):
    write(folder / "labels" / "b.jsonl", labels("b"))
    found = agreement(doubly_labelled(folder))
    assert (found.articles, found.dx_f1, found.plain) == (4, 1.0, 1.0)
    assert list(adjudicate(folder)) == []


def test_differences_are_listed_and_decided(folder):
    def other(rows):
        setting("m1", kind="other")(rows)
        without("f3")(rows)

    write(folder / "labels" / "b.jsonl", labels("b", other))
    pairs = doubly_labelled(folder)
    assert agreement(pairs).types["trade_figures"].detection < 1
    (pair,) = [one for one in pairs if one[0].id == "x-en"]
    assert [(one.at, one.a, one.b) for one in differences_of(*pair)] == [
        ("m1/m1.kind", "talks", "other"),
        ("f3/-", "trade_figures: Ghana's exports to Estonia reached about 90 million euros", None),
    ]
    assert undecided(folder) == ("x-en m1/m1.kind", "x-en f3/-")
    write(folder / "decisions.jsonl", [decision()])
    assert undecided(folder) == ("x-en f3/-",)
    (open_ones,), (everything,) = adjudicate(folder), adjudicate(folder, everything=True)
    assert "m1/m1.kind" not in open_ones
    assert "f3/-" in everything
    assert "-> a: talks\n       M3: they talked" in everything


def decision(**changes):
    return {
        "id": "x-en",
        "at": "m1/m1.kind",
        "a": "talks",
        "b": "other",
        "decision": "a",
        "reason": "M3: they talked",
        "key": "m1",
        "value": "talks",
    } | changes


GONE = {"at": "f3/-", "a": "recorded", "b": None, "key": None, "value": None}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"decision": "both"}, "'both' is no decision"),
        ({"reason": ""}, "no reason"),
        ({"key": "m9"}, "the key has no m9"),
        ({"value": "other"}, "the key says something else"),
        ({"value": {"value": "talks", "alternatives": ["other"]}}, "the key says something else"),
        ({"at": "m1/m1.optional", "value": True}, "the key says something else"),
        (GONE, None),
        (GONE | {"key": "f3"}, "the key says something else"),
        (GONE | {"key": "f3", "value": "recorded"}, None),
        (GONE | {"key": "f3", "value": "recorded, optional"}, "the key says something else"),
    ],
)
def test_the_key_follows_the_decisions(folder, change, problem):
    row = decision(**change)
    write(folder / "decisions.jsonl", [row])
    expected = () if problem is None else (f"decisions x-en {row['at']}: {problem}",)
    assert validate(folder) == expected


def test_a_difference_without_a_decision_is_a_problem(folder):
    write(folder / "labels" / "b.jsonl", labels("b", setting("m1", kind="other")))
    assert validate(folder) == ("x-en m1/m1.kind: not decided",)


def test_a_fault_of_a_labeller_stays_in_his_file_once_it_is_decided(folder):
    write(folder / "labels" / "b.jsonl", labels("b", setting("m1", kind="banquet")))
    assert validate(folder) == (
        "b x-en m1: kind: 'banquet' is not in the list",
        "x-en m1/m1.kind: not decided",
    )
    write(folder / "decisions.jsonl", [decision(b="banquet")])
    assert validate(folder) == ()


def test_the_order_of_a_set_is_no_difference():
    first, second = (case("en", setting("m1", countries=codes)) for codes in (["EST", "GHA"], ["GHA", "EST"]))
    assert differences_of(first, second) == ()


def test_what_both_accept_is_no_open_difference():
    first = case("en", setting("m1", kind={"value": "talks", "alternatives": ["other"]}))
    second = case("en", setting("m1", kind={"value": "other", "alternatives": ["talks"]}))
    assert [one.is_covered for one in differences_of(first, second)] == [True]
    assert agreement([(first, second)]).dx_f1 == 1.0
    assert agreement([(first, second)]).plain < 1.0


@pytest.mark.parametrize("where", ["annotations", "predictions"])
@pytest.mark.parametrize("name", NAMES)
def test_labels_come_back_from_label_studio_as_they_went(name, where):
    row = {"id": article(name)["id"], "annotator": "a", "records": key_rows(name)}
    task = json.loads(json.dumps(to_task(article(name), row, where)))
    assert from_task(task) == row


def test_gold_comes_back_from_label_studio_as_it_went():
    gold = load_gold(GOLD)
    for name, row in gold.labels["a"].items():
        assert from_task(json.loads(json.dumps(to_task(gold.articles[name], row)))) == row


def test_the_gold_data_of_the_project_has_no_problem_and_is_frozen():
    assert (GOLD / "MANIFEST.json").exists()
    assert validate(GOLD) == ()


def test_spans_counted_in_utf_16_are_found_by_their_words():
    row = {"id": "x-en", "annotator": "a", "records": key_rows("en")}
    task = json.loads(json.dumps(to_task(article("en"), row)))
    for one in task["annotations"][0]["result"]:
        if one["type"] == "labels":
            one["value"]["start"] += 2
            one["value"]["end"] += 2
    assert from_task(task) == row


def test_a_link_that_was_deleted_stays_deleted():
    row = {"id": "x-en", "annotator": "a", "records": key_rows("en")}
    task = json.loads(json.dumps(to_task(article("en"), row)))
    result = task["annotations"][0]["result"]
    task["annotations"][0]["result"] = [one for one in result if one.get("from_id") != "a1.0"]
    assert record(from_task(task)["records"], "a1")["meeting"] is None


def test_a_region_without_a_type_is_refused():
    task = to_task(article("en"), {"id": "x-en", "records": key_rows("en")})
    broken = json.loads(json.dumps(task))
    broken["annotations"][0]["result"][0]["value"]["labels"] = ["banquet"]
    with pytest.raises(ConfigError, match="record type"):
        from_task(broken)


def test_the_labelling_configuration_names_every_type():
    assert CONFIG.count("<Label ") == 5


def test_the_gold_data_of_the_project_reads_and_counts():
    counts = stats(GOLD)
    assert counts["splits"].total() == counts["languages"].total() >= 120
    assert counts["without_records"].total() * 10 >= counts["splits"].total()


def test_the_data_card_says_what_the_commands_say():
    card = (GOLD / "README.md").read_text(encoding="utf-8")
    found = agreement(doubly_labelled(GOLD))
    assert f"| {100 * found.dx_f1:.1f} | {100 * found.plain:.1f} |" in card
    for kind, title in zip(
        TYPES, ("meetings", "attendees", "agreements", "MOUs", "trade figures"), strict=True
    ):
        cells = " | ".join(f"{100 * one:.1f}" for one in found.types[kind])
        assert f"| {title} | {cells} |" in card
    for split in ("dev", "test"):
        cases = load_cases(split=split)
        real = sum(one.source_note != "invented" for one in cases)
        counts = [sum(len(one.of_type(kind)) for one in cases) for kind in TYPES]
        empty = sum(one.is_without_records for one in cases)
        cells = " | ".join(map(str, [len(cases), f"{real} / {len(cases) - real}", empty, *counts]))
        assert f"| {split} | {cells} |" in card
