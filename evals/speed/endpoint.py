"""Our way to an endpoint alone, without cache, pace and grounding: `python -m evals.speed.endpoint PLAN`.

The plan is that of `clients`; requests and checks of the answers are the product's own.
"""

import asyncio
import json
import sys
from itertools import islice
from pathlib import Path

from evals.speed.clients import LLM, Asked, Trip, ask_all
from extractor import __version__
from extractor.drafts import WIRE_VERSION, AnswerDraft
from extractor.llm.base import Message, Request
from extractor.llm.openai import EndpointOptions, OpenAIEndpoint


async def run(trip: Trip) -> None:
    """Ask about all articles of the plan."""
    endpoint = OpenAIEndpoint(EndpointOptions(f"{trip.root}/wire/v1", LLM))

    async def ask(article: Asked) -> object:
        request = Request(
            llm=endpoint.options.identity,
            messages=tuple(Message(role, content) for role, content in article["messages"]),
            answer_schema=article["schema"],
            answer_type=AnswerDraft,
            prompt="benchmark",
            wire_version=WIRE_VERSION,
            max_tokens=4096,
        )
        return (await endpoint.complete(request)).text

    await ask_all(trip, ask)
    await endpoint.aclose()


def main() -> None:
    """Print what it took as one line of JSON."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with Path(plan["articles"]).open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in islice(lines, plan["count"])]
    for article in articles:
        article["schema"] = plan["schemas"][article["schema"]]
    trip = Trip(plan["root"], plan["in_flight"], articles, Path(plan["scratch"]))
    asyncio.run(run(trip))
    sys.stdout.write(json.dumps({"version": __version__, **trip.took}) + "\n")


if __name__ == "__main__":
    main()
