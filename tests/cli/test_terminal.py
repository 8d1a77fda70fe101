"""Messages and progress, away from any command."""

import io
import json
import sys

import pytest

from extractor.cli import terminal
from extractor.cli.terminal import Progress, Terminal, printable
from extractor.errors import ConfigError


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def said(monkeypatch, capsys):
    """Return what was said on stderr so far."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    shown = []

    def read():
        shown.append(capsys.readouterr().err)
        return "".join(shown)

    return read


def test_an_error_is_a_line_and_a_hint(said):
    Terminal().report(ConfigError("it is wrong", hint="put it right"))
    assert said() == "error: it is wrong\n  hint: put it right\n"


def test_quiet_says_errors_only(said):
    quiet = Terminal(quiet=True, verbose=2)
    quiet.say("a")
    quiet.warn("b")
    quiet.detail("c")
    assert said() == ""
    quiet.fail("d")
    assert said() == "error: d\n"


def test_details_are_said_when_asked_for(said):
    Terminal().detail("a")
    Terminal(verbose=1).detail("b")
    assert said() == "b\n"


def test_json_messages_are_objects(said):
    Terminal(as_json=True).report(ConfigError("x\ny", hint="z"))
    assert json.loads(said()) == {"level": "error", "message": "x\ny", "hint": "z"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 東京 и été", "plain, 東京 и été"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\u202eb", "a\\u202eb"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_nothing_in_a_message_steers_the_terminal(text, shown, said):
    assert printable(text) == shown
    Terminal().say(text)
    assert said() == shown + "\n"


@pytest.mark.parametrize(
    ("variables", "on_tty", "coloured", "animated"),
    [
        ({}, True, True, True),
        ({}, False, False, False),
        ({"NO_COLOR": "1"}, True, False, True),
        ({"FORCE_COLOR": "1"}, False, True, False),
        ({"TERM": "dumb"}, True, False, False),
        ({"CI": "true"}, True, True, False),
    ],
)
def test_colour_and_animation_follow_the_conventions(variables, on_tty, coloured, animated, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stream = Tty() if on_tty else io.StringIO()
    assert terminal.takes_colour(stream) is coloured
    assert terminal.is_animated(stream) is animated


def test_where_nothing_can_be_animated_a_line_comes_now_and_then(said, monkeypatch):
    monkeypatch.setattr(terminal, "PLAIN_EVERY_S", 0.01)
    with Terminal().progress("downloading") as progress:
        progress.set(5_000_000, 10_000_000)
        for _ in range(1000):
            if "50 %" in said():
                break
            terminal.time.sleep(0.01)
    assert "downloading, 50 % of 10 MB, 0:0" in said()


def test_a_short_job_prints_no_progress(said):
    with Terminal().progress("downloading"):
        pass
    assert said() == ""


def test_an_animation_leaves_stdout_alone(monkeypatch, capsys):
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stderr", Tty())
    out = sys.stdout
    with Terminal().progress("x") as progress:
        assert sys.stdout is out
        progress.set(3)
        with progress.paused():
            sys.stdout.write("data\n")
    assert capsys.readouterr().out == "data\n"
    assert "3 x" in sys.stderr.getvalue()


def test_progress_in_words():
    assert Progress("a").line() == "a, 0:00"
    assert Progress("tokens written", 12).line() == "12 tokens written, 0:00"
    assert Progress("b", 1_000_000, 4_000_000).line() == "b, 25 % of 4 MB, 0:00"
