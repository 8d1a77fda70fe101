"""Asks a benchmark's endpoint about its articles with one peer, in a process of its own; prints what it took.

`python clients.py NAME PLAN`, with any interpreter that has the peer: nothing of this project is imported.
PLAN is a JSON file: `root` (the endpoint's, without form and version), `in_flight`, `articles` (JSON lines of
`id`, `text`, `messages`, `schema`), their `schemas` by name, `count` and `scratch` (a folder). Each peer is
used as its documentation shows, with as many requests at once as it can be told to have, and asked once
before the clock starts.
"""

import asyncio
import importlib
import importlib.metadata
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

LLM = "benchmark"
KEY = "none"
Asked = Mapping[str, Any]
Ask = Callable[[Asked], Awaitable[object]]


@dataclass
class Trip:
    """What a client has to do, and what it took: seconds and processor seconds."""

    root: str
    in_flight: int
    articles: Sequence[Asked]
    scratch: Path
    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure what is done inside."""
        wall, cpu = time.perf_counter(), processor_seconds()
        yield
        self.took = {"wall": time.perf_counter() - wall, "cpu": processor_seconds() - cpu}


def processor_seconds() -> float:
    """Return the processor time of this process and of its finished children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def package(name: str) -> Any:
    """Import a peer: there is one in each process, and most have no types."""
    return importlib.import_module(name)


async def ask_all(trip: Trip, ask: Ask) -> None:
    """Ask about every article, `in_flight` at once; each must get an answer."""
    left = iter(trip.articles)

    async def one_after_another() -> None:
        for article in left:
            assert await ask(article)

    assert await ask(trip.articles[0])
    with trip.timed():
        await asyncio.gather(*(one_after_another() for _ in range(trip.in_flight)))


def messages(article: Asked) -> list[dict[str, str]]:
    """Return the conversation about an article."""
    return [{"role": role, "content": content} for role, content in article["messages"]]


def constraint(article: Asked) -> dict[str, Any]:
    """Return the parameter that holds an answer to the schema."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": article["schema"]}}


async def aiohttp(trip: Trip) -> None:
    """Ask with nothing but an HTTP client: what any client could reach at the most."""
    aiohttp = package("aiohttp")

    url = f"{trip.root}/wire/v1/chat/completions"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(article: Asked) -> object:
            body = {
                "model": LLM,
                "messages": messages(article),
                "max_tokens": 4096,
                "response_format": constraint(article),
            }
            async with session.post(url, json=body) as reply:
                return json.loads(await reply.read())["choices"][0]["message"]["content"]

        await ask_all(trip, ask)


async def openai(trip: Trip) -> None:
    """Ask with the vendor's client."""
    openai = package("openai")

    async with openai.AsyncOpenAI(base_url=f"{trip.root}/wire/v1", api_key=KEY) as client:

        async def ask(article: Asked) -> object:
            reply = await client.chat.completions.create(
                model=LLM,
                messages=messages(article),
                max_tokens=4096,
                response_format=constraint(article),
            )
            return reply.choices[0].message.content

        await ask_all(trip, ask)


