"""Extractions as JSON, as JSON Lines, and the JSON Schema of both."""

import json
from collections.abc import Sequence

from extractor.records import SCHEMA_VERSION, Extraction
from extractor.writing.cleaning import for_json
from extractor.writing.options import WriteOptions


def write_json(pairs: Sequence[tuple[Extraction, str]], _: WriteOptions) -> str:
    """Return the one extraction as an indented JSON object, fields in the order of the schema."""
    [(extraction, _text)] = pairs
    return _dump(extraction.model_dump(mode="json"), indent=2) + "\n"


def write_json_list(pairs: Sequence[tuple[Extraction, str]], _: WriteOptions) -> str:
    """Return the extractions as one indented JSON array."""
    return _dump([one.model_dump(mode="json") for one, _text in pairs], indent=2) + "\n"


def write_jsonl(pairs: Sequence[tuple[Extraction, str]], _: WriteOptions) -> str:
    """Return one JSON object a line, one line an article."""
    return "".join(_dump(one.model_dump(mode="json"), indent=None) + "\n" for one, _text in pairs)


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of an extraction as written."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"schema_version {SCHEMA_VERSION}",
        **Extraction.model_json_schema(mode="serialization"),
    }
    return _dump(schema, indent=2) + "\n"


def _dump(value: object, *, indent: int | None) -> str:
    return for_json(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent))
