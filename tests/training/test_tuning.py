"""Random weights of the embedded LLM's architecture, trained for real: only where torch and its kin are."""

import json

import pytest

from tests.training.labelled import PORTS, QUIET
from training.data import Recipe, prepare
from training.running import Task, tune
from training.settings import Place, Settings, base_of

for needed in ("torch", "transformers", "peft", "gguf"):
    pytest.importorskip(needed, reason="pip install --group training")

import numpy as np  # noqa: E402 - likewise
import torch  # noqa: E402 - only where it is
from safetensors.numpy import save_file  # noqa: E402

from extractor.llm.embedded import start_server  # noqa: E402
from tests.training.tiny_weights import write_tiny_weights  # noqa: E402 - needs gguf
from training.batching import Row, rows_of  # noqa: E402 - likewise
from training.data import load_pairs  # noqa: E402
from training.tuning.converting import convert  # noqa: E402
from training.tuning.learning import Learner, answer_loss  # noqa: E402
from training.tuning.loading import load  # noqa: E402
from training.tuning.writing import write  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore"),  # of packages that are not ours
]
SETTINGS = Settings(rank=32, rate=0.01, epochs=3, batch=2, longest=4000, negatives=None, answer_tokens=8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.gguf")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    for name, rows in (("articles", "article"), ("key", "key")):
        lines = [json.dumps(getattr(one, rows), ensure_ascii=False) for one in (PORTS, QUIET)]
        (source / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path_factory.mktemp("data")
    prepare(Recipe(source, augment=1), out)
    return out


@pytest.fixture
def trainee(weights):
    found = load(weights, SETTINGS)
    yield found
    found.release()


def task_of(weights, data, folder, **more):
    return Task(SETTINGS, base_of(str(weights), weights.parent), data, [PORTS.case], Place(folder), **more)


def test_a_run_ends_in_an_adapter_a_curve_and_a_card(weights, data, tmp_path):
    card = tune(task_of(weights, data, tmp_path))
    curve = json.loads((tmp_path / "curve.json").read_text(encoding="utf-8"))
    losses = [loss for _, loss in curve["losses"]]
    assert losses[-1] < losses[0] - 1
    assert len(curve["points"]) == 3
    assert card["finished"]
    assert card["adapter"]["bytes"] == (tmp_path / "adapter.lora.gguf").stat().st_size
    assert "LoRA adapter for tiny" in (tmp_path / "card.md").read_text(encoding="utf-8")


def test_a_run_that_was_broken_off_goes_on(weights, data, tmp_path):
    cut = tune(task_of(weights, data, tmp_path, seconds=0.0))
    assert not cut["finished"]
    said = []
    whole = tune(task_of(weights, data, tmp_path, resume=True), said.append)
    assert whole["finished"]
    assert "goes on from step 0" in said
    again = tune(task_of(weights, data, tmp_path, resume=True), said.append)
    assert again["best"]["step"] <= whole["points"][-1]["step"]
    assert f"goes on from step {whole['points'][-1]['step']}" in said


def test_steps_after_a_break_are_those_without_one(weights, data, tmp_path):
    pairs = load_pairs(data, "v1")
    losses = []
    for broken in (False, True):
        trainee = load(weights, SETTINGS)
        learner = Learner(trainee, rows_of(pairs, trainee.encode, 4000), SETTINGS)
        for _ in range(2):
            learner.advance()
        if broken:
            learner.save(tmp_path / "state")
            trainee.release()
            trainee = load(weights, SETTINGS)
            learner = Learner(trainee, rows_of(pairs, trainee.encode, 4000), SETTINGS)
            assert learner.resume(tmp_path / "state")
        losses.append([learner.advance().loss for _ in range(2)])
        trainee.release()
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)


def test_only_the_answer_is_learned_and_padding_changes_nothing(trainee):
    trainee.whole.eval()
    rows = [Row(tuple(range(40, 60)), (65, 66, 67)), Row(tuple(range(30, 34)), (68,))]
    with torch.no_grad():
        together = float(answer_loss(trainee, rows))
        apart = sum(float(answer_loss(trainee, [row])) for row in rows)
        tokens = torch.tensor([[*rows[0].question, *rows[0].answer]])
        labels = torch.tensor([[-100] * 20 + [*rows[0].answer]])
        theirs = float(trainee.inner(input_ids=tokens, labels=labels).loss) * 3
        ours = float(answer_loss(trainee, rows[:1]))
    assert together == pytest.approx(apart, rel=1e-4)
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_answers_come_in_the_order_of_the_questions(trainee):
    questions = ["long " * 30, "b", "c c"]
    together = write(trainee, questions, 6)
    assert together == [write(trainee, [one], 6)[0] for one in questions]


def test_weights_come_back_as_they_were_after_writing_and_after_a_run(trainee, weights):
    def sums():
        return [float(one.double().sum()) for one in trainee.inner.state_dict().values()]

    for name, one in trainee.whole.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(one)
    before = sums()
    write(trainee, ["a"], 2)
    assert sums() == before


def test_chat_marks_are_single_tokens(trainee):
    (start,) = trainee.encode("<|im_start|>")
    assert trainee.encode("<|im_start|>in")[0] == start


@pytest.mark.parametrize("tensor_type", ["f16", "q8_0"])
def test_llama_cpp_takes_the_adapter_and_writes_otherwise_with_it(weights, data, tmp_path, tensor_type):
    xllamacpp = pytest.importorskip("xllamacpp")
    assert xllamacpp
    tune(task_of(weights, data, tmp_path))
    size = convert(tmp_path / "best" / "adapter.safetensors", 64.0, tmp_path / "a.gguf", tensor_type)
    assert size < (140_000 if tensor_type == "f16" else 80_000)
    assert _continued(weights, None) != _continued(weights, tmp_path / "a.gguf")


def test_a_tensor_that_is_none_of_an_adapter_is_refused(tmp_path):
    save_file({"stray": np.zeros(3, dtype="float32")}, str(tmp_path / "x.safetensors"))
    with pytest.raises(ValueError, match="stray"):
        convert(tmp_path / "x.safetensors", 1.0, tmp_path / "x.gguf")


def _continued(weights, adapter):
    """Return how llama.cpp goes on after a word, likeliest token by likeliest token."""
    server = start_server(weights, adapter, 512)
    told = []
    body = {"prompt": "Trade", "n_predict": 12, "temperature": 0}
    whole = server.handle_completions(body, lambda chunk: bool(told.append(chunk)))
    return (whole or told[-1])["choices"][0]["text"]
