"""Jobs and verdicts as a run has them, made by hand."""

import json

from extractor.article import Article
from extractor.batching.intake import job_of
from extractor.batching.states import Account, Job, State, Verdict, failed
from extractor.errors import ReadError
from extractor.records import ArticleInfo, Extraction, ExtractionWarning, Provenance, Usage, WarningCode

NOTHING = Usage()


def job(number: int, text: str | None = None, name: str | None = None) -> Job:
    article = Article(
        name or f"a{number}", text or f"Minister number {number} met an envoy.", f"in: line {number + 1}"
    )
    return job_of(number, article)


def done(number: int, words: str = "") -> Verdict:
    line = json.dumps({"id": f"a{number}", "words": words or "w" * number}) + "\n"
    return Verdict(
        job(number, words or None), State.DONE, line=line.encode(), account=Account(records=number)
    )


def unreadable(number: int) -> Verdict:
    error = ReadError(f"in: line {number + 1}: no JSON", source=f"in: line {number + 1}")
    return failed(job_of(number, error), error)


def extraction(article: Article, *warnings: WarningCode) -> Extraction:
    return Extraction(
        article=ArticleInfo(id=article.id, source=article.source, reference_basis="unknown", sha256="0" * 64),
        warnings=tuple(ExtractionWarning(code=code, detail="x") for code in warnings),
        provenance=Provenance(
            llm="x",
            prompt="p@1",
            fingerprints=("f",),
            usage=Usage(requests=1),
            cached=False,
            tool_version="1",
        ),
    )


def ids(path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]
