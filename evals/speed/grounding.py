"""What finding a mention costs: milliseconds each in 10,000 characters of five scripts.

`python -m evals.speed.grounding`. The peer in the same run is one bare rapidfuzz alignment of the mention
over the raw text: what a fuzzy-only aligner pays before it has decided anything.
"""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from rapidfuzz.fuzz import partial_ratio_alignment

from extractor.grounding import Ground

SAMPLES = {
    "Latin": "The minister of Lower Elbonia met his counterpart from Upper Freedonia in Springfield. ",
    "Hangul": "외교부 장관은 지난 금요일 서울에서 상대국 장관과 만나 협력 방안을 논의했다고 밝혔다. ",
    "Han": "外交部长星期五在首都同来访的客人举行会谈就双边关系交换了意见并签署文件。",
    "Cyrillic": "Министр иностранных дел в пятницу провёл переговоры с коллегой и подписал соглашение. ",
    "Arabic": "التقى وزير الخارجية يوم الجمعة في العاصمة نظيره وبحث معه سبل تعزيز التعاون بين البلدين. ",
}
LENGTH = 10_000
MENTIONS = 40


def main() -> None:
    """Print, for each script, what a mention that stands there and one that does not cost."""
    for script, sentence in SAMPLES.items():
        text = (sentence * (LENGTH // len(sentence) + 1))[:LENGTH]
        ground = Ground(text)
        ground.find("once, so that the article is folded")
        present = [text[start : start + 24] for start in range(0, MENTIONS * 50, 50)]
        absent = [words[::-1] for words in present]
        peer = _each(absent, partial(partial_ratio_alignment, s2=text))
        found, missed = _each(present, ground.find), _each(absent, ground.find)
        sys.stdout.write(
            f"{script:9} found {found:6.3f} ms  missed {missed:6.3f} ms  "
            f"bare alignment {peer:6.3f} ms  ratio {missed / peer:.2f}\n"
        )


def _each(mentions: Sequence[str], find: Callable[[str], object]) -> float:
    """Return milliseconds of processor time for one mention, best of three rounds."""
    rounds = []
    for _ in range(3):
        started = time.process_time()
        for words in mentions:
            find(words)
        rounds.append((time.process_time() - started) / len(mentions) * 1000)
    return min(rounds)


if __name__ == "__main__":
    main()
