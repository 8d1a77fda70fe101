"""Invented articles with their keys, and answers made from the keys with one thing changed."""

import copy
import json
from pathlib import Path

from evals.cases import TYPES, Answer, case_of, records_of

WRITTEN = json.loads((Path(__file__).parent / "articles.json").read_text(encoding="utf-8"))
NAMES = ("en", "ko", "ar", "empty")


def placed(text, records):
    """Evidence with offsets, found in the text."""
    done = copy.deepcopy(records)
    for kind in TYPES:
        for record in done[kind]:
            quotes = [one if isinstance(one, str) else one["quote"] for one in record["evidence"]]
            starts = [text.index(quote) for quote in quotes]
            record["evidence"] = [
                {"quote": quote, "start": start, "end": start + len(quote)}
                for quote, start in zip(quotes, starts, strict=True)
            ]
    return done


def article(name):
    written = WRITTEN[name]
    return {
        "split": "test",
        "source_note": "invented",
        **{k: v for k, v in written.items() if k != "records"},
    }


def key_rows(name):
    return placed(WRITTEN[name]["text"], WRITTEN[name]["records"])


def case(name, change=None, **more):
    """A case; `change` edits its rows."""
    rows = key_rows(name)
    if change is not None:
        change(rows)
    return case_of({**article(name), **more}, rows)


def plain(rows):
    """Rows as an answer has them: the key's own values, nothing marked optional."""
    done = copy.deepcopy(rows)
    for kind in TYPES:
        for record in done[kind]:
            record.pop("optional", None)
            for field, value in record.items():
                if isinstance(value, dict) and "value" in value:
                    record[field] = value["value"]
    return done


def answer_rows(name):
    return plain(key_rows(name))


def answer(name, change=None, **more):
    """The key as an answer; `change` edits its rows."""
    rows = answer_rows(name)
    if change is not None:
        change(rows)
    return Answer(WRITTEN[name]["id"], records_of(rows), **more)


def record(rows, identifier):
    return next(one for kind in TYPES for one in rows[kind] if one["id"] == identifier)


def setting(identifier, **values):
    """A change that sets fields of one record."""

    def change(rows):
        record(rows, identifier).update(values)

    return change


def without(identifier):
    """A change that drops one record."""

    def change(rows):
        for kind in TYPES:
            rows[kind] = [one for one in rows[kind] if one["id"] != identifier]

    return change


def twice(identifier):
    """A change that says one record again."""

    def change(rows):
        for kind in TYPES:
            rows[kind] += [{**one, "id": f"{one['id']}x"} for one in rows[kind] if one["id"] == identifier]

    return change
