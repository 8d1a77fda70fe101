"""The ways in which endpoints differ, and which to try after a complaint; sends nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Mode = Literal["json_schema", "tools", "json", "text"]
ModeChoice = Literal["auto", "json_schema", "tools", "json", "text"]

MODES: tuple[Mode, ...] = ("json_schema", "tools", "json", "text")
"""How an answer is held to its schema, strongest first: by the decoder, as a tool's arguments, as any JSON
object with the schema in the prompt, and with the schema in the prompt alone."""

_MODE_WORDS = (
    "response_format",
    "json_schema",
    "json_object",
    "structured output",
    "guided",
    "grammar",
    "tool",
    "function",
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one endpoint takes: the mode, and how it wants the sampling parameters.

    `tokens_key` is the name of the bound on the answer's length; `omitted` are parameters it does not take.
    `probabilities`: those of the tokens are asked for.
    """

    mode: Mode = "json_schema"
    fixed: bool = False
    tokens_key: str = "max_tokens"
    omitted: frozenset[str] = frozenset()
    probabilities: bool = False

    @classmethod
    def of(cls, choice: ModeChoice, *, probabilities: bool = False) -> "Dialect":
        """Return the first dialect to try; any choice but `auto` rules out other modes."""
        first = cls() if choice == "auto" else cls(mode=choice, fixed=True)
        return replace(first, probabilities=probabilities)

    def sampling(self, max_tokens: int, temperature: float, seed: int | None) -> Mapping[str, Any]:
        """Return the sampling parameters in the words of the endpoint."""
        told = True if self.probabilities else None
        values = {self.tokens_key: max_tokens, "temperature": temperature, "seed": seed, "logprobs": told}
        return {key: value for key, value in values.items() if key not in self.omitted and value is not None}

    def weaker(self) -> "Dialect | None":
        """Return the dialect with the next mode, or None when there is none left to try."""
        place = MODES.index(self.mode) + 1
        return None if self.fixed or place == len(MODES) else replace(self, mode=MODES[place])

    def after(self, parameter: str, complaint: str) -> "Dialect | None":
        """Return the dialect to try after a refused request, or None if the refusal is about something else.

        `parameter` is what the endpoint names as the cause, perhaps empty; `complaint` its words, lower case.
        """
        about = f"{parameter} {complaint}".lower()
        if "max_completion_tokens" in about and self.tokens_key == "max_tokens":
            return replace(self, tokens_key="max_completion_tokens")
        if "logprobs" in about and self.probabilities:
            return replace(self, probabilities=False)
        for key in ("temperature", "seed"):
            if key in about and key not in self.omitted:
                return replace(self, omitted=self.omitted | {key})
        return self.weaker() if any(word in about for word in _MODE_WORDS) else None
