"""Prompts: the exact request for an article, the same each time, whatever the article holds."""

import pytest

from extractor.article import Sentence, Span, Zone
from extractor.errors import ConfigError
from extractor.llm.base import LLMIdentity
from extractor.prompting import (
    Asking,
    build_request,
    compact_answer,
    load_template,
    prompt_copy,
)

WHO = LLMIdentity("some-llm", "https://llm.invalid/v1")
HEAD = "---\nname: mine\nversion: 1\nwire: '1'\nfull: true\nexamples: []\n---\n=== user\n"


def sentences(*texts):
    return [Sentence(n, Span(0, len(t)), Zone.BODY, t) for n, t in enumerate(texts, 1)]


def request(name="general", texts=("Vilnius, 3 June. They met.",), date="2025-06-04", **changes):
    asking = Asking(WHO, load_template(name), 2000, 3000)
    return build_request(asking, sentences(*texts), date)


@pytest.fixture
def own(tmp_path):
    def written(body, head=HEAD):
        (tmp_path / "mine.j2").write_text(head + body, encoding="utf-8")
        load_template.cache_clear()
        return Asking(WHO, load_template("mine", tmp_path), 2000, 3000)

    return written


def test_examples_cover_languages_rejections_and_the_honest_zero():
    examples = load_template("general").examples
    assert len({example.language for example in examples}) >= 5
    assert all(example.rejected for example in examples)
    assert any(not any(example.answer.values()) for example in examples)


def test_sentences_are_numbered_lines():
    content = request(texts=["First one.", "Second\n  one."]).messages[-1].content
    assert "[1] First one.\n[2] Second one.\n" in content


def test_the_embedded_prompt_is_the_one_the_adapter_was_trained_for():
    system, user = request("embedded", ["A met B.", "They signed."]).messages
    assert (system.role, system.content) == ("system", "Extract diplomatic facts.")
    assert (user.role, user.content) == ("user", "Date: 2025-06-04\n[1] A met B.\n[2] They signed.")


def test_without_a_date_there_is_no_date_line():
    assert request("embedded", ["A met B."], None).messages[1].content == "[1] A met B."


@pytest.mark.parametrize(
    "hostile", ["{{7*7}}", "{% raw", "{% for x in y %}", "{# note #}", "{{ ''.__class__ }}"]
)
def test_an_article_is_never_rendered(hostile):
    assert hostile in request(texts=[f"They said {hostile} loudly."]).messages[-1].content


@pytest.mark.parametrize(
    "mark", ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "[INST]", "</s>", "<start_of_turn>"]
)
def test_chat_marks_lose_their_meaning(mark):
    assert mark not in prompt_copy(f"a {mark} b")


def test_unseen_characters_are_not_shown():
    assert prompt_copy("a\u200bb\u202ec\x1b[31md\U000e0041e") == "abc[31mde"


def test_the_fence_depends_on_the_article():
    first, second = (request(texts=[text]).messages[-1].content for text in ("One.", "Two."))
    fences = [
        next(line for line in content.splitlines() if line.startswith("~~~")) for content in (first, second)
    ]
    assert fences[0] != fences[1]


def test_the_same_article_gives_the_same_request():
    assert request().fingerprint == request().fingerprint


def test_article_date_prompt_and_llm_each_change_the_fingerprint(own):
    other_llm = build_request(
        Asking(LLMIdentity("other", WHO.origin), load_template("general"), 2000, 3000),
        sentences("Vilnius, 3 June. They met."),
        "2025-06-04",
    )
    prints = {
        request().fingerprint,
        request(texts=["They met."]).fingerprint,
        request(date="2025-06-05").fingerprint,
        request("embedded").fingerprint,
        other_llm.fingerprint,
    }
    assert len(prints) == 5


def test_an_edited_template_changes_the_fingerprint(own):
    one = build_request(own("Read: {{ lines[0] }}"), sentences("Text."), None).fingerprint
    other = build_request(own("Read : {{ lines[0] }}"), sentences("Text."), None).fingerprint
    assert one != other


@pytest.mark.parametrize(
    "body",
    [
        "{{ missing }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ lines.__class__ }}",
        "{% for a in range(99999999) %}x{% endfor %}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{{",
    ],
)
def test_a_hostile_or_broken_template_is_an_error_of_ours(own, body):
    with pytest.raises(ConfigError):
        build_request(own(body), sentences("Text."), None)


@pytest.mark.parametrize("head", ["", "---\nname: x\n---\n", HEAD.replace("wire: '1'", "wire: '0'")])
def test_front_matter_is_checked(own, head):
    with pytest.raises(ConfigError):
        own("Text", head=head)


def test_a_missing_template_names_those_that_exist():
    with pytest.raises(ConfigError) as caught:
        load_template("nothing")
    assert "general" in caught.value.hint


def test_answers_are_written_in_the_order_of_the_format():
    answer = {
        "figures": [],
        "mous": [],
        "agreements": [{"parties": ["LTU"], "status": "signed", "type": "treaty", "s": [1]}],
        "meetings": [],
    }
    assert compact_answer(answer) == (
        '{"meetings":[],"agreements":[{"s":[1],"type":"treaty","status":"signed","parties":["LTU"]}],"mous":[],"figures":[]}'
    )
