"""The command line sets up OpenTelemetry as its own variables say; no span holds an article, an answer or a key."""

import json

import pytest

from tests.cli.conftest import KEY, ROOT

EXPORTER = """
import json, os
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult


class Written(SpanExporter):
    def export(self, spans):
        with open(os.environ["SPANS"], "a") as file:
            file.writelines(span.to_json(indent=None) + "\\n" for span in spans)
        return SpanExportResult.SUCCESS

    def shutdown(self):
        pass
"""
CANARIES = (KEY, "Kalna", "Quispe", "fisheries", "counterpart", "You ", "user:")


@pytest.fixture
def exporter(home, environment):
    """An exporter of the user's own, registered as that for OTLP over HTTP."""
    place = home / "site"
    (place / "spans_written-1.dist-info").mkdir(parents=True)
    (place / "spans_written.py").write_text(EXPORTER)
    (place / "spans_written-1.dist-info/METADATA").write_text("Name: spans-written\nVersion: 1\n")
    (place / "spans_written-1.dist-info/entry_points.txt").write_text(
        "[opentelemetry_traces_exporter]\notlp_proto_http = spans_written:Written\n"
    )
    environment |= {"PYTHONPATH": f"{ROOT}:{place}", "SPANS": str(home / "spans.jsonl")}
    environment |= {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:pass@127.0.0.1:9"}

    def written():
        return [json.loads(line) for line in (home / "spans.jsonl").read_text().splitlines()]

    return written


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_is_exported_whole_and_holds_no_content(workers, exporter, cli, article, asked):
    done = cli("batch", article, "-o", "out.jsonl", "--workers", workers, code=0)
    request, whole, run = exporter()
    assert [s["name"] for s in (request, whole, run)] == ["chat tiny", "extractor.article", "extractor.batch"]
    assert request["parent_id"] == whole["context"]["span_id"]
    assert whole["parent_id"] == run["context"]["span_id"]
    assert run["resource"]["attributes"]["service.name"] == "extractor"
    assert whole["attributes"]["extractor.article.records"] == 4
    assert request["attributes"]["gen_ai.response.model"] == "tiny-2031"
    assert request["attributes"]["server.port"] == asked.server_port
    told = json.dumps([request, whole, run])
    assert not [canary for canary in CANARIES if canary in told + done.stderr]


def test_the_consoles_spans_leave_standard_output_to_the_records(cli, article, asked):
    done = cli("extract", article, "--json", env={"OTEL_TRACES_EXPORTER": "console"}, code=0)
    assert len(json.loads(done.stdout)["agreements"]) == 1
    spans = done.stderr[done.stderr.index("{") :]
    request, end = json.JSONDecoder().raw_decode(spans)
    whole, _ = json.JSONDecoder().raw_decode(spans[end:].lstrip())
    assert (request["name"], whole["name"]) == ("chat tiny", "extractor.article")
    assert not [canary for canary in CANARIES if canary in spans]


def test_an_exporter_that_is_missing_is_said_and_the_work_goes_on(cli, article, asked):
    done = cli("extract", article, "--json", env={"OTEL_TRACES_EXPORTER": "otlp"}, code=0)
    assert "no exporter of that name is installed: no spans" in done.stderr
    assert json.loads(done.stdout)["agreements"]
