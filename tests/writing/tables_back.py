"""Tables of any format read back by other means than those that wrote them, as rows of plain values."""

import csv
import json
import sqlite3
from contextlib import closing
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq

from extractor.writing.star import schema


def tables_of(path, form):
    """Return the rows of each table as mappings, with the values that JSON would have."""
    return {table.name: [_plain(row, table, form) for row in _READ[form](path, table)] for table in schema()}


def _sqlite(path, table):
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        yield from map(dict, database.execute(f"SELECT * FROM {table.name} ORDER BY rowid"))


def _duckdb(path, table):
    with closing(duckdb.connect(path, read_only=True)) as database:
        for row in database.execute(f"FROM {table.name}").fetchall():
            yield dict(zip(table.names, row, strict=True))


def _parquet(path, table):
    yield from pq.read_table(path / f"{table.name}.parquet").to_pylist()


def _csv(path, table):
    csv.field_size_limit(1 << 30)
    with (path / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, strict=True)


_READ = {"sqlite": _sqlite, "duckdb": _duckdb, "parquet": _parquet, "csv": _csv}


def _plain(row, table, form):
    return {column.name: _value(row[column.name], column.type, form) for column in table.columns}


def _value(value, type_, form):
    if value is None or (form == "csv" and value == ""):
        return None
    if type_ == "list":
        return json.loads(value) if isinstance(value, str) else value
    if type_ == "boolean":
        return value in {True, "true"}
    if type_ == "decimal":
        return Decimal(str(value))
    if type_ == "date":
        return str(value)
    return {"integer": int, "double": float}.get(type_, str)(value)


def extraction_back(tables, article_id):
    """Return the records and warnings of one article as JSON has them, put together by keys alone."""
    mine = {
        name: [row for row in rows if row.get("article_id") == article_id] for name, rows in tables.items()
    }
    records = {
        table.name: [_record(row, table, mine["evidence"]) for row in mine[table.name]]
        for table in schema()
        if table.record_type
    }
    warnings = [
        {"code": row["code"], "detail": row["detail"], "record": row["record_id"]} for row in mine["warnings"]
    ]
    return {**records, "warnings": warnings}


def _record(row, table, evidence):
    words = [
        one for one in evidence if (one["record_type"], one["record_id"]) == (table.record_type, row["id"])
    ]
    fields = dict.fromkeys(one["field"] for one in words if one["role"] == "field")
    return {
        **{
            name: value for name, value in row.items() if name != "article_id" and not name.endswith("_exact")
        },
        **{name: row[f"{name}_exact"] for name in ("value", "value_max") if f"{name}_exact" in row},
        "evidence": _words(one for one in words if one["role"] == "record"),
        "shown_by": {field: _words(one for one in words if one["field"] == field) for field in fields},
    }


def _words(rows):
    ordered = sorted(rows, key=lambda row: row["position"])
    return [
        {"quote": one["quote"], "start": one["quote_start"], "end": one["quote_end"], "match": one["match"]}
        for one in ordered
    ]
