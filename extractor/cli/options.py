"""The flags that several commands share, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.writing import FORMATS

BaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="OpenAI-compatible endpoint. Without one: the embedded LLM."),
]
Llm = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The endpoint's LLM, or an embedded one."),
]
ApiKeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="File with the key (or set EXTRACTOR_API_KEY)."),
]
Mode = Annotated[
    str | None,
    typer.Option(
        metavar="MODE",
        help="How answers are held to their schema: auto, json_schema, tools, json, text.",
    ),
]
Prompt = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="Prompt template, or a .j2 file."),
]
Timeout = Annotated[float | None, typer.Option(metavar="SECONDS", help="Limit of one attempt.")]
AnswerTokens = Annotated[int | None, typer.Option(metavar="N", help="Tokens of one answer.")]
ChunkTokens = Annotated[int | None, typer.Option(metavar="N", help="Tokens of text in one request.")]
Reasks = Annotated[int | None, typer.Option(metavar="N", help="Times a broken answer is sent back.")]
Concurrency = Annotated[int | None, typer.Option(metavar="N", help="Requests under way at once.")]
RequestsPerMinute = Annotated[
    float | None,
    typer.Option(metavar="N", help="Else as the endpoint's replies say."),
]
TokensPerMinute = Annotated[
    float | None,
    typer.Option(metavar="N", help="Else as the endpoint's replies say."),
]
MaxCost = Annotated[
    float | None,
    typer.Option(metavar="USD", help="Send no request that could pass this, all together."),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(metavar="N", help="Likewise in tokens, read and written."),
]

Offline = Annotated[bool | None, typer.Option("--offline", help="Use recorded answers only.")]
NoCache = Annotated[
    bool | None,
    typer.Option("--no-cache", help="Neither use nor record answers."),
]
Refresh = Annotated[
    bool | None,
    typer.Option("--refresh", help="Ask again; record the new answer."),
]
CacheDir = Annotated[Path | None, typer.Option(metavar="DIR", help="Where answers are recorded.")]
SharedCache = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Redis of shared answers. With a password: EXTRACTOR_SHARED_CACHE.",
    ),
]

InputFormat = Annotated[
    str | None,
    typer.Option(
        metavar="FORMAT",
        help="text, markdown, html, json, jsonl, csv, tsv or parquet; else found out.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Encoding of the sources; else found out."),
]
TextField = Annotated[str, typer.Option(metavar="KEY", help="Key of the text in a row, or its column.")]
TitleField = Annotated[str, typer.Option(metavar="KEY", help="Key of the title.")]
DateField = Annotated[str, typer.Option(metavar="KEY", help="Key of the publication date.")]
IdField = Annotated[str, typer.Option(metavar="KEY", help="Key of the id.")]
LanguageField = Annotated[str, typer.Option(metavar="KEY", help="Key of the language.")]
Date = Annotated[
    str | None,
    typer.Option(metavar="YYYY-MM-DD", help='Date that "yesterday" refers to.'),
]
Language = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Language (BCP-47); else detected."),
]
AllowPrivate = Annotated[
    bool | None,
    typer.Option("--allow-private", help="Fetch from private networks too."),
]

Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)}; else by the suffix of FILE, or table on a terminal, jsonl in a pipe.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="- is standard output."),
]
Explain = Annotated[
    bool,
    typer.Option("--explain", help="Show the words that each value came from."),
]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[
    int,
    typer.Option("--verbose", "-v", count=True, help="Say more: requests, tokens, time."),
]
LogFormat = Annotated[str, typer.Option(metavar="text|json", help="Form of messages on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
EnvFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Read this in place of ./.env."),
]
