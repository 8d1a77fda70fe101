"""`python -m training`: check labels, prepare data, train one adapter, or sweep over settings."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from evals.gold import TRAINING, load_cases
from training.data import Recipe, dev_cases, prepare
from training.judging import scored
from training.pairs import Shape
from training.reading_back import losses, read_back
from training.settings import Place, Settings, base_of

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    rich_markup_mode=None,
)

Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for what is made.")]
Augment = Annotated[int, typer.Option(metavar="N", min=0, help="New articles made of each, at most.")]
Seed = Annotated[int, typer.Option(metavar="N")]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, help="So many articles, of many languages.")]
Source = Annotated[Path, typer.Option(metavar="DIR", help="Labelled articles in the form of gold data.")]
Data = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Prepared data; else they are made in OUT/data.")
]
WeightsDir = Annotated[
    Path | None,
    typer.Option("--weights", metavar="DIR", help="Folder with the GGUF files, else the extractor's own."),
]
DevLimit = Annotated[int | None, typer.Option(metavar="N", min=1, help="Judge on so many dev articles only.")]
Budget = Annotated[
    float | None, typer.Option(metavar="MINUTES", min=0.1, help="Stop in time, keep the best.")
]
_USUAL = Settings()


@app.command()
def check(
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="v0 or v1.")] = "v1",
    source: Source = TRAINING,
    limit: Limit = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print everything that came back otherwise.")
    ] = False,
) -> None:
    """Read the right answers back through the extractor: what differs from the key, and how much."""
    read = list(read_back(load_cases(source)[:limit], Shape(form)))
    found = [loss for one in read for loss in losses(one.score)]
    reasons = [(one.score.case.id, reason) for one in read for reason in one.reasons]
    if verbose:
        for loss in found:
            _print(f"{loss.article} {loss.record} {loss.why}")
        for article, reason in reasons:
            _print(f"{article} {reason.record or '-'} {reason.code}: {reason.detail}")
    _print("other than in the key: " + _counted(loss.why.partition(":")[0] for loss in found))
    _print("the pipeline's reasons: " + _counted(str(reason.code) for _, reason in reasons))
    _print(json.dumps(scored([one.score for one in read]), indent=1))


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


@app.command("prepare")
def prepare_data(
    out: Out,
    augment: Augment = 2,
    seed: Seed = 7,
    limit: Limit = None,
    source: Source = TRAINING,
) -> None:
    """Make more articles of the labelled ones, and write the pairs of all of them, in every format."""
    _print(json.dumps(prepare(Recipe(source, augment, seed, limit), out, _said), indent=1))


@app.command()
def tune(
    out: Out,
    base: Annotated[str, typer.Option(metavar="NAME", help="1.5b, 0.5b, or a GGUF file.")] = _USUAL.base,
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="v0 or v1.")] = _USUAL.form,
    order: Annotated[str, typer.Option(metavar="NAME", help="figures-last or figures-first.")] = _USUAL.order,
    joint: Annotated[
        bool, typer.Option("--joint/--per-type", help="One answer, or one for each record type.")
    ] = _USUAL.joint,
    rank: Annotated[int, typer.Option(min=1)] = _USUAL.rank,
    modules: Annotated[str, typer.Option(help="all, attention or feed-forward.")] = _USUAL.modules,
    rate: Annotated[float, typer.Option()] = _USUAL.rate,
    epochs: Annotated[float, typer.Option()] = _USUAL.epochs,
    batch: Annotated[int, typer.Option(min=1, help="Pairs a step.")] = _USUAL.batch,
    tokens: Annotated[int, typer.Option(min=1, help="Tokens computed at once.")] = _USUAL.tokens,
    longest: Annotated[int, typer.Option(min=1, help="Longer pairs are left out.")] = _USUAL.longest,
    negatives: Annotated[
        float, typer.Option(help="Share of questions with an empty answer; below 0: as they come.")
    ] = 0.33,
    judge_every: Annotated[
        int, typer.Option(help="Steps between scores; 0: each epoch, below: at the end.")
    ] = 0,
    answer_tokens: Annotated[int, typer.Option(min=1)] = _USUAL.answer_tokens,
    adapter_type: Annotated[str, typer.Option(help="f16 or q8_0.")] = _USUAL.adapter_type,
    augment: Augment = 2,
    seed: Seed = _USUAL.seed,
    limit: Limit = None,
    data: Data = None,
    weights_dir: WeightsDir = None,
    dev_limit: DevLimit = None,
    budget_minutes: Budget = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it was broken off.")] = False,
) -> None:
    """Train one adapter, with a curve of dev scores and a card."""
    from training.running import Task  # noqa: PLC0415 - only here
    from training.running import tune as run  # noqa: PLC0415 - likewise

    settings = Settings(
        base=base, form=form, order=order, joint=joint, rank=rank, modules=modules, rate=rate, epochs=epochs,
        batch=batch, tokens=tokens, longest=longest, negatives=negatives if negatives >= 0 else None,
        seed=seed, judge_every=judge_every, answer_tokens=answer_tokens, adapter_type=adapter_type,
    )  # fmt: skip
    task = Task(
        settings=settings,
        base=base_of(base, _weights(weights_dir)),
        data=_prepared(data, out, Recipe(augment=augment, seed=seed, limit=limit)),
        dev=dev_cases(dev_limit),
        place=Place(out),
        seconds=_seconds(budget_minutes),
        resume=resume,
    )
    run(task, _said)
    _print(str(task.place.card))


@app.command()
def sweep(
    out: Out,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A list of settings, as YAML.")
    ] = None,
    augment: Augment = 2,
    limit: Limit = None,
    data: Data = None,
    weights_dir: WeightsDir = None,
    dev_limit: DevLimit = None,
    budget_minutes: Budget = None,
) -> None:
    """Train with several settings, one after another, and compare them."""
    from training.sweeping import SWEEP, Common, settings_of, tasks_of  # noqa: PLC0415 - likewise
    from training.sweeping import sweep as run  # noqa: PLC0415 - likewise

    chosen = settings_of(settings or SWEEP, {})
    folder = _weights(weights_dir)
    common = Common(
        data=_prepared(data, out, Recipe(augment=augment, limit=limit)),
        dev=dev_cases(dev_limit),
        folder=out,
        weights=folder,
    )
    run(tasks_of(chosen, common, _said), out, _seconds(budget_minutes), _said)
    _print(str(out / "comparison.md"))


@app.command()
def weights(
    base: Annotated[str, typer.Option(metavar="NAME", help="1.5b, 0.5b, or a GGUF file.")] = _USUAL.base,
    directory: Annotated[Path | None, typer.Option("--weights", metavar="DIR")] = None,
) -> None:
    """Print where the weights to train on lie, once their digest is right."""
    _print(str(base_of(base, _weights(directory)).path))


def _prepared(data: Path | None, out: Path, recipe: Recipe) -> Path:
    if data is None:
        data = out / "data"
        prepare(recipe, data, _said)
    return data


def _weights(directory: Path | None) -> Path:
    if directory is not None:
        return directory
    from extractor.settings import Settings as Extractors  # noqa: PLC0415 - not where a folder is named

    return Extractors().weights_dir


def _seconds(minutes: float | None) -> float | None:
    return None if minutes is None else minutes * 60


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def _said(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
