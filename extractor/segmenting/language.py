"""The language of a text as a BCP-47 base code: by script and letters where they tell, else by py3langid."""

import re
import unicodedata
from collections import Counter
from copy import copy
from functools import cache
from typing import Any

_SAMPLE = 6_000
_PIECES = 4
_OF_LETTERS, _OF_WORDS = 250, 100
"""Characters of one piece, to tell a script and its letters, and a language of the script."""
_CLEAR = 30.0
"""Log-likelihood between the first two languages of the pieces, beyond which the whole text says the same."""
# Fewer letters than this say nothing in a script that many languages share.
_FEWEST = 24
_FEWEST_OF_OWN_SCRIPT = 4
_LETTER = re.compile(r"[^\W\d_]")
_OWN_SCRIPT = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "GREEK": "el", "HEBREW": "he", "THAI": "th",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GUJARATI": "gu",
    "GURMUKHI": "pa", "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si", "KHMER": "km", "LAO": "lo",
    "MYANMAR": "my", "ETHIOPIC": "am", "TIBETAN": "bo",
}  # fmt: skip
# Letters that only some languages of a script have, the most telling first.
_TELLING = {
    "CYRILLIC": (
        ("kk", "әғқңұі"), ("tg", "ҷӣӯҳ"), ("ky", "ңөү"), ("mn", "өү"), ("uk", "іїєґ"), ("be", "ўі"),
        ("mk", "ѓќѕ"), ("sr", "ђћџљњј"),
    ),
    "ARABIC": (
        ("ur", "ٹڈڑےں"), ("ps", "ټډړښځې"), ("ckb", "ێۆڕڵە"), ("fa", "پچژگی"),
    ),
}  # fmt: skip
_REQUIRED = {"kk": 2, "ky": 2, "mn": 2, "tg": 2, "be": 1, "uk": 2, "mk": 2, "sr": 2}
_LATIN = [
    "af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr",
    "hu", "id", "is", "it", "lt", "lv", "ms", "mt", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv",
    "sw", "tl", "tr", "vi",
]  # fmt: skip
_CANDIDATES = {"LATIN": _LATIN, "CYRILLIC": ["ru", "bg", "mk", "sr"], "DEVANAGARI": ["hi", "mr", "ne"]}
_APOSTROPHES = "'\u2018\u2019\u02bb\u02bc`"
_UZBEK = re.compile(rf"(?<![^\W\d_][{_APOSTROPHES}])[og][{_APOSTROPHES}](?=[^\W\d_])")
_UZBEK_WORD = re.compile(r"\b(?:va|bilan|uchun|haqida|kuni|yil)\b")
_UZBEK_LETTERS = 120
"""Letters of an Uzbek text to each of its two own, at most; about one in fifty is one."""
_NORWEGIAN = {"nb": "no", "nn": "no"}


def detect_language(text: str) -> str | None:
    """Return the base code ("ko", "hu", "zh") of the language most of `text` is in; None if it is too short.

    Scripts of one language decide alone; kana make Han Japanese; letters that few languages have decide
    within Cyrillic and Arabic; py3langid decides the rest among the languages of that script.
    """
    text = text[:_SAMPLE]
    shown = _pieces(text, _OF_LETTERS)
    counts = Counter(unicodedata.normalize("NFC", shown))
    letters = Counter({char: count for char, count in counts.items() if _LETTER.match(char)})
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[_script(letter)] += count
    if not scripts:
        return None
    east = _east_asian(scripts)
    if east is not None:
        return east
    script, count = scripts.most_common(1)[0]
    if script in _OWN_SCRIPT:
        return _OWN_SCRIPT[script] if count >= _FEWEST_OF_OWN_SCRIPT else None
    if count < _FEWEST:
        return None
    marks = sum(counts[mark] for mark in _APOSTROPHES)
    if script == "LATIN" and marks * _UZBEK_LETTERS >= count and _is_uzbek(shown, count):
        return "uz"
    return _by_letters(script, letters) or _by_statistics(script, text)


def _is_uzbek(text: str, letters: int) -> bool:
    """Tell whether the two letters that end in an apostrophe come as often as they do in Uzbek alone."""
    often = len(_UZBEK.findall(text)) * _UZBEK_LETTERS >= letters
    return often and _UZBEK_WORD.search(text) is not None


def _east_asian(scripts: Counter[str]) -> str | None:
    """Decide among Korean, Japanese and Chinese: a share suffices, as these texts quote Latin names."""
    total = scripts.total()
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    hangul, han = scripts["HANGUL"], scripts["CJK"]
    if max(kana + han, hangul) < _FEWEST_OF_OWN_SCRIPT or (kana + han + hangul) * 6 < total:
        return None
    if hangul > kana + han:
        return "ko"
    return "ja" if kana * 20 >= kana + han else "zh"


def _by_letters(script: str, letters: Counter[str]) -> str | None:
    if script not in _TELLING:
        return None
    counts: Counter[str] = Counter()
    for letter, count in letters.items():
        counts[letter.lower()] += count
    floor = max(2, letters.total() // 200)
    for language, telling in _TELLING[script]:
        present = [letter for letter in telling if counts[letter]]
        if sum(counts[letter] for letter in present) >= floor and len(present) >= _REQUIRED.get(language, 1):
            return language
    return "ar" if script == "ARABIC" else None


def _by_statistics(script: str, text: str) -> str | None:
    """Decide among the languages of a script: on a few pieces of the text where they leave no doubt."""
    if script not in _CANDIDATES:
        return None
    identifier = _identifier(script)
    (language, score), (_, second) = identifier.rank(_pieces(text, _OF_WORDS))[:2]
    if score - second < _CLEAR:
        language = identifier.classify(text)[0]
    return _NORWEGIAN.get(language, str(language))


def _pieces(text: str, length: int) -> str:
    """Return pieces of a length from all over a text, so that no quotation speaks for the whole."""
    step = len(text) // _PIECES
    if step <= length:
        return text
    return " ".join(text[start : start + length] for start in range(0, step * _PIECES, step))


@cache
def _identifier(script: str) -> Any:
    identifier = copy(_all_languages())
    identifier.set_languages(_CANDIDATES[script])
    identifier.nb_ptc = identifier.nb_ptc.astype("float32", order="C")  # else made anew for each text
    return identifier


@cache
def _all_languages() -> Any:
    from py3langid import langid  # noqa: PLC0415 - loads its tables for half a second

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
