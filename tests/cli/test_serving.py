"""The embedded LLM served to others; needs its weights."""

import json
import signal
import subprocess
import sys
import urllib.request

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_served_llm_answers_on_loopback_until_a_signal(number, code, tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-m", "extractor", "llm", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = child.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{url}/models") as answer:
        assert json.load(answer)["data"]
    child.send_signal(number)
    _, said = child.communicate(timeout=20)
    assert child.returncode == code, said
    assert "Traceback" not in said
