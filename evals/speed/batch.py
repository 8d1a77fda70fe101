"""How fast a batch goes, as ratios against the peers in the same run, on one fast endpoint of this machine.

`python -m evals.speed.batch --articles 2000 --latency 0.2 --in-flight 64` prints a table of clients a scene,
and the ratios. Ours is the command `extractor batch` with grounding, output and cache writes on; its rate
counts from its first question, as those of the peers do, and its start is shown apart. Peers that are not
installed are named and left out; `--peers-python` and `--curator-python` are interpreters that have them.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.speed.measuring import Bench, Measured, Scene

SLOW = ("instructor", "litellm", "langextract", "curator")
START_ARTICLES = 10
"""With so many articles a run is little else than its start."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One comparison: what came out, and what is wanted of it (`least` or `most`; None: only shown)."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def verdict(self) -> str:
        """Say what is wanted, and whether it is so."""
        if self.least is None and self.most is None:
            return ""
        good = (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )
        wanted = f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"
        if self.least == self.most:
            wanted = f"{self.least:g}"
        return f"{wanted}  {'yes' if good else 'NO'}"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    articles: int
    latency: float
    in_flight: int
    wide: int
    peer_articles: int
    memory_articles: int
    peers: tuple[str, ...]


def scenes(bench: Bench, options: Options) -> Iterator[tuple[str, Mapping[str, Measured | None]]]:
    """Yield each scene's measurements by client."""
    many = options.articles
    with bench.endpoint(options.latency) as root:
        scene = Scene(root, options.in_flight, many)
        found: dict[str, Measured | None] = {name: bench.peer(name, scene) for name in ("aiohttp", "openai")}
        for name in options.peers:
            found[name] = bench.peer(name, Scene(root, options.in_flight, min(many, options.peer_articles)))
        found["extractor"] = bench.ours(scene, fresh=True)
        yield f"{options.latency * 1000:g} ms, {options.in_flight} in flight", found
        wide = Scene(root, options.wide, many)
        yield (
            f"{options.latency * 1000:g} ms, {options.wide} in flight",
            {"aiohttp": bench.peer("aiohttp", wide), "extractor": bench.ours(wide, fresh=True)},
        )
    with bench.endpoint(0.0) as root:
        scene = Scene(root, options.in_flight, many)
        found = {name: bench.peer(name, scene) for name in ("aiohttp", "openai")}
        found["our wire"] = bench.wire(scene)
        found["start"] = bench.ours(Scene(root, options.in_flight, START_ARTICLES), fresh=True)
        found["extractor"] = bench.ours(scene, fresh=True)
        found["start again"] = bench.ours(Scene(root, options.in_flight, START_ARTICLES))
        found["again"] = bench.ours(scene)
        found["one changed"] = bench.ours(scene, changed=True)
        if options.memory_articles:
            long = Scene(root, options.in_flight, options.memory_articles)
            found[f"{options.memory_articles} articles"] = bench.ours(long, fresh=True)
        yield f"0 ms, {options.in_flight} in flight", found


def ratios(found: Sequence[Mapping[str, Measured | None]]) -> Iterator[Ratio]:
    """Yield what the scenes come to."""
    usual, wide, quick = found
    wanted = {"aiohttp": 0.90, "openai": 1.05, "instructor": 2.5, "langextract": 5.0}
    ours = usual["extractor"]
    assert ours is not None
    for name, measured in usual.items():
        if measured is not None and name != "extractor":
            yield Ratio(f"rate, of {name}'s", ours.rate / measured.rate, wanted.get(name))
    if wide["aiohttp"] and wide["extractor"]:
        yield Ratio("rate wide, of aiohttp's", wide["extractor"].rate / wide["aiohttp"].rate, 0.7)
    yield from _quick(quick)


def _quick(found: Mapping[str, Measured | None]) -> Iterator[Ratio]:
    openai, start, whole, again = (found[name] for name in ("openai", "start", "extractor", "again"))
    resting = found["start again"]
    wire, changed = found["our wire"], found["one changed"]
    assert start
    assert whole
    assert again
    assert resting
    assert changed
    if openai and wire:
        yield Ratio("wire, processor time of openai's", wire.cpu_ms / openai.cpu_ms, None, 0.5)
        each = (whole.cpu - start.cpu) / (whole.articles - start.articles) * 1000
        yield Ratio("everything, processor time of openai's", each / openai.cpu_ms)
        yield Ratio("everything, processor ms an article", each)
    kept = (again.cpu - resting.cpu) / (again.articles - resting.articles) * 1000
    yield Ratio("again, another output, processor ms an article", kept, None, 0.2)
    yield Ratio("again from the cache, questions asked", again.asked, None, 0)
    yield Ratio("one article changed, questions asked", changed.asked, 1, 1)
    longest = max((each for each in found.values() if each), key=lambda each: each.articles)
    if longest.articles > whole.articles:
        times = longest.articles / whole.articles
        yield Ratio(f"peak memory with {times:g} times the articles", longest.peak_mb / whole.peak_mb)


def table(scene: str, found: Mapping[str, Measured | None]) -> str:
    """Return a scene's measurements as text."""
    lines = [
        f"\n{scene}",
        f"{'':14}{'version':>10}{'articles':>9}{'per s':>8}{'cpu ms':>8}{'peak MB':>9}{'start s':>9}",
    ]
    for name, it in found.items():
        if it is None:
            lines.append(f"{name:14}{'not installed':>13}")
        else:
            start = f"{it.start:9.1f}" if it.start else ""
            lines.append(
                f"{name:14}{it.version:>10}{it.articles:9}{it.rate:8.1f}{it.cpu_ms:8.2f}{it.peak_mb:9.0f}{start}"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all scenes and print them; with --json also write them to a file."""
    args = _parser().parse_args()
    options = Options(
        args.articles,
        args.latency,
        args.in_flight,
        args.wide,
        args.peer_articles,
        args.memory_articles,
        tuple(args.peers.split(",")) if args.peers else (),
    )
    found = []
    with tempfile.TemporaryDirectory(prefix="extractor-speed-") as scratch:
        bench = Bench(Path(scratch), args.peers_python, args.curator_python or args.peers_python)
        for scene, measured in scenes(bench, options):
            sys.stdout.write(table(scene, measured))
            sys.stdout.flush()
            found.append((scene, measured))
    compared = list(ratios([measured for _, measured in found]))
    sys.stdout.write("\n" + "".join(f"{it.name:48}{it.value:9.2f}  {it.verdict}\n" for it in compared))
    if args.json:
        shown = {
            "scenes": {
                scene: {name: it and asdict(it) for name, it in measured.items()} for scene, measured in found
            },
            "ratios": [asdict(it) for it in compared],
        }
        args.json.write_text(json.dumps(shown, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds before each answer")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--wide", type=int, default=256, help="in flight in the second scene")
    parser.add_argument("--peer-articles", type=int, default=400, help="articles for the slower peers")
    parser.add_argument("--memory-articles", type=int, default=0, help="articles of a long run; 0: none")
    parser.add_argument("--peers", default=",".join(SLOW), help="the slower peers, with commas between")
    parser.add_argument("--peers-python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--curator-python", default="", help="another that has curator")
    parser.add_argument("--json", type=Path, help="also write everything here")
    return parser


if __name__ == "__main__":
    main()
