"""Templates, examples and numbered sentences to the exact request that an LLM is sent; it sends nothing.

A template is a file with YAML front matter and one section a message (`=== system`, `=== user`). It is
rendered in a sandbox with strict names; an article enters as values only and is never itself rendered.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from extractor.article import Sentence
from extractor.drafts import WIRE_VERSION, AnswerDraft, answer_schema
from extractor.errors import ConfigError
from extractor.llm.base import AnswerSchema, LLMIdentity, Message, Request

_SECTION = re.compile(r"^=== (system|user|assistant)\n", re.MULTILINE)
_SPECIAL_TOKEN = re.compile(r"<\|(?=\w)|\[/?INST\]|</?s>|<(?=(?:start|end)_of_turn>)")
"""Marks that chat templates give a meaning to; in an article they are only letters."""
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile(
    r"[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)


_ODD = re.compile(rf"[<\[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000{_UNSEEN.pattern[1:]}")
"""Where something may begin that a prompt does not show as it is written, but for two spaces."""


@dataclass(frozen=True, slots=True)
class Example:
    """A short article with its right answer, and what is rightly left out of it."""

    language: str
    date: str | None
    lines: tuple[str, ...]
    answer: Mapping[str, Any]
    rejected: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Template:
    """A prompt: its messages as Jinja source, the examples it shows, and how much of the wire format it asks.

    `full` tells whether the optional fields of the wire format are asked for.
    """

    name: str
    version: str
    full: bool
    sections: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]
    digest: str

    @property
    def label(self) -> str:
        """Name, version and digest, as results and fingerprints carry it."""
        return f"{self.name}-{self.version}@{self.digest[:12]}"

    @cached_property
    def shown(self) -> tuple[Mapping[str, Any], ...]:
        """The examples as a section sees them; they are those of every request."""
        return tuple(_shown(example) for example in self.examples)

    @cached_property
    def fixed(self) -> Mapping[str, str]:
        """The text of each section that shows nothing of an article, by its source: rendered once."""
        return {
            source: _render(source, {"examples": self.shown})
            for _, source in self.sections
            if _names_in(source) <= {"examples"}
        }

    def render(self, source: str, values: Mapping[str, Any]) -> str:
        """Return the text of a section with the values of an article."""
        return self.fixed.get(source) or _render(source, {**values, "examples": self.shown})


@dataclass(frozen=True, slots=True)
class Asking:
    """How one LLM is asked: who it is, by which template, how much text at once, how long an answer.

    `chunk_tokens` bounds the sentences of one request, `max_tokens` its answer.
    """

    identity: LLMIdentity
    template: Template
    chunk_tokens: int
    max_tokens: int


def prompts_directory() -> Path:
    """Return where the templates lie: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


def template_names(directory: Path | None = None) -> tuple[str, ...]:
    """Return the names of all templates in a directory."""
    return tuple(sorted(path.stem for path in (directory or prompts_directory()).glob("*.j2")))


@cache
def load_template(name: str, directory: Path | None = None) -> Template:
    """Read a template and its examples; raise ConfigError when one is missing or malformed."""
    home = directory or prompts_directory()
    source = _read(home / f"{name}.j2", f"templates here: {', '.join(template_names(home)) or 'none'}")
    front, body = _split_front_matter(source, home / f"{name}.j2")
    if front.get("wire") != WIRE_VERSION:
        raise ConfigError(
            f"template {name} is for wire format {front.get('wire')}, this version writes {WIRE_VERSION}",
            hint="use a template that came with this version",
        )
    parts = _SECTION.split(body)
    texts = {language: _read(home / "examples" / f"{language}.yaml", "") for language in front["examples"]}
    digest = hashlib.sha256("\0".join([source, *texts.values()]).encode()).hexdigest()
    return Template(
        name=str(front["name"]),
        version=str(front["version"]),
        full=bool(front["full"]),
        sections=tuple(zip(parts[1::2], parts[2::2], strict=True)),
        examples=tuple(_example(text) for text in texts.values()),
        digest=digest,
    )


