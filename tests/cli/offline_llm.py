"""An LLM that works by file, as a program of its own: `offline_llm.py REQUESTS RESPONSES [FAULTS]`.

Answers stand in another order than the questions. FAULTS are letters: m leaves one request out, b breaks an
answer, d gives one twice, u answers a request that nobody asked.
"""

import json
import random
import sys
from pathlib import Path


def answer(body):
    form = body["response_format"]["json_schema"]
    assert form["name"] == "answer"
    return json.dumps({key: [] for key in form["schema"]["required"]})


def line(custom_id, text):
    message = {"role": "assistant", "content": text}
    body = {
        "model": "offline-2031",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
    response = {"status_code": 200, "request_id": "", "body": body}
    return json.dumps({"id": "x", "custom_id": custom_id, "response": response, "error": None})


def main(source, target, faults=""):
    asked = [json.loads(row) for row in Path(source).read_text(encoding="utf-8").splitlines()]
    assert all((one["method"], one["url"]) == ("POST", "/v1/chat/completions") for one in asked)
    answers = [line(one["custom_id"], answer(one["body"])) for one in asked]
    if "b" in faults:
        answers[1] = line(asked[1]["custom_id"], '{"meetings": [')
    if "d" in faults:
        answers.append(answers[2])
    if "u" in faults:
        answers.append(line("0" * 64, "{}"))
    if "m" in faults:
        del answers[0]
    random.Random(7).shuffle(answers)
    Path(target).write_text("\n".join(answers), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
