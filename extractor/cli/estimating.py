"""`extractor batch --dry-run`: what a run would ask, cost and take, an LLM a line; nothing is sent."""

import json

from extractor.batching.estimating import Candidate, describe, estimate
from extractor.cli.batching import Target, plan_of
from extractor.cli.delivering import show
from extractor.cli.preparing import settings_of
from extractor.cli.running import Params
from extractor.cli.terminal import Terminal


def dry_run(params: Params, terminal: Terminal) -> None:
    """Print the estimate of a run with each LLM named; as JSON for machines."""
    settings = settings_of(params, terminal)
    names = params["llms"] or [settings.llm]
    candidates = [Candidate.of(settings.model_copy(update={"llm": name})) for name in names]
    with plan_of(params, settings, Target.of(params)) as plan:
        found = estimate((job.row for job in plan.jobs()), candidates)
    as_json = params.get("log_format") == "json"
    show(json.dumps([one.told() for one in found]) if as_json else describe(found))
