"""The command line as a child process in a home of its own, and an endpoint on loopback for it to ask."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "sk-canary-2718281828"

ARTICLE = """Foreign ministers of Latvia and Peru meet in Riga

RIGA, 3 June 2031 - Foreign Minister Ilze Kalna received her Peruvian counterpart Diego Quispe in Riga on Tuesday. They signed an agreement on fisheries.
"""
ANSWER = {
    "meetings": [
        {
            "s": [2],
            "kind": "talks",
            "mode": "in_person",
            "status": "held",
            "countries": ["LVA", "PER"],
            "attendees": [
                {
                    "s": [2],
                    "name": "Ilze Kalna",
                    "office": "foreign_minister",
                    "country": "LVA",
                    "role": "host",
                },
                {
                    "s": [2],
                    "name": "Diego Quispe",
                    "office": "foreign_minister",
                    "country": "PER",
                    "role": "visitor",
                },
            ],
        }
    ],
    "agreements": [
        {
            "s": [3],
            "title": "agreement on fisheries",
            "type": "agreement",
            "status": "signed",
            "parties": ["LVA", "PER"],
        }
    ],
    "mous": [],
    "figures": [],
}


class Endpoint(ThreadingHTTPServer):
    """Answers as its `persona` says: right, hesitant, unauthorised, penniless, refusing or broken."""

    daemon_threads = False  # closing waits for the answers under way, so that no socket outlives its test

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Reply)
        self.persona = "right"
        self.logprob = -9.0  # of all that the hesitant one says
        self.requests = []
        self.arrived = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address):
        """Pass over clients that left: some tests kill them."""


class _Reply(BaseHTTPRequestHandler):
    def do_GET(self):
        self._send(
            200,
            {"object": "list", "data": [{"id": "tiny", "object": "model", "created": 1, "owned_by": "t"}]},
        )

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.headers.get("Authorization"), body))
        self.server.arrived.set()
        self.server.may_answer.wait(30)
        persona = self.server.persona
        if persona == "unauthorised":
            self._send(401, {"error": {"message": "bad key", "code": "invalid_api_key"}})
        elif persona == "penniless":
            self._send(429, {"error": {"message": "no credit", "code": "insufficient_quota"}})
        elif persona == "refusing":
            self._send(200, _completion({"role": "assistant", "content": None, "refusal": "I will not."}))
        elif persona == "broken" and "broken" not in json.dumps(body["messages"]):
            self._send(200, _completion({"role": "assistant", "content": "no JSON at all"}))
        else:
            said = json.dumps(_answer_to(body))
            whole = _completion({"role": "assistant", "content": said})
            if persona == "hesitant" and body["model"] == "tiny" and body.get("logprobs"):
                whole["choices"][0]["logprobs"] = {
                    "content": [{"token": said, "logprob": self.server.logprob}]
                }
            self._send(200, whole | {"model": f"{body['model']}-2031"})

    def _send(self, status, payload):
        data = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args):
        pass


def _answer_to(body):
    asked = json.dumps(body)
    if "meetings" not in asked:
        return {"ok": True}
    return ANSWER if "Ilze Kalna" in asked else {key: [] for key in ANSWER}


def _completion(message):
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny-2031",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
    }


@pytest.fixture
def endpoint():
    with Endpoint() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.may_answer.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give an empty home and working directory."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work/.git").mkdir()
    return tmp_path


@pytest.fixture
def work(home):
    """Return the folder in which commands are run."""
    return home / "work"


@pytest.fixture
def environment(home):
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "EXTRACTOR_WEIGHTS_DIR": str(home / "weights"),
        "EXTRACTOR_HUB": "http://127.0.0.1:9",
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": "/dev/null",
    }


@pytest.fixture
def cli(home, environment):
    """Run a command line to its end; return what subprocess.run does, texts decoded."""

    def run(*arguments, stdin="", env=None, code=None):
        done = subprocess.run(
            [sys.executable, "-m", "extractor", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=home / "work",
            env=environment | (env or {}),
            timeout=60,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def article(home):
    path = home / "work/article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


@pytest.fixture
def asked(endpoint, environment):
    """Configure the endpoint, with a key, by the environment."""
    environment |= {"EXTRACTOR_BASE_URL": endpoint.url, "EXTRACTOR_LLM": "tiny", "EXTRACTOR_API_KEY": KEY}
    return endpoint