async def litellm(trip: Trip) -> None:
    """Ask with litellm's one function."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    litellm = package("litellm")

    litellm.suppress_debug_info = True

    async def ask(article: Asked) -> object:
        reply = await litellm.acompletion(
            model=f"openai/{LLM}",
            api_base=f"{trip.root}/wire/v1",
            api_key=KEY,
            messages=messages(article),
            max_tokens=4096,
            response_format=constraint(article),
        )
        return reply.choices[0].message.content

    await ask_all(trip, ask)


def quoted_answer() -> Any:
    """Return a class of answers as peers have them: records, each with the sentence that shows it."""
    from pydantic import BaseModel  # noqa: PLC0415 - not every peer has it

    class Record(BaseModel):
        kind: Literal["meeting", "agreement", "mou", "exports", "turnover"]
        words: str
        quote: str

    class Answer(BaseModel):
        records: list[Record]

    return Answer


async def instructor(trip: Trip) -> None:
    """Ask with instructor as it comes: a response model, and its own way to have it kept."""
    instructor, openai = package("instructor"), package("openai")

    form = quoted_answer()
    async with openai.AsyncOpenAI(base_url=f"{trip.root}/tool/v1", api_key=KEY) as vendor:
        client = instructor.from_openai(vendor)

        async def ask(article: Asked) -> object:
            answer = await client.chat.completions.create(
                model=LLM, messages=messages(article), max_tokens=4096, response_model=form
            )
            return answer.records

        await ask_all(trip, ask)


async def langextract(trip: Trip) -> None:
    """Extract with langextract: an article is one piece, and as many workers as requests at once."""
    langextract = package("langextract")
    providers = package("langextract.providers.openai")

    said = "The ministers met in Cork. They signed the Agreement on sand."
    example = langextract.data.ExampleData(
        text=said,
        extractions=[
            langextract.data.Extraction(extraction_class="agreement", extraction_text="Agreement on sand")
        ],
    )
    endpoint = providers.OpenAILanguageModel(
        model_id=LLM,
        base_url=f"{trip.root}/langextract/v1",
        api_key=KEY,
        max_workers=trip.in_flight,
    )

    def extract(articles: Sequence[Asked]) -> None:
        found = langextract.extract(
            [langextract.data.Document(text=it["text"], document_id=it["id"]) for it in articles],
            prompt_description="List meetings, agreements and trade figures in the words of the article.",
            examples=[example],
            model=endpoint,
            max_char_buffer=10_000,
            batch_length=trip.in_flight,
            max_workers=trip.in_flight,
            use_schema_constraints=False,
            fence_output=False,
            show_progress=False,
        )
        assert all(document.extractions for document in found)

    extract(trip.articles[:1])
    with trip.timed():
        extract(trip.articles)


async def curator(trip: Trip) -> None:
    """Fill a data set with curator; it is new each time, so that its cache has nothing."""
    [litellm] = package("importlib.util").find_spec("litellm").submodule_search_locations
    tokenizers = Path(litellm) / "litellm_core_utils" / "tokenizers"
    os.environ |= {
        "TIKTOKEN_CACHE_DIR": str(tokenizers),  # else it is downloaded
        "TELEMETRY_ENABLED": "false",
        "CURATOR_DISABLE_RICH_DISPLAY": "1",
        "CURATOR_CACHE_DIR": str(trip.scratch / "curator"),
        "HF_HOME": str(trip.scratch / "hf"),
        "HF_HUB_OFFLINE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "OPENAI_API_KEY": KEY,
    }
    curator = package("bespokelabs.curator")

    class Reader(curator.LLM):  # type: ignore[misc,name-defined]  # it has no types
        response_format = quoted_answer()

        def prompt(self, row: Asked) -> list[dict[str, str]]:
            return messages(row)

        def parse(self, row: Asked, answer: Any) -> dict[str, Any]:
            return {"id": row["id"], "records": len(answer.records)}

    plenty = {"max_requests_per_minute": 10**7, "max_tokens_per_minute": 10**10}
    reader = Reader(
        model_name=LLM,
        backend="openai",
        backend_params={
            "base_url": f"{trip.root}/quoted/v1",
            "max_concurrent_requests": trip.in_flight,
            **plenty,
        },
    )
    rows = [{"id": it["id"], "messages": [list(turn) for turn in it["messages"]]} for it in trip.articles]

    def fill() -> None:
        with trip.timed():
            assert len(list(reader(rows).dataset)) == len(rows)

    await asyncio.to_thread(reader, rows[:1])
    await asyncio.to_thread(fill)


CLIENTS: Mapping[str, Callable[[Trip], Coroutine[Any, Any, None]]] = {
    "aiohttp": aiohttp,
    "openai": openai,
    "instructor": instructor,
    "litellm": litellm,
    "langextract": langextract,
    "curator": curator,
}
PACKAGES = {"curator": "bespokelabs-curator"}


def main() -> None:
    """Run one client and print its measurements as one line of JSON; `missing` if it is not installed."""
    name, plan = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    distribution = PACKAGES.get(name, name)
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        sys.stdout.write(json.dumps({"missing": distribution}) + "\n")
        return
    logging.disable(logging.WARNING)
    with Path(plan["articles"]).open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in islice(lines, plan["count"])]
    for article in articles:
        article["schema"] = plan["schemas"][article["schema"]]
    trip = Trip(plan["root"], plan["in_flight"], articles, Path(plan["scratch"]))
    asyncio.run(CLIENTS[name](trip))
    sys.stdout.write(json.dumps({"version": version, **trip.took}) + "\n")


if __name__ == "__main__":
    main()
