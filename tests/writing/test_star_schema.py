"""What the tables look like is promised: the files of star_schemas change by intent only.

After a change that is meant, write them anew: `STAR_SCHEMAS=write pytest tests/writing/test_star_schema.py`.
"""

import csv
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from extractor.records import ArticleInfo, ExtractionWarning, Provenance, Usage
from extractor.writing.describing import RECORD_TYPES
from extractor.writing.star import FORMATS, schema, write_star
from tests.writing.tables_back import tables_of

PROMISED = Path(__file__).with_name("star_schemas")


def in_sqlite(path):
    with closing(sqlite3.connect(path)) as database:
        return "".join(
            f"{sql};\n" for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL")
        )


def in_duckdb(path):
    with closing(duckdb.connect(path, read_only=True)) as database:
        columns = (
            "SELECT table_name, column_name, data_type FROM duckdb_columns() ORDER BY table_oid, column_index"
        )
        return "".join(f"{' '.join(row)}\n" for row in database.execute(columns).fetchall())


def in_parquet(path):
    tables = {table.name: pq.read_schema(path / f"{table.name}.parquet") for table in schema()}
    return "".join(
        f"{name} {field.name} {field.type}\n" for name, fields in tables.items() for field in fields
    )


def in_csv(path):
    def header(name):
        with (path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return ",".join(next(csv.reader(file)))

    return "".join(f"{table.name}: {header(table.name)}\n" for table in schema())


SEEN = {"sqlite": in_sqlite, "duckdb": in_duckdb, "parquet": in_parquet, "csv": in_csv}


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_without_any_row_has_the_promised_tables(form, tmp_path):
    write_star([], [], tmp_path / "out", form)
    seen = SEEN[form](tmp_path / "out")
    promised = PROMISED / f"{form}.txt"
    if os.environ.get("STAR_SCHEMAS") == "write":
        promised.write_text(seen, encoding="utf-8")
    assert seen == promised.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", RECORD_TYPES, ids=lambda kind: kind.name)
def test_every_field_of_a_record_has_a_column(kind):
    [table] = [table for table in schema() if table.record_type == kind.name]
    assert table.name == kind.attribute
    elsewhere = {"evidence", "shown_by"}
    assert {column.of for column in table.columns} == {"article_id", *kind.shape.model_fields} - elsewhere


def test_every_fact_about_an_article_has_a_column():
    tables = {table.name: {column.of for column in table.columns} for table in schema()}
    made = {*ArticleInfo.model_fields, *Provenance.model_fields, *Usage.model_fields, "schema_version"} - {
        "usage"
    }
    assert tables["articles"] == made
    assert tables["warnings"] == {"article_id", "position", *ExtractionWarning.model_fields}


def test_names_are_used_once_and_every_column_is_explained():
    names = [(table.name, column.name) for table in schema() for column in table.columns]
    assert len(set(names)) == len(names)
    assert all(column.meaning and table.meaning for table in schema() for column in table.columns)


@pytest.mark.parametrize("form", ["sqlite", "duckdb"])
def test_names_need_no_quotes_in_sql(form, tmp_path):
    write_star([], [], tmp_path / "out", form)
    connect = {"sqlite": sqlite3.connect, "duckdb": duckdb.connect}[form]
    with closing(connect(tmp_path / "out")) as database:
        for table in schema():
            for name in table.names:
                database.execute(
                    f"SELECT {name}, x.{name} FROM {table.name} AS x WHERE {name} IS NULL ORDER BY {name}"
                )


@pytest.mark.parametrize("form", FORMATS)
def test_the_codebook_goes_with_the_tables(form, tmp_path):
    write_star([], [], tmp_path / "out", form)
    rows = tables_of(tmp_path / "out", form)["codebook"]
    assert [(row["table_name"], row["column_name"], row["type"]) for row in rows] == [
        (table.name, column.name, column.type) for table in schema() for column in table.columns
    ]
