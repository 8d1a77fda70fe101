"""No secret leaves by any door: a key that is searched for in all that the command line says and writes."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.served import row, serving, write_rows
from tests.llm.fault_server import PERSONAS, Exchange

KEY = "sk-canary-5772156649+/0153"
"""With letters that URLs, JSON and shells write differently."""
ENDLESS = {"hang", "drip", "proxy", "sends-50-mb"}
OF_AN_ARTICLE = sorted(
    set(PERSONAS) - ENDLESS - {"key-unknown", "key-forbidden", "quota", "spend-limit", "payment", "echoes"}
)
ENDING = ["key-unknown", "quota", "echoes"]


def forms(key: str) -> set[bytes]:
    """Return the ways in which a key may be written."""
    encoded = [base64.b64encode(f"{before}{key}".encode()).decode() for before in ("", ":", "Bearer ")]
    shown = {
        key,
        quote(key, safe=""),
        json.dumps(key)[1:-1],
        key[3:20],
        *(text.strip("=")[4:-4] for text in encoded),
    }
    return {text.encode() for text in shown} | {key.encode("utf-16-le")}


async def by_article(exchange: Exchange) -> None:
    """Do to each article what its text names; a gateway of the worst kind, that tells the key in its headers."""
    asked = json.dumps(exchange.arrival.body["messages"])
    name = next((name for name in OF_AN_ARTICLE if f"fault {name}." in asked), "good")
    exchange.arrival.number = 0
    await PERSONAS[name](exchange)


@pytest.fixture
def server(environment):
    with serving() as state:
        state.personas["by-article"] = by_article
        environment |= {"EXTRACTOR_LLM": "tiny", "EXTRACTOR_ATTEMPTS": "2", "EXTRACTOR_API_KEY": KEY}
        yield state


@pytest.fixture
def said(cli, server, environment):
    """Run a command against a persona; return what it said."""

    def run(persona, *arguments, codes=(0,)):
        done = cli(*arguments, env={"EXTRACTOR_BASE_URL": server.url(persona)})
        assert done.returncode in codes, done.stderr[-2000:]
        return (done.stdout + done.stderr).encode()

    return run


def written(home: Path, but: Path) -> dict[Path, bytes]:
    """Return the content of each file that a run left anywhere in its home."""
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path != but}


def assert_nowhere(texts: dict[object, bytes]) -> None:
    for place, text in texts.items():
        for form in forms(KEY):
            assert form not in text, (place, text[max(0, text.index(form) - 200) :][:400])


def test_the_search_would_find_it(tmp_path):
    (tmp_path / "x").write_text(f"Authorization: Bearer {KEY}")
    with pytest.raises(AssertionError):
        assert_nowhere(written(tmp_path, tmp_path / "key"))
    with pytest.raises(AssertionError):
        assert_nowhere({"basic": base64.b64encode(f"Bearer {KEY}".encode())})


def test_the_key_is_in_no_output_log_cache_journal_or_report(said, home, server, environment):
    work = home / "work"
    texts = [
        f"The ministers met envoy {n}. They fear the fault {name}." for n, name in enumerate(OF_AN_ARTICLE)
    ]
    news = write_rows(work / "news.jsonl", range(3))
    with news.open("a", encoding="utf-8") as file:
        for number, text in enumerate(texts):  # a fault, then none, so that none of them ends the run
            file.write(row(100 + number, text=text) + "\n" + row(200 + number) + "\n")
    few = work / "few.jsonl"
    few.write_text(
        "".join(row(n, text=text) + "\n" for n, text in enumerate(texts) if "echoes" in text or n < 4)
    )
    loud = ("-vv", "--debug")
    told = {
        "batch": said(
            "by-article", "batch", news, "-o", "out.jsonl", *loud, "--log-format", "json", codes=(3,)
        ),
        "extract": said("by-article", "extract", few, "-f", "html", "-o", "out.html", *loud, codes=(3,)),
        "show": said("good", "runs", "show", "out.jsonl.journal", "--json"),
        "export": said("good", "runs", "export", "out.jsonl.journal"),
        "config": said("good", "config", "show", "--origin"),
        "cache": said("good", "cache", "export"),
    }
    assert b"sk-" not in told["config"]
    assert (work / "out.jsonl.failures.jsonl").exists()
    assert len(server.to("by-article")) > len(OF_AN_ARTICLE)
    assert {it.headers.get("authorization") for it in server.to("by-article")} == {f"Bearer {KEY}"}
    assert_nowhere({**told, **written(home, home)})


@pytest.mark.parametrize("persona", ENDING)
def test_a_refused_key_or_empty_account_costs_one_request_and_is_not_told(persona, said, home, server):
    news = write_rows(home / "work/news.jsonl", range(30))
    told = said(persona, "batch", news, "-o", "out.jsonl", "-vv", "--debug", codes=(4,))
    assert len(server.to(persona)) == 1
    assert b"check billing" in told if persona == "quota" else b"key" in told
    assert b"go on with" in told
    assert_nowhere({"said": told, **written(home, home)})


def test_a_key_in_a_file_is_in_that_file_alone(said, home, environment, server):
    del environment["EXTRACTOR_API_KEY"]
    file = home / "key.txt"
    file.write_text(KEY)
    told = [
        said("good", "doctor", "--api-key-file", file),
        said("echoes", "doctor", "--api-key-file", file, "--debug", codes=(0, 4, 5)),
        said(
            "key-unknown",
            "extract",
            "--api-key-file",
            file,
            "--debug",
            "-vv",
            write_rows(home / "work/n.jsonl", [1]),
            codes=(4,),
        ),
    ]
    assert {it.headers.get("authorization") for it in server.to("echoes")} == {f"Bearer {KEY}"}
    assert_nowhere({**dict(enumerate(told)), **written(home, file)})


def test_a_key_in_the_url_is_not_told_either(said, home, cli, server, environment):
    del environment["EXTRACTOR_API_KEY"]
    url = server.url("key-unknown").replace("http://", f"http://user:{quote(KEY, safe='')}@")
    news = write_rows(home / "work/news.jsonl", range(2))
    done = cli("batch", news, "-o", "out.jsonl", "--debug", "-vv", env={"EXTRACTOR_BASE_URL": url})
    assert done.returncode == 4
    assert_nowhere({"said": (done.stdout + done.stderr).encode(), **written(home, home)})
