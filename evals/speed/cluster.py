"""What the Ray engine costs on one machine: `python -m evals.speed.cluster --articles 2000 --workers 1,2`.

The plain engine and the Ray engine do the same articles on the same endpoint. Each rate is that of the
articles beyond a short run's, so that neither start nor end counts; start and memory are shown apart. On a
machine of two processors more than one worker has none to itself: the endpoint and the run need theirs.
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

SHORT = 64
"""Articles of the run whose time is taken off."""
WANTED = 0.9
"""What a worker's rate shall be of the plain engine's."""
_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds in all, seconds to its first question, and the most memory of all its processes."""

    seconds: float
    start: float
    peak_mb: float


def run(flags: Sequence[str], root: str, articles: Path, scratch: Path) -> Run:
    """Run one batch with an empty cache. Raises FailedError."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        output = Path(folder) / "out.jsonl"
        command = [sys.executable, "-m", "extractor", "batch", str(articles), "-o", str(output), "-q"]
        command += ["--base-url", f"{root}/wire/v1", "--llm", LLM, "--cache-dir", f"{folder}/answers", *flags]
        _first(root)
        begun, clock = time.time(), time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
            peak = _peak(process)
            said = process.stderr.read() if process.stderr else ""
        seconds = time.perf_counter() - clock
        if process.returncode:
            raise FailedError(f"{' '.join(command)}: {said[-2000:]}")
        with output.open("rb") as done, articles.open("rb") as wanted:
            if sum(1 for _ in done) != sum(1 for _ in wanted):
                raise FailedError("not all articles were written")
        return Run(seconds, _first(root) - begun, peak)


def rate(long: Run, short: Run, articles: int) -> float:
    """Return articles a second, start and end left out."""
    return (articles - SHORT) / max(1e-3, (long.seconds - long.start) - (short.seconds - short.start))


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


def _first(root: str) -> float:
    """Return when the first question came since this was last asked."""
    with urlopen(f"{root}/asked", timeout=10) as reply:  # noqa: S310 - our own endpoint
        return float(json.load(reply)["first"])


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
    joined = ["--ray-address", args.ray_address] if args.ray_address else []
    common = ["--concurrency", str(args.concurrency)]
    engines = {"plain": common} | {
        f"ray, {count}": [*common, "--engine", "ray", "--workers", count, *joined]
        for count in args.workers.split(",")
    }
    with tempfile.TemporaryDirectory(prefix="extractor-cluster-") as folder:
        scratch = Path(folder)
        few, many = _written(scratch / "few.jsonl", SHORT), _written(scratch / "many.jsonl", args.articles)
        plain = 0.0
        sys.stdout.write(f"{'engine':10}{'per s':>8}{'of plain':>10}{'start s':>9}{'peak MB':>9}\n")
        with Bench(scratch, sys.executable, sys.executable).endpoint(args.latency) as root:
            for name, flags in engines.items():
                short, long = (run(flags, root, path, scratch) for path in (few, many))
                now = rate(long, short, args.articles)
                plain = plain or now
                sys.stdout.write(
                    f"{name:10}{now:8.1f}{now / plain:10.2f}{long.start:9.1f}{long.peak_mb:9.0f}\n"
                )
                sys.stdout.flush()
    sys.stdout.write(f"wanted of a worker: {WANTED} of plain\n")


if __name__ == "__main__":
    main()
