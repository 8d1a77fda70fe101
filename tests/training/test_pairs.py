import json

import pytest

from evals.gold import TRAINING, load_cases
from extractor.drafts import AnswerDraft, answer_schema
from extractor.errors import ConfigError
from extractor.wiring import EMBEDDED_SIZES
from tests.training.labelled import PORTS, QUIET, labelled
from training.asking import ANSWER_TOKENS, CHUNK_TOKENS, FORMATS, article_of, asking_in
from training.labelling import UNDIRECTED, Labels
from training.pairs import ORDERS, Shape, pairs_of, preparer, read_pairs, write_pairs

LISTS = ORDERS["figures-last"]


def answers(one, shape):
    return {pair.part: json.loads(pair.answer) for pair in pairs_of([one.case], shape)}


def fits(value, schema):
    """Tell whether an answer has the fields of a schema, in its order, each list within its bounds."""
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if schema["type"] == "object":
        names = [name for name in schema["properties"] if name in value]
        inner = all(fits(value[name], schema["properties"][name]) for name in names)
        return names == list(value) and set(schema["required"]) <= set(value) and inner
    if schema["type"] == "array":
        return len(value) <= schema["maxItems"] and all(fits(one, schema["items"]) for one in value)
    if schema["type"] == "string":
        return isinstance(value, str) and len(value) <= schema.get("maxLength", len(value))
    return schema["type"] != "null" or value is None


def test_the_sizes_are_those_of_the_embedded_llm():
    assert (EMBEDDED_SIZES.text, EMBEDDED_SIZES.answer) == (CHUNK_TOKENS, ANSWER_TOKENS)


def test_a_question_is_letter_for_letter_what_the_extractor_asks():
    (pair,) = pairs_of([PORTS.case], Shape())
    (request,) = preparer("v1").prepare(article_of(PORTS.case)).requests
    assert [pair.system, pair.user] == [message.content for message in request.messages]


def test_the_new_format_says_all_that_the_wire_format_can():
    answer = answers(PORTS, Shape("v1"))["all"]
    (meeting,), (agreement,), (mou,), (figure,) = (answer[name] for name in LISTS)
    assert (meeting["date"], meeting["place"], meeting["attendees"][0]["title"]) == (
        "on Monday",
        "Oslo",
        "Trade Minister",
    )
    assert (agreement["date"], agreement["signatories"]) == ("on Monday", ["Ona Ekdal", "Juan Sotomayor"])
    assert mou["sectors"] == ["agriculture"]
    assert (figure["when"], figure["by"], figure["from"], figure["to"]) == (
        "in 2029",
        "Sotomayor",
        "CHL",
        "NOR",
    )


@pytest.mark.parametrize(
    ("by", "written"),
    [
        ("Ona Ekdal", ["Ona Ekdal"]),
        ("Aleksei Ek~Ona Ekdal", ["Ona Ekdal"]),
        ("Ona Ekdal, Aleksei Ek~Aleksei Ek", ["Ona Ekdal"]),
        ("Ona Ekdal~Ona Ekdal, Juan Sotomayor", ["Ona Ekdal"]),
        ("-~Ona Ekdal", None),
    ],
)
def test_signatories_are_those_of_the_first_answer_that_the_text_writes_in_full(by, written):
    body = "# Port pact signed\n\nOna Ekdal and Juan Sotomayor spoke. An agreement on ports was signed on Monday."
    pact = f"G agreement signed NOR CHL | agreement on ports => Agreement on ports | by={by} | > agreement on ports"
    (agreement,) = answers(labelled(body, pact), Shape("v1"))["all"]["agreements"]
    assert agreement.get("signatories") == written


def test_the_old_format_has_a_period_and_no_words_beside():
    answer = answers(PORTS, Shape("v0"))["all"]
    assert answer["figures"][0]["period"] == "2029"
    assert not {"date", "place", "title", "by", "when", "signatories"} & set(
        answer["meetings"][0] | answer["figures"][0]
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_answer_about_the_training_articles_fits_the_schema_it_is_held_to(form):
    extractor, full = preparer(form), asking_in(form).template.full
    for case in load_cases(TRAINING):
        prepared = extractor.prepare(article_of(case))
        for pair, chunk in zip(pairs_of([case], Shape(form)), prepared.chunks, strict=True):
            answer = json.loads(pair.answer)
            AnswerDraft.model_validate(answer)
            assert fits(answer, answer_schema(len(chunk), full=full)), pair.article


def test_strings_that_an_answer_copies_stand_in_the_article():
    copied = {"name", "title", "value", "date", "place", "when", "valid", "by"}
    for case in load_cases(TRAINING):
        for pair in pairs_of([case], Shape()):
            rows = [row for rows in json.loads(pair.answer).values() for row in rows]
            rows += [who for row in rows for who in row.get("attendees", ())]
            lacking = [row[name] for row in rows for name in copied & set(row) if row[name]]
            assert [words for words in lacking if words not in case.text] == []


def test_the_order_of_lists_and_one_question_for_each():
    first = answers(PORTS, Shape(order="figures-first"))["all"]
    assert list(first) == ["figures", "meetings", "agreements", "mous"]
    apart = answers(PORTS, Shape(joint=False))
    assert {part: list(answer) for part, answer in apart.items()} == {part: [part] for part in LISTS}
    asked = [pair.user for pair in pairs_of([PORTS.case], Shape(joint=False))]
    assert [one.rpartition("\n")[2] for one in asked] == [f"Records: {part}" for part in LISTS]


def test_an_article_without_records_has_an_empty_answer():
    (pair,) = pairs_of([QUIET.case], Shape())
    assert (json.loads(pair.answer), pair.records) == ({name: [] for name in LISTS}, 0)


def test_a_chunk_has_the_records_of_its_own_sentences_only():
    prepared = preparer("v1").prepare(article_of(PORTS.case))
    (chunk,) = prepared.chunks
    labels = Labels(PORTS.case, prepared, full=True)
    talks = [sentence for sentence in chunk if "Ekdal met" in sentence.text]
    answer = labels.answer(talks)
    assert {name: len(rows) for name, rows in answer.items()} == dict(zip(LISTS, (1, 0, 0, 0), strict=True))
    assert answer["meetings"][0]["s"] == [1]
    assert labels.unshown == ()


def test_sides_without_direction_are_given_all_the_same():
    assert UNDIRECTED
    turnover = [
        row
        for pair in pairs_of(load_cases(TRAINING), Shape())
        for row in json.loads(pair.answer)["figures"]
        if row["indicator"] in UNDIRECTED
    ]
    assert any(row.get("from") and row.get("to") for row in turnover)


def test_pairs_are_read_as_they_were_written(tmp_path):
    pairs = tuple(pairs_of([PORTS.case, QUIET.case], Shape()))
    assert write_pairs(pairs, tmp_path / "pairs.jsonl") == 2
    assert read_pairs(tmp_path / "pairs.jsonl") == pairs


@pytest.mark.parametrize(
    ("make", "message"),
    [(lambda: Shape(order="last"), "no order"), (lambda: asking_in("v9"), "no format")],
)
def test_what_does_not_exist_is_named(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
