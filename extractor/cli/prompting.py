"""`extractor prompts …`: the templates, the exact requests that they lead to, and what is wrong with them."""

import json
from collections.abc import Iterator
from typing import Any

import typer

from extractor.cli.delivering import show
from extractor.cli.extracting import read_options, rows_of
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal, printable
from extractor.errors import ReadError
from extractor.llm.base import Request
from extractor.llm.scripted import ScriptedLLM
from extractor.pipeline import Extractor
from extractor.prompting import load_template, prompts_directory, template_names
from extractor.proofreading import faults_of
from extractor.settings import Settings
from extractor.wiring import ENDPOINT_PROMPT, asking_of, template_of

CHECK_FAILED = 5


def prompts_list(_params: Params, _terminal: Terminal) -> None:
    """Print name, version, digest and languages of the examples of each template."""
    for name in template_names():
        template = load_template(name)
        examples = " ".join(example.language for example in template.examples) or "none"
        show(f"{template.label:32}  examples: {examples}")


def prompts_show(params: Params, terminal: Terminal) -> None:
    """Print the requests about an article, or the source of the template."""
    settings = settings_of(params, terminal)
    if params["article"] is None:
        template = template_of(settings, ENDPOINT_PROMPT)
        show("\n".join(f"=== {role}\n{source.strip()}" for role, source in template.sections))
        return
    requests = list(_requests(params, settings))
    if params["json"]:
        show("\n".join(json.dumps(_as_json(request), ensure_ascii=False) for request in requests))
        return
    for request in requests:
        show(_as_text(request))


def prompts_check(params: Params, terminal: Terminal) -> None:
    """Check the templates. Raises typer.Exit with 5 when one has faults."""
    chosen = params.get("prompt")
    templates = (
        [template_of(Settings(prompt=chosen), chosen)]
        if chosen
        else [load_template(name) for name in template_names()]
    )
    faults = [fault for template in templates for fault in faults_of(template)]
    for fault in faults:
        terminal.fail(fault)
    if faults:
        raise typer.Exit(CHECK_FAILED)
    count = sum(len(template.examples) for template in templates)
    terminal.say(f"{len(templates)} templates with {count} examples in {prompts_directory()}: no faults")


def _requests(params: Params, settings: Settings) -> Iterator[Request]:
    extractor = Extractor(ScriptedLLM(()), asking_of(settings))
    for row in rows_of([params["article"]], read_options(params, settings)):
        if isinstance(row, ReadError):
            raise row
        yield from extractor.prepare(row).requests


def _as_json(request: Request) -> dict[str, Any]:
    return {
        "llm": request.llm.name,
        "fingerprint": request.fingerprint,
        "prompt": request.prompt,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "answer_schema": request.answer_schema,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
    }


def _as_text(request: Request) -> str:
    head = f"# {request.prompt} to {request.llm.name}, request {request.fingerprint[:12]}"
    turns = [f"=== {message.role}\n{printable(message.content)}" for message in request.messages]
    return "\n".join([head, *turns])
