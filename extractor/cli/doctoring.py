"""`extractor doctor`: looks at all that a run needs and says what is wrong; its output holds no secret."""

import locale
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import typer

from extractor import __version__
from extractor.cli.awaiting import awaited
from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal, printable
from extractor.errors import ExtractorError
from extractor.llm.caching import DiskStore
from extractor.llm.catalogue import load_catalogue
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint
from extractor.llm.probing import ProbeResult, probe
from extractor.llm.weights import adapter_is_whole, locate
from extractor.network_disks import network_disk
from extractor.prompting import load_template, template_names
from extractor.proofreading import faults_of
from extractor.settings import Settings
from extractor.wiring import endpoint_options, shared_store_of

_LIBRARIES = ("openai", "instructor", "pydantic", "diskcache", "httpx2", "xllamacpp", "trafilatura")
_LITTLE_ROOM_MB = 2000
_NOT_USABLE = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `bad` ones make a run fail, `odd` ones may."""

    state: Literal["ok", "odd", "bad"]
    what: str
    detail: str


def doctor(params: Params, terminal: Terminal) -> None:
    """Print the findings. Raises typer.Exit with 4 when no run can succeed."""
    settings = settings_of(params, terminal)
    with terminal.progress("looking"):
        findings = [
            *_machine(),
            *_cache(settings.cache_dir),
            *_shared_cache(settings),
            *_prompts(),
            *_llm(settings),
        ]
    for finding in findings:
        show(f"{finding.state:4} {finding.what:14} {_without_home(printable(finding.detail))}")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(_NOT_USABLE)


def _without_home(text: str) -> str:
    """Return text without the user's name in paths."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _machine() -> Iterator[Finding]:
    yield Finding(
        "ok", "extractor", f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    yield Finding("ok", "libraries", ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES))
    encodings = f"{locale.getencoding()}, stdout {sys.stdout.encoding}"
    yield Finding("ok" if "utf" in encodings.lower() else "odd", "locale", encodings)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _cache(directory: Path) -> Iterator[Finding]:
    try:
        store = DiskStore(directory)
        count = len(list(store))
        store.close()
    except ExtractorError as error:
        yield Finding("bad", "cache", f"{error}; {error.hint}")
        return
    yield Finding("ok", "cache", f"{count} answers in {directory}")
    if kind := network_disk(directory):
        yield Finding("odd", "cache", f"{directory} is on a network disk ({kind}): a local one is safe")
    put_aside = len(list(directory.glob("*.corrupt-*")))
    if put_aside:
        yield Finding("odd", "cache", f"{put_aside} damaged databases were put aside in {directory}")


def _shared_cache(settings: Settings) -> Iterator[Finding]:
    try:
        store = shared_store_of(settings)
    except ExtractorError as error:
        yield Finding("bad", "shared cache", f"{error}; {error.hint}")
        return
    if store is not None:
        yield Finding("ok", "shared cache", store.shown)
        store.close()


def _prompts() -> Iterator[Finding]:
    for name in template_names():
        try:
            template = load_template(name)
            faults = faults_of(template)
        except ExtractorError as error:
            yield Finding("bad", "prompt", f"{name}: {error}")
            continue
        state: Literal["ok", "odd"] = "odd" if faults else "ok"
        yield Finding(state, "prompt", template.label + (f", {len(faults)} faults" if faults else ""))


def _llm(settings: Settings) -> Iterator[Finding]:
    yield from _endpoint(settings) if settings.base_url else _embedded(settings)


def _embedded(settings: Settings) -> Iterator[Finding]:
    try:
        entry = load_catalogue().find(settings.llm)
    except ExtractorError as error:
        yield Finding("bad", "embedded LLM", f"{error}; {error.hint}")
        return
    yield Finding("ok", "LLM", f"no endpoint is configured: embedded {entry.name}")
    if _version("xllamacpp") == "absent":
        yield Finding("bad", "runtime", "xllamacpp is not installed; pip install 'extractor[embedded]'")
    if entry.adapter and not adapter_is_whole(entry.adapter):
        yield Finding("bad", "adapter", f"{entry.adapter.file} is missing or damaged; install again")
    path = locate(entry.weights, settings.weights_dir)
    yield Finding("ok" if path else "odd", "weights", str(path or "not downloaded; extractor llm pull"))
    if path is None:
        yield _room(settings.weights_dir)


def _room(directory: Path) -> Finding:
    there = next(folder for folder in (directory, *directory.parents) if folder.exists())
    free = shutil.disk_usage(there).free >> 20
    return Finding("ok" if free > _LITTLE_ROOM_MB else "odd", "disk", f"{free} MB free in {there}")


def _endpoint(settings: Settings) -> Iterator[Finding]:
    named = settings if settings.llm else settings.model_copy(update={"llm": "unnamed"})
    if settings.offline:
        yield Finding("ok", "endpoint", "not asked: offline")
        return
    result = awaited(_probed(replace(endpoint_options(named), timeout_s=min(60, settings.timeout))))
    yield from _judged(result, settings)


async def _probed(options: EndpointOptions) -> ProbeResult:
    endpoint = OpenAIEndpoint(options)
    try:
        return await probe(endpoint)
    finally:
        await endpoint.aclose()


def _judged(result: ProbeResult, settings: Settings) -> Iterator[Finding]:
    key = "with a key" if settings.api_key else "without a key"
    if not result.usable:
        yield Finding("bad", "endpoint", f"{result.problem}; {result.hint}".rstrip("; "))
    else:
        answer = (
            f"{result.answered_by} answered in {result.seconds:.1f} s, held to its schema by {result.mode}"
        )
        yield Finding("ok", "endpoint", f"{result.endpoint}, {key}: {answer}")
    if result.served:
        yield Finding("ok", "LLMs there", ", ".join(result.served[:20]))
    if not settings.llm:
        yield Finding("bad", "LLM", "none is named: --llm, or EXTRACTOR_LLM")
