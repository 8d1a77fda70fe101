"""What the Ray engine costs on one machine: `python -m evals.speed.cluster --articles 2000 --workers 1,2`.

The plain engine and the Ray engine do the same articles on the same endpoint, one after the other. A rate is
that of the questions that reach the endpoint after the first ones, so that neither start nor end counts;
start and memory are shown apart. What is wanted of a worker is counted from one process of the plain engine.
On a machine of two processors more than one worker has none to itself: the endpoint and the run need theirs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]  # it comes without types

from evals.speed.articles import stories
from evals.speed.clients import LLM
from evals.speed.measuring import DAY, ROOT, Bench, FailedError
from evals.speed.server import STEADY

WANTED = 0.9
"""What a worker's rate shall be of the plain engine's with one process."""
_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """One run: articles a second once all is begun, seconds to its first question, most memory in all."""

    rate: float
    start: float
    peak_mb: float


def run(flags: Sequence[str], root: str, articles: Path, scratch: Path) -> Run:
    """Run one batch with an empty cache. Raises FailedError."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        output = Path(folder) / "out.jsonl"
        command = [sys.executable, "-m", "extractor", "batch", str(articles), "-o", str(output), "-q"]
        command += ["--base-url", f"{root}/wire/v1", "--llm", LLM, "--cache-dir", f"{folder}/answers", *flags]
        _asked(root)
        begun = time.time()
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
            peak = _peak(process)
            said = process.stderr.read() if process.stderr else ""
        if process.returncode:
            raise FailedError(f"{' '.join(command)}: {said[-2000:]}")
        with output.open("rb") as done, articles.open("rb") as wanted:
            if sum(1 for _ in done) != sum(1 for _ in wanted):
                raise FailedError("not all articles were written")
    asked = _asked(root)
    rate = (asked["asked"] - STEADY) / max(1e-3, asked["last"] - asked["steady"])
    return Run(rate, asked["first"] - begun, peak)


def _peak(process: "subprocess.Popen[str]") -> float:
    """Wait for the end; return the most memory, in MB, that it and its children had together."""
    peak, whole = 0, psutil.Process(process.pid)
    while process.poll() is None:
        now = 0
        for one in _family(whole):
            try:
                now += one.memory_info().rss
            except psutil.Error:
                continue
        peak = max(peak, now)
        time.sleep(_EVERY_S)
    return peak / 2**20


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _asked(root: str) -> dict[str, float]:
    """Return how many questions came since this was last looked up, and when."""
    with urlopen(f"{root}/asked", timeout=10) as reply:  # noqa: S310 - our own endpoint
        told: dict[str, float] = json.load(reply)
    return told


def _written(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for told in stories(count):
            file.write(json.dumps({"id": told.id, "text": told.text, "date": DAY}, ensure_ascii=False) + "\n")
    return path


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds before each answer")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--workers", default="1,2", help="numbers of workers, with commas between")
    parser.add_argument("--ray-address", help="a cluster that is there; else one is begun for each run")
    args = parser.parse_args()
    if args.articles <= STEADY:
        parser.error(f"more than {STEADY} articles are needed")
    joined = ["--ray-address", args.ray_address] if args.ray_address else []
    common = ["--concurrency", str(args.concurrency)]
    counts = [int(count) for count in args.workers.split(",")]
    engines: list[tuple[str, int, list[str]]] = [("plain", count, []) for count in sorted({1, *counts})]
    engines += [("ray", count, ["--engine", "ray", *joined]) for count in counts]
    with tempfile.TemporaryDirectory(prefix="extractor-cluster-") as folder:
        scratch = Path(folder)
        articles = _written(scratch / "articles.jsonl", args.articles)
        plain = 0.0
        sys.stdout.write(
            f"{'engine':8}{'workers':>8}{'per s':>8}{'a worker':>10}{'start s':>9}{'peak MB':>9}\n"
        )
        with Bench(scratch, sys.executable, sys.executable).endpoint(args.latency) as root:
            for name, count, flags in engines:
                done = run([*common, "--workers", str(count), *flags], root, articles, scratch)
                plain = plain or done.rate
                each = done.rate / count / plain
                sys.stdout.write(
                    f"{name:8}{count:8}{done.rate:8.1f}{each:10.2f}{done.start:9.1f}{done.peak_mb:9.0f}\n"
                )
                sys.stdout.flush()
    sys.stdout.write(f"a worker: its rate, of one plain process's; wanted {WANTED}\n")


if __name__ == "__main__":
    main()
