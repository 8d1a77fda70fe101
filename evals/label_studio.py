"""Labels to Label Studio tasks and back: a region for each piece of evidence, a relation for each link.

The fields of a record travel in the `meta` of its first region, as in the labels, so that nothing is lost;
what an annotator changes there, and spans and links drawn anew, come back. Offsets count code points; a span
that another program counted in UTF-16 units is found again by its words.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from evals.cases import TYPES
from extractor.errors import ConfigError

Row = Mapping[str, Any]

FROM, TO = "record", "text"
_EVIDENCE, _MEETING = "evidence of", "meeting"
_FRAGMENT_MARK = "."

CONFIG = "\n".join(
    [
        "<View>",
        f'  <Relations><Relation value="{_EVIDENCE}"/><Relation value="{_MEETING}"/></Relations>',
        f'  <Labels name="{FROM}" toName="{TO}">',
        *(f'    <Label value="{kind}"/>' for kind in TYPES),
        "  </Labels>",
        f'  <Text name="{TO}" value="$text"/>',
        "</View>",
        "",
    ]
)
"""The labelling configuration that the tasks need."""


def to_task(article: Row, key: Row, where: Literal["annotations", "predictions"] = "annotations") -> Row:
    """Return an article and its labels as one Label Studio task."""
    regions: list[Row] = []
    relations: list[Row] = []
    for kind in TYPES:
        for record in key["records"].get(kind) or ():
            regions += _regions(kind, record)
            relations += _relations(record)
    author = {"model_version": key.get("annotator", "")} if where == "predictions" else {}
    data = {name: article.get(name) for name in ("id", "language", "title", "text", "reference_date")}
    marks = {"result": [*regions, *relations], "annotator": key.get("annotator"), **author}
    return {"data": data, where: [marks]}


def _regions(kind: str, record: Row) -> Iterator[Row]:
    meta = {name: value for name, value in record.items() if name != "evidence"}
    for number, quote in enumerate(record["evidence"]):
        region = {
            "id": f"{record['id']}{_FRAGMENT_MARK}{number}",
            "from_name": FROM,
            "to_name": TO,
            "type": "labels",
            "value": {
                "start": quote["start"],
                "end": quote["end"],
                "text": quote["quote"],
                "labels": [kind],
            },
        }
        yield {**region, "meta": {"record": meta}} if number == 0 else region


def _relations(record: Row) -> Iterator[Row]:
    first = f"{record['id']}{_FRAGMENT_MARK}0"
    for number in range(1, len(record["evidence"])):
        yield _relation(f"{record['id']}{_FRAGMENT_MARK}{number}", first, _EVIDENCE)
    meeting = record.get("meeting")
    linked = meeting.get("value") if isinstance(meeting, Mapping) else meeting
    if linked is not None:
        yield _relation(first, f"{linked}{_FRAGMENT_MARK}0", _MEETING)


def _relation(one: str, other: str, label: str) -> Row:
    return {"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": [label]}


def from_task(task: Row, annotator: str | None = None) -> Row:
    """Return the labels of a Label Studio task: its first annotation, or prediction if there is none.

    Raises ConfigError where a region has no words of the text, or no record.
    """
    data = task["data"]
    marks: Row = next(iter(task.get("annotations") or task.get("predictions") or ()), {"result": []})
    result: list[Row] = marks["result"]
    regions = {str(one["id"]): one for one in result if one.get("type") == "labels"}
    further = {str(one["from_id"]): str(one["to_id"]) for one in _links(result, _EVIDENCE)}
    links = {str(one["from_id"]): str(one["to_id"]) for one in _links(result, _MEETING)}
    ids = {name: _record_id(name, region) for name, region in regions.items() if name not in further}
    records: dict[str, list[dict[str, Any]]] = {kind: [] for kind in TYPES}
    for name, record_id in ids.items():
        spans = [name, *(one for one, first in further.items() if first == name)]
        record = {**(regions[name].get("meta") or {}).get("record", {}), "id": record_id}
        if "meeting" in record or name in links:
            record["meeting"] = _linked(record.get("meeting"), ids.get(links.get(name, "")))
        record["evidence"] = [_evidence(regions[one], data["text"], str(data["id"])) for one in spans]
        records[_kind(regions[name], str(data["id"]))].append(record)
    return {"id": data["id"], "annotator": annotator or marks.get("annotator"), "records": records}


def _links(result: Iterable[Row], label: str) -> Iterator[Row]:
    return (one for one in result if one.get("type") == "relation" and label in (one.get("labels") or ()))


def _record_id(name: str, region: Row) -> str:
    meta = (region.get("meta") or {}).get("record") or {}
    return str(meta.get("id") or name.partition(_FRAGMENT_MARK)[0])


def _linked(written: Any, meeting: str | None) -> Any:
    """Return a link with its alternatives kept."""
    return {**written, "value": meeting} if isinstance(written, Mapping) else meeting


def _kind(region: Row, article: str) -> str:
    labels: list[str] = list(region["value"].get("labels") or [])
    if len(labels) != 1 or labels[0] not in TYPES:
        raise ConfigError(
            f"{article}: region {region['id']} has no record type", hint=f"one of {', '.join(TYPES)}"
        )
    return labels[0]


def _evidence(region: Row, text: str, article: str) -> dict[str, Any]:
    value = region["value"]
    quote, start, end = str(value.get("text") or ""), int(value["start"]), int(value["end"])
    if text[start:end] != quote and quote:
        places = [at for at in range(len(text)) if text.startswith(quote, at)]
        if not places:
            raise ConfigError(
                f"{article}: region {region['id']} is not in the text", hint="was the text changed?"
            )
        start = min(places, key=lambda at: abs(at - start))
        end = start + len(quote)
    return {"quote": text[start:end], "start": start, "end": end}
