"""An LLM that says what it was told to: the public test double for the seam; it checks nothing."""

from collections.abc import Callable, Iterator, Sequence

from extractor.llm.base import Completion, Request
from extractor.records import Usage

Answer = str | Exception
Script = Sequence[Answer] | Callable[[Request], Answer]


class ScriptedLLM:
    """Answers each request with the next answer of a script, or with what a function makes of the request.

    An exception in the script is raised. `requests` holds all that was asked, in order. A script that has run
    out raises AssertionError: the test asked more than it meant to.
    """

    def __init__(self, script: Script, *, usage: Usage | None = None, answered_by: str = "scripted") -> None:
        self.requests: list[Request] = []
        self._answer = script if callable(script) else _read_out(iter(tuple(script)))
        self._usage = usage or Usage(requests=1)
        self._answered_by = answered_by

    async def complete(self, request: Request) -> Completion:
        """Answer one request."""
        self.requests.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        return Completion(answer, self._usage, self._answered_by, request.fingerprint)


def _read_out(answers: Iterator[Answer]) -> Callable[[Request], Answer]:
    def following(_: Request) -> Answer:
        for answer in answers:
            return answer
        raise AssertionError("the script has no answer left")

    return following
