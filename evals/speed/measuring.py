"""Starts the endpoint and the clients of a benchmark, each in its own process, and measures them."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from evals.speed.articles import stories
from evals.speed.clients import LLM
from extractor import __version__

ROOT = Path(__file__).parents[2]
DAY = "2025-03-12"


@dataclass(frozen=True, slots=True)
class Scene:
    """Whom to ask, how many questions at once, about how many articles."""

    root: str
    in_flight: int
    articles: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What a client took: seconds from its first question, processor seconds, peak memory; `start` before."""

    version: str
    articles: int
    wall: float
    cpu: float
    peak_mb: float
    start: float = 0.0
    asked: int = 0

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.articles / self.wall

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time for an article."""
        return self.cpu / self.articles * 1000


class FailedError(Exception):
    """A client ended with an error; the message has its last words."""


class Bench:
    """A folder for a benchmark's files, and the interpreters that have its peers."""

    def __init__(self, scratch: Path, peers_python: str, curator_python: str) -> None:
        self._scratch = scratch
        self._pythons = {"curator": curator_python}
        self._python = peers_python
        self._prepared = 0
        self._cache = scratch / "answers"
        self._runs = 0

    @contextmanager
    def endpoint(self, latency: float) -> Iterator[str]:
        """Run an endpoint; yields its URL, without form and version."""
        command = [sys.executable, "-m", "evals.speed.server", "--latency", str(latency)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
            assert server.stdout
            try:
                yield f"http://127.0.0.1:{int(server.stdout.readline())}"
            finally:
                server.terminate()

    def peer(self, name: str, scene: Scene) -> Measured | None:
        """Measure a peer, None if it is not installed; what it does not start with is not counted."""
        python = self._pythons.get(name, self._python)
        return self._told([python, "evals/speed/clients.py", name], scene)

    def wire(self, scene: Scene) -> Measured | None:
        """Measure our way to an endpoint alone."""
        return self._told([sys.executable, "-m", "evals.speed.endpoint"], scene)

    def ours(self, scene: Scene, *, fresh: bool = False, changed: bool = False) -> Measured:
        """Measure `extractor batch`; what earlier runs kept is used unless all is to be `fresh`."""
        self._runs += 1
        if fresh:
            self._cache = self._scratch / f"answers-{self._runs}"
        output = self._scratch / f"out-{self._runs}.jsonl"
        command = [
            sys.executable,
            "-m",
            "extractor",
            "batch",
            str(self._input(scene.articles, changed=changed)),
        ]
        command += ["-o", str(output), "--base-url", f"{scene.root}/wire/v1", "--llm", LLM, "-q"]
        command += ["--concurrency", str(scene.in_flight), "--cache-dir", str(self._cache)]
        _asked(scene.root)
        begun = time.time()
        used, _ = _run(command)
        ended = time.time()
        asked, first = _asked(scene.root)
        with output.open("rb") as lines:
            written = sum(1 for _ in lines)
        if written != scene.articles:
            raise FailedError(f"{written} of {scene.articles} articles were written")
        start = first - begun if asked else 0.0
        took = ended - begun - start
        memory = used.ru_maxrss / 1024
        cpu = used.ru_utime + used.ru_stime
        return Measured(__version__, scene.articles, took, cpu, memory, start, asked)

    def _told(self, command: Sequence[str], scene: Scene) -> Measured | None:
        """Run a client that prints what it took."""
        self._runs += 1
        folder = self._scratch / f"peer-{self._runs}"
        folder.mkdir()
        plan = folder / "plan.json"
        schemas = self._prepare(scene.articles)
        written = {
            "root": scene.root,
            "in_flight": scene.in_flight,
            "articles": str(self._scratch / "asked.jsonl"),
            "schemas": schemas,
            "count": scene.articles,
            "scratch": str(folder),
        }
        plan.write_text(json.dumps(written), encoding="utf-8")
        used, said = _run([*command, str(plan)])
        told = json.loads(said.splitlines()[-1])
        if "missing" in told:
            return None
        return Measured(told["version"], scene.articles, told["wall"], told["cpu"], used.ru_maxrss / 1024)

    def _prepare(self, count: int) -> dict[str, object]:
        """Have the questions about so many articles in a file; return their schemas by name.

        In another process: this one stays small, since a child's peak counts from its parent's size.
        """
        schemas = self._scratch / "schemas.json"
        if self._prepared < count:
            _run([sys.executable, "-m", "evals.speed.asking", str(count), str(self._scratch)])
            self._prepared = count
        found: dict[str, object] = json.loads(schemas.read_text(encoding="utf-8"))
        return found

    def _input(self, count: int, *, changed: bool) -> Path:
        """Return the file of so many articles, the first of them with a sentence more if `changed`."""
        path = self._scratch / f"articles-{count}{'-changed' if changed else ''}.jsonl"
        if not path.exists():
            with path.open("w", encoding="utf-8") as file:
                for told in stories(count):
                    more = "\n\nThis was added later." if changed and told.number == 0 else ""
                    row = {"id": told.id, "text": told.text + more, "date": DAY}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return path


def _run(command: Sequence[str]) -> tuple[resource.struct_rusage, str]:
    """Run a command in the root of the checkout; return what it used and what it printed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err, env=_environment())  # noqa: S603 - ours
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if status:
            raise FailedError(f"{' '.join(command)}: {err.read()[-2000:]}")
        return used, out.read()


def _environment() -> dict[str, str]:
    """Return the environment without a user's settings and proxies."""
    left_out = ("EXTRACTOR_", "OPENAI_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(left_out) and not name.lower().endswith("_proxy")
    }


def _asked(root: str) -> tuple[int, float]:
    """Return how many questions came since this was last looked up, and when the first came."""
    with urlopen(f"{root}/asked", timeout=10) as reply:  # noqa: S310 - our own endpoint
        told = json.load(reply)
    return told["asked"], told["first"]