def build_request(asking: Asking, sentences: Sequence[Sentence], date: str | None) -> Request:
    """Return the request about some sentences of an article, numbered from 1 in the order given.

    `date` is the reference date, ISO. The same input gives the same request, letter for letter.
    """
    lines = tuple(prompt_copy(sentence.text) for sentence in sentences)
    values = {"date": date, "lines": lines, "fence": _fence(lines)}
    return Request(
        llm=asking.identity,
        messages=tuple(
            Message(
                cast("Literal['system', 'user', 'assistant']", role), asking.template.render(source, values)
            )
            for role, source in asking.template.sections
        ),
        answer_schema=_schema(len(lines), full=asking.template.full),
        answer_type=AnswerDraft,
        prompt=asking.template.label,
        wire_version=WIRE_VERSION,
        max_tokens=asking.max_tokens,
    )


def prompt_copy(text: str) -> str:
    """Return a sentence as an LLM is shown it: one line, without unseen characters or chat marks.

    Words copied from it are found in the article all the same, since grounding folds both.
    """
    if "  " not in text and _ODD.search(text) is None:  # soon told of most sentences
        return text.strip()
    visible = _UNSEEN.sub("", _SPACES.sub(" ", text))
    return _SPECIAL_TOKEN.sub(lambda mark: f"{mark[0][0]} {mark[0][1:]}", visible).strip()


def _fence(lines: Sequence[str]) -> str:
    """Return a delimiter that no article can hold, since it depends on every letter of the article."""
    return "~~~" + hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=256)
def _schema(sentences: int, *, full: bool) -> AnswerSchema:
    """Return the schema that all requests about so many sentences share."""
    return AnswerSchema(answer_schema(sentences, full=full))


def _shown(example: Example) -> Mapping[str, Any]:
    return {
        "language": example.language,
        "date": example.date,
        "lines": example.lines,
        "answer": compact_answer(example.answer),
        "rejected": example.rejected,
    }


def compact_answer(answer: Mapping[str, Any]) -> str:
    """Return an answer as an LLM should write it: in the order of the fields, without spaces."""
    draft = AnswerDraft.model_validate(answer)
    return draft.model_dump_json(by_alias=True, exclude_unset=True)


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415 - not needed to show help
    from jinja2.runtime import LoopContext  # noqa: PLC0415 - likewise
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - likewise

    class Sandbox(ImmutableSandboxedEnvironment):
        def getattr(self, obj: Any, attribute: str) -> Any:
            if type(obj) is LoopContext and attribute == "index":  # one a sentence: soon known to be safe
                return obj.index
            return super().getattr(obj, attribute)

    return Sandbox(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )


@lru_cache(maxsize=64)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


def _render(source: str, values: Mapping[str, Any]) -> str:
    from jinja2 import TemplateError  # noqa: PLC0415 - not needed to show help

    try:
        return str(_compiled(source).render(values)).strip()
    except (TemplateError, OverflowError, TypeError) as exc:
        raise _unrendered(exc) from exc


def _names_in(source: str) -> set[str]:
    """Return the names of values that a section shows."""
    from jinja2 import TemplateError, meta  # noqa: PLC0415 - not needed to show help

    try:
        return meta.find_undeclared_variables(_environment().parse(source))
    except TemplateError as exc:
        raise _unrendered(exc) from exc


def _unrendered(exc: Exception) -> ConfigError:
    return ConfigError(f"the prompt template cannot be rendered: {exc}", hint="extractor prompts check")


def _read(path: Path, hint: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}", hint=hint) from exc


def _split_front_matter(source: str, path: Path) -> tuple[Mapping[str, Any], str]:
    parts = source.split("---\n", 2)
    front: dict[str, Any] = (yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else None) or {}
    missing = {"name", "version", "wire", "full", "examples"} - set(front)
    if missing:
        raise ConfigError(f"{path}: front matter lacks {', '.join(sorted(missing))}")
    return front, parts[2]


def _example(text: str) -> Example:
    data = yaml.safe_load(text)
    return Example(
        language=data["language"],
        date=data.get("date"),
        lines=tuple(data["lines"]),
        answer=data["answer"],
        rejected=tuple(data["rejected"]),
    )
