"""The library's doors: the same in a plain program and inside a running event loop, and nothing left open."""

import asyncio
import gc
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import extractor
from extractor import Settings, connect, extract
from extractor.errors import ConfigError, ExtractorError
from extractor.pipeline import article_of
from tests.answering import DAY, agreement, answer, meeting, person

TEXT = "Foreign Minister Ilze Kalna received Diego Quispe of Peru in Riga. They signed an agreement on fisheries."
ANSWER = answer(
    meetings=[meeting(person("Ilze Kalna", country="LVA"), person("Diego Quispe", country="PER"))],
    agreements=[agreement("agreement on fisheries", s=[2], parties=["LVA", "PER"])],
)


class _Reply(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(asked)
        content = ANSWER if b"meetings" in asked else '{"ok": true}'
        message = {"role": "assistant", "content": content}
        self._send({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]})

    def _send(self, values):
        body = json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "tiny", **values})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Reply) as running:
        running.asked = []
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def settings(server, tmp_path):
    url = f"http://127.0.0.1:{server.server_port}/v1"
    return Settings(
        base_url=url, llm="tiny", mode="json_schema", cache_dir=tmp_path / "answers", no_cache=True
    )


@pytest.fixture(autouse=True, scope="module")
def _nothing_left_open():
    """A client that nobody closed warns when it is collected, and a warning is an error here."""
    threads = threading.active_count()
    yield
    gc.collect()
    assert threading.active_count() <= threads


def titles(found):
    return [record.title_as_written for record in found.agreements]


def test_one_call_gives_the_records_of_a_text(settings):
    found = extract(TEXT, date=DAY, language="en", settings=settings)
    assert titles(found) == ["agreement on fisheries"]
    assert (found.article.language, found.article.reference_basis) == ("en", "supplied")


def test_one_call_takes_an_article(settings):
    article = article_of(TEXT, language="en")
    assert extract(article, settings=settings).article.id == article.id


def test_an_open_extractor_serves_many_articles(settings, server):
    with connect(settings) as opened:
        found = [opened.extract(TEXT) for _ in range(3)]
    assert [titles(one) for one in found] == [["agreement on fisheries"]] * 3
    assert len(server.asked) == 3


async def test_both_doors_open_inside_a_running_loop(settings):
    with connect(settings) as opened:
        first = opened.extract(TEXT)
        second, third = await asyncio.gather(
            *(opened.extract_async(article_of(TEXT)) for _ in range(2)),
        )
    fourth = extract(TEXT, settings=settings)
    assert all(titles(found) == ["agreement on fisheries"] for found in (first, second, third, fourth))


def test_an_extractor_serves_several_threads(settings):
    found = []
    with connect(settings) as opened:
        threads = [threading.Thread(target=lambda: found.append(opened.extract(TEXT))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [titles(one) for one in found] == [["agreement on fisheries"]] * 4


async def test_a_cancelled_article_leaves_the_extractor_fit(settings):
    with connect(settings) as opened:
        task = asyncio.create_task(opened.extract_async(article_of(TEXT)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert titles(await opened.extract_async(article_of(TEXT))) == ["agreement on fisheries"]


def test_an_error_passes_through_and_all_is_closed(settings):
    nobody = settings.model_copy(update={"base_url": "http://127.0.0.1:9/v1", "attempts": 1})
    with pytest.raises(ExtractorError, match=r"127\.0\.0\.1:9"), connect(nobody) as opened:
        opened.extract(TEXT)


def test_settings_that_lead_nowhere_open_nothing(settings):
    with pytest.raises(ConfigError), connect(settings.model_copy(update={"llm": None})):
        raise AssertionError("unreachable")


def test_every_public_name_can_be_had():
    assert all(getattr(extractor, name) is not None for name in extractor.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = extractor.nothing
