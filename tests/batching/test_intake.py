"""What is read of files, folders, patterns and pipes, and what is not."""

import io
import json
import os
from dataclasses import replace

import pytest

from extractor.article import Article
from extractor.batching.intake import Intake, job_of
from extractor.errors import ReadError
from extractor.reading import ReadOptions

WORDS = "The minister met the envoy."


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("in/b.txt", "in/a.txt", "in/deeper/c.md", "in/.hidden.txt", "in/picture.png", "other/d.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{WORDS} {name}", encoding="utf-8")
    return tmp_path


def rows(*inputs, **more):
    return [job.row for job in Intake(tuple(map(str, inputs)), ReadOptions(), **more).jobs()]


def sources(*inputs, **more):
    return [row.source for row in rows(*inputs, **more)]


def test_a_folder_gives_its_articles_by_name_deeper_ones_in_their_place(folder):
    assert sources("in") == ["in/a.txt", "in/b.txt", "in/deeper/c.md"]


def test_a_pattern_gives_what_it_matches(folder):
    assert sources("in/**/*.md", "in/[ab].txt") == ["in/deeper/c.md", "in/a.txt", "in/b.txt"]


def test_a_name_like_a_pattern_is_a_name_where_it_exists(folder):
    (folder / "[x].txt").write_text(WORDS)
    assert sources("[x].txt") == ["[x].txt"]


@pytest.mark.parametrize("given", ["missing.txt", "missing/*.txt"])
def test_what_does_not_exist_is_a_failure_of_its_own(given, folder):
    row, other = rows(given, "other")
    assert isinstance(row, ReadError)
    assert "no such file" in str(row)
    assert isinstance(other, Article)


def test_files_that_runs_write_are_no_inputs(folder):
    for name in ("out.jsonl", "out.jsonl.journal", "out.jsonl.failures.jsonl", "x.spool.jsonl", "now.jsonl"):
        (folder / "in" / name).write_text('{"text": "no article"}\n')
    found = sources("in", "in/*.jsonl", output=folder / "in/now.jsonl")
    assert found == ["in/a.txt", "in/b.txt", "in/deeper/c.md"]


def test_nothing_outside_of_the_root_is_read_wherever_links_lead(folder):
    (folder / "in/link.txt").symlink_to(folder / "other/d.txt")
    (folder / "in/inner.txt").symlink_to(folder / "in/a.txt")
    root = folder / "in"
    inside = rows("in", "in/../other/d.txt", str(folder / "other/d.txt"), root=root)
    kinds = {row.source: isinstance(row, Article) for row in inside}
    assert kinds == {
        "in/a.txt": True,
        "in/b.txt": True,
        "in/deeper/c.md": True,
        "in/inner.txt": True,
        "in/link.txt": False,
        "in/../other/d.txt": False,
        str(folder / "other/d.txt"): False,
    }
    assert all("--root" in str(row) for row in inside if isinstance(row, ReadError))


def test_pipes_and_devices_are_refused_without_waiting(folder):
    os.mkfifo(folder / "in/pipe.txt")
    found = {row.source: str(row) for row in rows("in", "/dev/zero") if isinstance(row, ReadError)}
    assert set(found) == {"in/pipe.txt", "/dev/zero"}
    assert all("not a regular file" in told for told in found.values())


def test_linked_folders_are_not_followed(folder):
    (folder / "in/loop").symlink_to(folder / "in")
    assert sources("in") == ["in/a.txt", "in/b.txt", "in/deeper/c.md"]


BAD_LINES = [
    b'{"text": "broken \xff UTF-8"}',
    b'{"text": "a NUL \\u0000 inside"}',
    b'{"text": "half a pair \\ud800"}',
    b'{"text": "fine", "id": "half \\ud800"}',
    b'{"text": "fine", "title": "half \\udfff"}',
    b'{"text": ""}',
    b'{"words": "no text"}',
    b"[1, 2]",
    b"{broken",
    b'{"text": "fine", "id": {"a": 1}}',
]


def test_bad_rows_fail_with_their_line_and_the_others_go_on():
    good = json.dumps({"id": "good", "text": WORDS}).encode()
    data = b"\xef\xbb\xbf" + b"".join(
        good.replace(b"good", b"g%d" % n) + b"\r\n" + bad + b"\n" for n, bad in enumerate(BAD_LINES)
    )
    found = list(Intake(("-",), ReadOptions(format="jsonl"), stdin=io.BytesIO(data)).jobs())
    assert [job.row.id for job in found if isinstance(job.row, Article)] == [
        f"g{n}" for n in range(len(BAD_LINES))
    ]
    failed = [job.row for job in found if isinstance(job.row, ReadError)]
    assert [row.source for row in failed] == [f"-: line {2 * n + 2}" for n in range(len(BAD_LINES))]


def test_an_article_that_is_too_large_fails_alone():
    data = b"".join(json.dumps({"text": WORDS * size}).encode() + b"\n" for size in (1, 1000, 2))
    options = ReadOptions(format="jsonl", max_bytes=5000)
    found = [job.row for job in Intake(("-",), options, stdin=io.BytesIO(data)).jobs()]
    assert [type(row) for row in found] == [Article, ReadError, Article]
    assert "line 2" in str(found[1])


def test_one_id_may_come_again_for_that_is_told_elsewhere():
    line = json.dumps({"id": "x", "text": WORDS}).encode() + b"\n"
    found = list(Intake(("-",), ReadOptions(format="jsonl"), stdin=io.BytesIO(2 * line)).jobs())
    assert [(job.position, job.key) for job in found] == [(0, "=x"), (1, "=x")]
    assert found[0].digest == found[1].digest


@pytest.mark.parametrize("change", [{"text": "Other words."}, {"title": "T"}, {"language": "pt"}])
def test_the_digest_is_of_all_that_the_answer_hangs_on(change):
    article = Article("x", WORDS)
    assert job_of(0, replace(article, **change)).digest != job_of(0, article).digest
    assert job_of(5, replace(article, source="elsewhere")).digest == job_of(0, article).digest


def test_a_file_name_that_is_no_text_is_shown_escaped(folder):
    name = os.fsdecode(b"in/\xff.txt")
    (folder / name).write_text(WORDS)
    assert "in/\\udcff.txt" in sources("in")
