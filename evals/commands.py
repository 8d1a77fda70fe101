"""What the eval commands do, with plain arguments; a command line of any kind calls these."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evals.adjudicating import adjudicate, undecided
from evals.agreeing import Agreement, agreement, doubly_labelled
from evals.baselines import baseline, check_prompt
from evals.cases import Case
from evals.freezing import freeze, hash_of
from evals.gating import BASELINE, THRESHOLDS, Gate, gates, read_document, read_thresholds
from evals.gold import GOLD, chosen, load_cases, load_gold, rows_of
from evals.label_studio import from_task, to_task
from evals.pairing import Paired, paired
from evals.predictions import read_predictions
from evals.recording import RECORDED, Place, Replay, as_recorded, record
from evals.reporting import write_reports
from evals.reporting.changes import with_comparison, with_runs
from evals.reporting.structured import baseline_of, document_of
from evals.results import results_md
from evals.running import Plan, Product, run
from evals.summarising import Report, score
from evals.validating import stats, validate
from extractor import confidence
from extractor.errors import ConfigError
from extractor.llm.opening import Watch
from extractor.settings import Settings
from extractor.wiring import asking_of

__all__ = [
    "RECORDED",
    "Choice",
    "Place",
    "adjudicate",
    "as_recorded",
    "baseline",
    "calibrate",
    "compare_files",
    "export_tasks",
    "freeze",
    "gate_file",
    "gold_agreement",
    "import_tasks",
    "record_answers",
    "record_baseline",
    "render",
    "replay",
    "run_baselines",
    "run_llms",
    "score_file",
    "score_to_file",
    "stats",
    "undecided",
    "validate",
    "write_report",
    "write_results",
]

OUT = Path("eval-results")
"""Where the four steps leave their artefacts."""
PREDICTIONS, REPORT = "predictions.jsonl", "report.json"
RESULTS = Path(__file__).parent / "RESULTS.md"
"""The committed comparison of the extractor with the baselines."""
EMBEDDED = "embedded"
PROBABILITIES = RECORDED / "probabilities.jsonl"
"""Recorded answers about dev that tell where the LLM hesitated."""
CALIBRATION = Path(confidence.__file__).with_name("calibration.yaml")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases: those of a split (None: all) that fit the filters, `limit` at most."""

    split: str | None = None
    filters: Sequence[str] = ()
    limit: int | None = None
    gold: Path = GOLD


EVERYTHING = Choice()


def run_llms(
    choice: Choice,
    settings: Iterable[Settings],
    *,
    epochs: int = 1,
    out: Path = OUT,
    watch: Watch | None = None,
) -> tuple[tuple[Path, int], ...]:
    """Run the extractor on the cases with each of some settings; return each file and its failures.

    With one LLM the file is predictions.jsonl, with several one each. Raises LLMError for what ends a run.
    """
    plan, heard = Plan(_cases(choice), epochs), watch or Watch()
    wanted, results = list(settings), []
    for one in wanted:
        product = Product(one, heard)
        name = PREDICTIONS if len(wanted) == 1 else f"predictions.{_slug(product.llm)}.jsonl"
        heard.said(f"{product.llm}: {len(plan.cases)} articles, {epochs} epoch(s)")
        results.append((out / name, run(plan, product, out / name, heard.said)))
    return tuple(results)


def run_baselines(
    choice: Choice,
    systems: Iterable[Any],
    *,
    epochs: int = 1,
    out: Path = OUT,
    watch: Watch | None = None,
) -> tuple[tuple[Path, int], ...]:
    """Run baselines on the cases; return each file, which has the baseline's name, and its failures.

    A baseline has no cache: what its file has answered, asked with the same prompt, is not asked again.
    """
    plan, results, heard = Plan(_cases(choice), epochs, resume=True), [], watch or Watch()
    for system in systems:
        path = out / f"predictions.{system.name}.{_slug(system.llm)}.jsonl"
        check_prompt(path, system.prompt)
        heard.said(f"{system.name}, {system.llm}: {len(plan.cases)} articles, {epochs} epoch(s)")
        results.append((path, run(plan, system, path, heard.said)))
    return tuple(results)


def replay(
    choice: Choice, settings: Settings, place: Place, *, out: Path = OUT, watch: Watch | None = None
) -> tuple[Path, int]:
    """Run the extractor on recorded answers alone; return the file of predictions and its failures.

    Raises CacheMissError, before anything is written, that names each article without a recorded answer.
    """
    cases, path = _cases(choice), out / PREDICTIONS
    system = Replay(settings, place)
    system.check(cases)
    return path, run(Plan(cases), system, path, (watch or Watch()).said)


def record_answers(
    gold: Path, settings: Settings, place: Place, *, out: Path = OUT, watch: Watch | None = None
) -> int:
    """Record an LLM's answers about all gold articles; return how many (see `recording.record`)."""
    return record(_cases(Choice(gold=gold)), settings, place, out / PREDICTIONS, watch or Watch())


