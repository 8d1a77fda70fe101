import gzip
import socket
import threading
import time
import zlib
from contextlib import contextmanager

import pytest

from extractor.errors import ReadError
from extractor.reading import ReadOptions, read_articles
from extractor.reading.web import FetchLimits, fetch, is_public, resolve

PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"


class Server:
    """A loopback server that answers each path with the bytes, or pieces with pauses, given for it."""

    def __init__(self, answers):
        self.answers = answers
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while not self.done.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.answer(connection)

    def answer(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        self.requests.append(head.decode())
        path = head.split()[1].decode()
        for piece in self.answers.get(path, [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]):
            if self.done.is_set():
                return
            try:
                if isinstance(piece, float):
                    self.done.wait(piece)
                else:
                    connection.sendall(piece)
            except OSError:
                return

    def close(self):
        self.done.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


@contextmanager
def serving(answers):
    server = Server(answers)
    try:
        yield server
    finally:
        server.close()


def ok(body, headers=PLAIN):
    return [b"HTTP/1.1 200 OK\r\n" + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body]


def moved(location):
    return [b"HTTP/1.1 302 Found\r\nLocation: " + location.encode() + b"\r\nContent-Length: 0\r\n\r\n"]


def got(url, **limits):
    return fetch(url, FetchLimits(**{"max_bytes": 100_000, "timeout": 5.0, "allow_private": True} | limits))


def test_an_article_is_fetched_and_read():
    with serving({"/a": ok("Vizit în București".encode())}) as server:
        options = ReadOptions(allow_private=True)
        [article] = read_articles(f"http://127.0.0.1:{server.port}/a", options)
    assert article.text == "Vizit în București"
    assert article.source.endswith("/a")


def test_the_host_keeps_its_name_and_nothing_of_ours_is_told():
    with serving({"/p?q=%C3%A9%20x": ok(b"text")}) as server:
        fetch(
            f"http://news.example:{server.port}/p?q=\u00e9 x#frag",
            FetchLimits(1000, 5, allow_private=True),
            lambda _host, _port: ["127.0.0.1"],
        )
        [request] = server.requests
    assert f"Host: news.example:{server.port}\r\n" in request
    assert "Cookie" not in request
    assert "Authorization" not in request


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://10.0.0.7/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
    ],
)
def test_no_private_address_is_ever_connected_to(url):
    with pytest.raises(ReadError, match="not a public address") as caught:
        got(url, allow_private=False)
    assert "--allow-private" in caught.value.hint


def test_public_addresses_are_public():
    assert is_public("8.8.8.8")
    assert is_public("2001:4860:4860::8888")
    assert not is_public("fe80::1%eth0")


def test_one_private_answer_among_public_ones_is_enough_to_refuse():
    with pytest.raises(ReadError, match="not a public address"):
        fetch("http://news.example/", FetchLimits(1000, 5), lambda _host, _port: ["8.8.8.8", "127.0.0.1"])


def test_a_name_server_that_changes_its_answer_gains_nothing():
    asked = []

    def rebinding(host, _port):
        asked.append(host)
        return ["8.8.8.8"] if len(asked) > 1 else ["127.0.0.1"]

    with serving({"/": ok(b"secret")}) as server:
        limits = FetchLimits(1000, 5, allow_private=True)
        assert fetch(f"http://a.example:{server.port}/", limits, rebinding).body == b"secret"
        assert asked == ["a.example"]  # what was checked is what was connected to
    asked.clear()
    with pytest.raises(ReadError, match="not a public address"):
        fetch("http://a.example/", FetchLimits(1000, 5), rebinding)


def test_each_redirect_is_resolved_and_checked_again(monkeypatch):
    monkeypatch.setattr("extractor.reading.web.is_public", lambda address: address == "127.0.0.1")
    targets = ["http://169.254.169.254/latest/", "http://10.0.0.1/", "//10.0.0.1/x", "http://[::1]/"]
    with serving({f"/{n}": moved(target) for n, target in enumerate(targets)}) as server:
        for number in range(len(targets)):
            with pytest.raises(ReadError, match="not a public address"):
                got(f"http://127.0.0.1:{server.port}/{number}", allow_private=False)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "data:text/plain,x"]
)
def test_redirects_to_other_schemes_are_refused(target):
    with serving({"/": moved(target)}) as server, pytest.raises(ReadError, match="only http and https"):
        got(f"http://127.0.0.1:{server.port}/")


def test_three_redirects_are_followed_and_no_more():
    answers = {f"/{n}": moved(f"/{n + 1}") for n in range(4)} | {"/4": ok(b"done")}
    with serving(answers) as server:
        base = f"http://127.0.0.1:{server.port}"
        assert got(f"{base}/1").body == b"done"
        with pytest.raises(ReadError, match="more than 3 redirects"):
            got(f"{base}/0")


