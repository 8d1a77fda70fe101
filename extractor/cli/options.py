"""The flags that several commands share, each with its help, and how a command takes them."""

import inspect
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

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
MinConfidence = Annotated[
    float | None,
    typer.Option(metavar="P", help="Leave out records less sure than this (0 to 1), and count them."),
]
Escalate = Annotated[
    str | None,
    typer.Option(metavar="LLM", help="Ask this LLM again about articles with unsure records."),
]
EscalateBaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Its endpoint; else an embedded LLM, or the same endpoint."),
]
EscalateApiKeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Its key (or set EXTRACTOR_ESCALATE_API_KEY)."),
]
EscalateBelow = Annotated[
    float | None,
    typer.Option(metavar="P", help="Confidence that is too low; else --min-confidence, or 0.5."),
]
Probabilities = Annotated[
    bool | None,
    typer.Option("--probabilities", help="Have an endpoint tell tokens' probabilities, for confidence."),
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

_FLAGS = MappingProxyType(
    {
        "base_url": (BaseUrl, None),
        "llm": (Llm, None),
        "api_key_file": (ApiKeyFile, None),
        "mode": (Mode, None),
        "prompt": (Prompt, None),
        "timeout": (Timeout, None),
        "answer_tokens": (AnswerTokens, None),
        "chunk_tokens": (ChunkTokens, None),
        "reasks": (Reasks, None),
        "concurrency": (Concurrency, None),
        "requests_per_minute": (RequestsPerMinute, None),
        "tokens_per_minute": (TokensPerMinute, None),
        "max_cost": (MaxCost, None),
        "max_tokens": (MaxTokens, None),
        "offline": (Offline, None),
        "no_cache": (NoCache, None),
        "refresh": (Refresh, None),
        "cache_dir": (CacheDir, None),
        "shared_cache": (SharedCache, None),
        "min_confidence": (MinConfidence, None),
        "probabilities": (Probabilities, None),
        "escalate": (Escalate, None),
        "escalate_base_url": (EscalateBaseUrl, None),
        "escalate_api_key_file": (EscalateApiKeyFile, None),
        "escalate_below": (EscalateBelow, None),
        "date": (Date, None),
        "language": (Language, None),
        "input_format": (InputFormat, None),
        "encoding": (Encoding, None),
        "text_field": (TextField, "text"),
        "title_field": (TitleField, "title"),
        "date_field": (DateField, "date"),
        "id_field": (IdField, "id"),
        "language_field": (LanguageField, "language"),
        "allow_private": (AllowPrivate, None),
        "quiet": (Quiet, False),
        "verbose": (Verbose, 0),
        "log_format": (LogFormat, "text"),
        "debug": (Debug, False),
        "env_file": (EnvFile, None),
    }
)
"""Each flag by the name of its setting, with its default."""

_NAMES = tuple(_FLAGS)
ASKING = _NAMES[: _NAMES.index("min_confidence")]
"""The endpoint, how it is asked, and where answers are recorded."""
TRUSTING = _NAMES[_NAMES.index("min_confidence") : _NAMES.index("date")]
"""How sure records must be, and which LLM is asked again."""
READING = _NAMES[_NAMES.index("date") : _NAMES.index("quiet")]
"""How sources are read."""
SAYING = _NAMES[_NAMES.index("quiet") :]
"""What is said on stderr."""


def taking(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command these flags, behind its own; they are in its `ctx.params`, and no parameters of it."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command)
        more = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=form)
            for name, (form, default) in ((name, _FLAGS[name]) for name in names)
        ]

        def taker(**values: Any) -> None:
            command(**{name: values[name] for name in own.parameters})

        taker.__name__, taker.__doc__ = command.__name__, command.__doc__
        taker.__annotations__ = {
            **command.__annotations__,
            **{one.name: one.annotation for one in more},
        }
        vars(taker)["__signature__"] = own.replace(parameters=[*own.parameters.values(), *more])
        return taker

    return give


def without(names: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    """Return a group of flags less some."""
    return tuple(name for name in names if name not in left_out)
