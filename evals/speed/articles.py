"""Invented news in five languages, 2 to 4 KB an article, with right answers; the same for the same number."""

import functools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parent / "data" / "stories.yaml"
LANGUAGES = ("en", "de", "hu", "ko", "ru")
SHORTEST, LONGEST = 2100, 3900
"""UTF-8 bytes of an article, before its last sentence."""


@dataclass(frozen=True, slots=True)
class Story:
    """One article. `wire` is its answer in our format, `quoted` the same records with sentences quoted."""

    number: int
    language: str
    text: str
    wire: Mapping[str, Any]
    quoted: tuple[Mapping[str, str], ...]

    @property
    def id(self) -> str:
        """What the article is called."""
        return f"story-{self.number:06}"


def stories(count: int) -> Iterator[Story]:
    """Yield the first `count` articles."""
    return map(story, range(count))


def story(number: int) -> Story:
    """Return one article; no two are alike, each headline has its number."""
    language = LANGUAGES[number % len(LANGUAGES)]
    words, chance = _data()[language], random.Random(number)  # noqa: S311 - not a secret
    facts = _facts(words, chance, number)
    sentences = _sentences(words, facts, chance)
    placed = {line: place for place, line in enumerate(sentences, 1)}
    filled = {key: _said(words[key], facts) for key in ("meeting", "agreement", "mou", "exports", "turnover")}
    at = {key: placed[sentence] for key, (sentence, _) in filled.items()}
    quoted = tuple({"kind": key, "words": part, "quote": line} for key, (line, part) in filled.items())
    text = "\n\n".join([sentences[0], *_paragraphs(sentences[1:])])
    return Story(number, language, text, _wire(words, facts, filled, at), quoted)


def _facts(words: Mapping[str, Any], chance: random.Random, number: int) -> dict[str, Any]:
    p, q, p2 = chance.sample(words["persons"], 3)
    topic, topic2 = chance.sample(words["topics"], 2)
    state, code = chance.choice(words["states"])
    return {
        "p": p,
        "q": q,
        "p2": p2,
        "b": state,
        "code": code,
        "city": chance.choice(words["cities"]),
        "topic": topic,
        "topic2": topic2,
        "x": chance.randint(120, 990),
        "y": chance.randint(3, 48),
        "n": chance.randint(5, 19),
        "year": chance.randint(2019, 2024),
        "mark": f"{number:06}",
    }


def _sentences(words: Mapping[str, Any], facts: Mapping[str, Any], chance: random.Random) -> list[str]:
    """Return headline and sentences, no two alike, until the article is long enough."""
    told = [words[key][0] for key in ("agreement", "mou", "exports", "turnover")]
    lines = [template.format(**facts) for template in (words["headline"], words["meeting"], *told)]
    long = chance.randint(SHORTEST, LONGEST)
    while sum(len(line.encode()) + 1 for line in lines) < long:
        varied = {**facts, "n": chance.randint(3, 400), "city": chance.choice(words["cities"])}
        varied["p2"] = chance.choice([p for p in words["persons"] if p not in {facts["p"], facts["q"]}])
        line = chance.choice(words["fillers"]).format(**varied)
        if line not in lines[-8:]:
            lines.insert(chance.randint(2, len(lines)), line)
    return lines


def _paragraphs(sentences: list[str]) -> list[str]:
    return [" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3)]


def _said(template: Any, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return a sentence and the words in it that are the record."""
    sentence, part = (template, "{p}") if isinstance(template, str) else template
    return sentence.format(**facts), part.format(**facts)


def _wire(
    words: Mapping[str, Any],
    facts: Mapping[str, Any],
    filled: Mapping[str, tuple[str, str]],
    at: Mapping[str, int],
) -> dict[str, Any]:
    home, code = words["home"][1], facts["code"]
    office = {"s": [at["meeting"]], "office": "foreign_minister"}
    host = {**office, "name": facts["p"], "title": words["title"], "country": home, "role": "host"}
    guest = {**office, "name": facts["q"], "country": code, "role": "visitor"}
    meeting = {
        "s": [at["meeting"]],
        "kind": "talks",
        "mode": "in_person",
        "status": "held",
        "countries": [home, code],
        "date": words["date"],
        "place": facts["city"],
        "attendees": [host, guest],
    }
    text = {"status": "signed", "parties": [home, code]}
    agreement = {"s": [at["agreement"]], "title": filled["agreement"][1], "type": "agreement", **text}
    mou = {"s": [at["mou"]], "title": filled["mou"][1], **text}
    trade = {"qualifier": "exact", "from": home, "to": code}
    exports = {
        "s": [at["exports"]],
        "value": filled["exports"][1],
        "indicator": "exports",
        "measure": "level",
    }
    turnover = {"s": [at["turnover"]], "value": filled["turnover"][1], "indicator": "trade_turnover"}
    figures = [exports | trade, turnover | {"measure": "change", "qualifier": "exact"}]
    return {"meetings": [meeting], "agreements": [agreement], "mous": [mou], "figures": figures}


def compact(value: Any) -> str:
    """Return JSON as an LLM writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@functools.cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return data