@pytest.mark.parametrize(
    "kind", [b"image/png", b"application/pdf", b"video/mp4", b"application/octet-stream", b""]
)
def test_only_types_that_hold_articles_are_read(kind):
    headers = b"Content-Type: " + kind + b"\r\n" if kind else b""
    with serving({"/": ok(b"x", headers)}) as server, pytest.raises(ReadError, match="not an article"):
        got(f"http://127.0.0.1:{server.port}/")


def test_the_charset_and_the_kind_are_told():
    with serving({"/": ok(b"<p>x", b"Content-Type: Text/HTML; Charset=EUC-KR\r\n")}) as server:
        fetched = got(f"http://127.0.0.1:{server.port}/")
    assert (fetched.format, fetched.charset) == ("html", "euc-kr")


def compressed(body, kind):
    return ok(body, PLAIN + b"Content-Encoding: " + kind + b"\r\n")


def test_compressed_bodies_are_expanded():
    text = b"They met in Vilnius. " * 100
    with serving(
        {"/g": compressed(gzip.compress(text), b"gzip"), "/d": compressed(zlib.compress(text), b"deflate")}
    ) as server:
        assert got(f"http://127.0.0.1:{server.port}/g").body == text
        assert got(f"http://127.0.0.1:{server.port}/d").body == text


def test_bombs_are_noticed_before_they_grow():
    bomb = gzip.compress(b"\0" * 50_000_000)
    with serving({"/": compressed(bomb, b"gzip")}) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(ReadError, match="larger than 100000 bytes"):
            got(url)
        with pytest.raises(ReadError, match="like a bomb"):
            got(url, max_bytes=100_000_000)


def test_damaged_and_unknown_compression_is_refused():
    with serving({"/b": compressed(b"not gzip at all", b"gzip"), "/u": compressed(b"x", b"br")}) as server:
        with pytest.raises(ReadError, match="damaged"):
            got(f"http://127.0.0.1:{server.port}/b")
        with pytest.raises(ReadError, match="compressed as 'br'"):
            got(f"http://127.0.0.1:{server.port}/u")


def test_a_body_too_large_is_cut_off_whatever_its_header_says():
    endless = [b"HTTP/1.1 200 OK\r\n" + PLAIN + b"\r\n", *[b"x" * 50_000] * 10]
    with serving({"/": endless}) as server, pytest.raises(ReadError, match="larger than"):
        got(f"http://127.0.0.1:{server.port}/")


HEAD = b"HTTP/1.1 200 OK\r\n" + PLAIN
DRIPS = {
    "body": [HEAD + b"Content-Length: 1000\r\n\r\n", *[b"x", 0.1] * 500],
    "head": [b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n", 0.1] * 500],
    "silence": [60.0],
}


@pytest.mark.parametrize("answer", DRIPS.values(), ids=DRIPS)
def test_a_slow_drip_ends_at_the_total_time(answer):
    with serving({"/": answer}) as server:
        start = time.monotonic()
        with pytest.raises(ReadError, match="took longer than 1 s"):
            got(f"http://127.0.0.1:{server.port}/", timeout=1.0)
        assert time.monotonic() - start < 2


def test_a_slow_name_server_ends_at_the_total_time():
    released = threading.Event()

    def slow(_host, _port):
        released.wait(30)
        return ["8.8.8.8"]

    start = time.monotonic()
    with pytest.raises(ReadError, match="took longer"):
        fetch("http://news.example/", FetchLimits(1000, 0.5), slow)
    released.set()
    assert time.monotonic() - start < 2


BROKEN = {
    "truncated": [HEAD + b"Content-Length: 1000\r\n\r\nshort"],
    "garbage": [b"SSH-2.0-OpenSSH\r\n\r\n"],
    "nothing": [b""],
    "error": [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"],
    "huge header": [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500_000],
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_broken_answers_are_read_errors(answer):
    with serving({"/": answer}) as server, pytest.raises(ReadError) as caught:
        got(f"http://127.0.0.1:{server.port}/")
    assert caught.value.hint


def test_closed_ports_and_unknown_hosts_are_read_errors():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ReadError, match="cannot be fetched"):
        got(f"http://127.0.0.1:{port}/")

    def unknown(_host, _port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(ReadError, match="no such host"):
        fetch("http://nowhere.example/", FetchLimits(1000, 5), unknown)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///x",
        "http://[::1",
        "http://a.example:99999/",
        "http://a.example:x/",
        "http://" + "a" * 300 + ".example/",
        "http://é" + "é" * 80 + ".example/",
        "http://a..example/",
        "http://exa mple/",
    ],
)
def test_what_is_no_url_is_a_read_error(url):
    with pytest.raises(ReadError):
        fetch(url, FetchLimits(1000, 5), resolve)


def test_a_password_in_a_url_is_refused_and_not_repeated():
    with pytest.raises(ReadError) as caught:
        got("http://user:hunter2@news.example/")
    assert "hunter2" not in str(caught.value) + caught.value.source + caught.value.hint


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving({"/": ok(b"direct")}) as server:
        assert got(f"http://127.0.0.1:{server.port}/").body == b"direct"