def calibrate(
    gold: Path, settings: Settings, answers: Path, *, out: Path = OUT, target: Path
) -> tuple[Path, ...]:
    """Fit confidence to recorded answers about dev, and write it with what was measured; return the files."""
    from evals.calibrating import calibrate as fitted  # noqa: PLC0415 - scipy's optimizer, for this alone
    from evals.reporting.calibration import calibration_html  # noqa: PLC0415 - likewise

    cases = _cases(Choice(split="dev", gold=gold))
    document, text = fitted(cases, answers, asking_of(settings))
    out.mkdir(parents=True, exist_ok=True)
    files = {
        target: text,
        out / "calibration.json": json.dumps(document, indent=1) + "\n",
        out / "calibration.html": calibration_html(document),
    }
    for path, content in files.items():
        path.write_text(content, encoding="utf-8", newline="\n")
    return tuple(files)


def _cases(choice: Choice) -> tuple[Case, ...]:
    cases = chosen(load_cases(choice.gold, split=choice.split), choice.filters, choice.limit)
    if not cases:
        raise ConfigError("no case fits", hint="check --split and --filter")
    return cases


def settings_for(llm: str, settings: Settings) -> Settings:
    """Return settings that ask one LLM; "embedded" is the embedded one, whatever endpoint is configured."""
    changes = {"llm": None, "base_url": None} if llm == EMBEDDED else {"llm": llm}
    return settings.model_copy(update=changes)


def score_file(path: Path, choice: Choice = EVERYTHING, *, annotator: str | None = None) -> Report:
    """Return the report of a file of answers.

    Scored are the chosen cases; without a split, filter or limit those that the file has answers of.
    """
    predictions = read_predictions(path)
    cases = load_cases(choice.gold, split=choice.split, annotator=annotator)
    if choice.split is None and not choice.filters and choice.limit is None:
        answered = {article for article, _ in predictions.answers}
        cases = tuple(case for case in cases if case.id in answered)
    cases = chosen(cases, choice.filters, choice.limit)
    if not cases:
        raise ConfigError(f"{path}: none of these articles is in the gold", hint="check --split and --filter")
    return score(cases, predictions.answers.values(), system=predictions.system, llm=predictions.llm)


def score_to_file(path: Path, choice: Choice = EVERYTHING, *, out: Path = OUT) -> dict[str, Any]:
    """Score a file of answers; write report.json and return it."""
    return write_report(score_file(path, choice), choice, out / REPORT)


def write_report(report: Report, choice: Choice, path: Path) -> dict[str, Any]:
    """Write a report with the hash of its key and the agreement of the labellers; return it as written."""
    gold = load_gold(choice.gold)
    ids = [one.case.id for one in report.scores]
    key = {"split": choice.split or "as answered", "articles": len(ids), "sha256": hash_of(gold, ids)}
    document = document_of(report, key, gold_agreement(choice.gold, ids))
    _write(path, document)
    return document


def gold_agreement(
    folder: Path = GOLD, articles: Sequence[str] | None = None, *, split: str | None = None
) -> Agreement | None:
    """Return how far the two labellers agree on some articles (None: all), None where none has two."""
    pairs = [
        pair for pair in doubly_labelled(folder, split=split) if articles is None or pair[0].id in articles
    ]
    return agreement(pairs) if pairs else None


def gate_file(
    report: Path = OUT / REPORT, *, baseline: Path = BASELINE, thresholds: Path = THRESHOLDS
) -> tuple[Gate, ...]:
    """Return the verdict of every gate on a report; `gating.exit_code` makes a code of them."""
    before = read_document(baseline) if baseline.exists() else None
    return gates(read_document(report), before, read_thresholds(thresholds))


def record_baseline(report: Path = OUT / REPORT, baseline: Path = BASELINE) -> None:
    """Make a report the baseline: what a reviewer then looks at and commits."""
    _write(baseline, baseline_of(read_document(report)))


def render(
    report: Path = OUT / REPORT,
    *,
    verdicts: Sequence[Gate] = (),
    out: Path = OUT,
    against: Path | None = None,
    beside: Sequence[Path] = (),
) -> tuple[Path, ...]:
    """Write every form of a report, compared with one before, other runs beside it; return the paths."""
    document = with_runs(read_document(report), [read_document(path) for path in beside])
    if against is not None:
        document = with_comparison(document, read_document(against))
    return write_reports(document, verdicts, out)


def compare_files(first: Path, second: Path) -> Paired:
    """Compare two reports on the articles that both have."""
    return paired(read_document(first), read_document(second))


def write_results(
    reports: Sequence[Path], out: Path = RESULTS, *, day: date, notes: Sequence[str] = ()
) -> None:
    """Write the comparison of the first report with each other one as a page for people."""
    page = results_md([read_document(path) for path in reports], day, notes)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")


def export_tasks(folder: Path = GOLD, annotator: str | None = None) -> list[Mapping[str, Any]]:
    """Return the labelled articles as Label Studio tasks."""
    gold = load_gold(folder)
    keys = ((article, gold.key(name, annotator)) for name, article in sorted(gold.articles.items()))
    return [to_task(article, key) for article, key in keys if key is not None]


def import_tasks(path: Path, annotator: str | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the labels of a Label Studio export: a JSON list of tasks, or one task a line."""
    text = path.read_text(encoding="utf-8")
    tasks = json.loads(text) if text.lstrip().startswith("[") else rows_of(path)
    return (from_task(task, annotator) for task in tasks)


def _slug(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
