"""How far a title reaches from its head: its state, its field, its rank, by the grammar of its language."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from extractor.article import Span
from extractor.resolving.offices import Head
from extractor.resolving.scene import Scene
from extractor.resolving.title_words import (
    CASED,
    WORD,
    is_adjective,
    is_conjunction,
    is_field,
    is_follower,
    is_in_state,
    is_modifier,
    leads_on,
    may_be_verb,
    state_at,
)

_LONGEST = 12
"""Words between a head and its bearer's name."""
_LONGEST_RUN = 3
"""Words in a row that no "of" parts."""
_LONGEST_LEFT = 7
_HEAD_LAST = frozenset({"hu", "tr", "kk", "ko", "ja", "zh"})
"""Languages that end a title with its head."""
_BY_CASE = frozenset({"ru", "uk", "pl", "cs", "sk", "bg", "sr", "hr"})
"""Languages in which the genitive alone leads on from the head."""
_BROKEN = re.compile(r"[;:!?()—–\d]|\.\s")
_INNER_COMMA = re.compile(r"[,،]")
_CAPITAL = re.compile(r"[A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄҐӘҒҚҢӨҰҮҺ]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_END = re.compile(r"\s*(?:[,;.:)\]»—–،؛]|$|\n)")
_ARTICLE = re.compile(
    r"(?:the|an?|der|die|das|den|dem|ein|eine|le|la|les|l['’]|el|los|las|il|lo|gli|i|o|os|as|az?|el)\s*\b",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"[^\s,.;:()«»\"“”„،]+(?=[ \u00a0]$)|[^\s,.;:()«»\"“”„،-]+(?=-$)")
_KO_WORDS = re.compile(r"\s?(?:[가-힣A-Za-z0-9·]+ ){0,4}[가-힣A-Za-z0-9·]*")
_KO_PARTICLE = re.compile(r"\w+(?:은|는|을|를|에서|에게|께서|와|과|으로|이|가|도|의|했고|하고)$")
_KO_AFTER = re.compile(
    r"(?:이|가|은|는|을|를|와|과|의|에게|께서|도|측|으로|로|이며|이고|이자|님|에|및|에서|인|급)?(?=[\s,.)\]·…'\"”]|$)"
)
_JA_BETWEEN = re.compile(r"[\u3400-\u9fffァ-ヴー]{0,12}")
_ZH_STOP = re.compile(r"[和与同跟向对在是了的会见晤及将为由]|\W")
_ZH_HOUSE = re.compile(
    r"(?:国务院|國務院|国家|全国人大|全国政协|中共中央|中央政治局|[\u3400-\u9fff]{2,6}(?:部|委|局|院|署))$"
)
_OF_HOUSE = re.compile(r"(?:院|会|會|军|軍|部|省|庁|廳|党|黨|국|부|청|원|성|회|당)$")
"""How the name of a house ends, in Han and Hangul."""
_KK_STOP = re.compile(
    r"\w*(?:ған|ген|қан|кен|мен|бен|пен|да|де|та|те|ға|ге|қа|ке|нан|нен|дан|ден|ды|ді|ты|ті)"
)
_POSSESSED = re.compile(r"(?:j[ae]|[^aeiouáéíóöőúüű][ae]|[ae]ja)$")
"""How a Hungarian head ends that is somebody's: kollégája, minisztere."""


@dataclass(frozen=True)
class Phrasing:
    """The words around one name: the language, and the sentence they stand in."""

    scene: Scene
    language: str
    sentence: Span

    @property
    def text(self) -> str:
        """The article."""
        return self.scene.article.text

    def whole_word(self, head: Head) -> Span:
        """Return a head with its ending ("külügyminisztere"); joined scripts have none."""
        end = head.span.end
        while end < len(self.text) and self.text[end].isalpha() and not _JOINED.match(self.text, end):
            end += 1
        return Span(head.span.start, end)

    def leads_to(self, head: Head, edge: int, *, comma: bool) -> bool:
        """Tell whether the words from a head to where a name begins are part of its title."""
        word = self.whole_word(head)
        if word.end > edge:
            return False
        gap = self.text[word.end : edge]
        if not gap.strip():
            belongs = self.language == "hu" and _POSSESSED.search(self.text[word.start : word.end])
            return not comma or self.language not in _HEAD_LAST or bool(belongs)
        if self.language in {"ja", "zh"}:
            return gap in {"の", "・", "である", "·"}
        return self.language not in _HEAD_LAST and self._runs_on(Span(word.end, edge))

    def is_title(self, words: Span, heads: tuple[Head, ...]) -> bool:
        """Tell whether words are a title alone: its head, states and fields, nothing that may be a name."""
        said = words.of(self.text)
        if _JOINED.search(said):
            before = self.text[words.start : heads[0].span.start]
            state = any(place.span.end == heads[0].span.start for place in self.scene.places)
            return heads[-1].span.end == words.end and (
                not before or state or _OF_HOUSE.search(before) is not None
            )
        spans = [self.whole_word(head) for head in heads]
        others = [
            found
            for found in WORD.finditer(self.text, words.start, words.end)
            if not any(span.start <= found.start() and found.end() <= span.end for span in spans)
        ]
        return not any(
            (_CAPITAL.match(found[0]) or not CASED.match(found[0]))
            and not is_field(found[0])
            and not is_in_state(Span(found.start(), found.end()), self.scene)
            for found in others
        )

    def whole(self, head: Head, edge: int) -> Span | None:
        """Return the title from its first word to where a name begins."""
        word = self.whole_word(head)
        end = word.end if self.language in {"ja", "zh"} else edge
        return Span(self._leftmost(word), max(end, word.end))

    def behind(self, start: int, head: Head) -> Span | None:
        """Return the title that stands behind a name: "아샨테 가나 외교장관", "Kiss Réka svéd miniszter"."""
        word = self.whole_word(head)
        between = self.text[start : word.start]
        if self.language == "ko":
            return self._korean(start, head)
        if self.language in {"ja", "zh"}:
            longest = 12 if self.language == "ja" else 0
            fits = _JA_BETWEEN.fullmatch(between) and len(between) <= longest
            return Span(start, word.end) if fits and not self._goes_on(word.end) else None
        words = list(WORD.finditer(self.text, start, word.start))
        if (
            not self.text[start:].startswith(" ")
            or len(words) > 5
            or _BROKEN.search(between)
            or "," in between
        ):
            return None
        if words and is_conjunction(words[0][0]):
            return None
        if not all(self._describes(found) for found in words):
            return None
        return Span(words[0].start() if words else word.start, word.end)

    def apposed(self, start: int, head: Head) -> Span | None:
        """Return the title that stands behind a name and a comma; `start` is behind the comma."""
        word = self.whole_word(head)
        article = _ARTICLE.match(self.text, start)
        first = article.end() if article and article.end() <= word.start else start
        if self.language in _HEAD_LAST:
            return self._closed_by_head(first, word)
        leading = list(WORD.finditer(self.text, first, word.start))
        if (
            _BROKEN.search(self.text[first : word.start])
            or "," in self.text[first : word.start]
            or len(leading) > 4
        ):
            return None
        if not all(self._qualifies(found) for found in leading):
            return None
        end = self._rightmost(word.end)
        following = self.text[end : end + 2]
        return None if following[:1] == " " and _CAPITAL.match(following[1:]) else Span(first, end)

    def _closed_by_head(self, first: int, word: Span) -> Span | None:
        inside = self.text[first : word.start]
        fits = (
            _END.match(self.text, word.end) and not _INNER_COMMA.search(inside) and not _BROKEN.search(inside)
        )
        return Span(first, word.end) if fits and len(inside.split()) <= 6 else None

    def _describes(self, found: re.Match[str]) -> bool:
        """Tell whether a Hungarian word between a name and a head may be part of the title."""
        span = Span(found.start(), found.end())
        return (
            is_adjective(found[0], "hu")
            or state_at(span, self.scene) is not None
            or is_modifier(found[0])
            or is_conjunction(found[0])
            or is_field(found[0])
        ) and not may_be_verb(found[0])

    def _qualifies(self, found: re.Match[str]) -> bool:
        """Tell whether a word before a head may be part of its title, in languages that lead on behind it."""
        span = Span(found.start(), found.end())
        return (
            state_at(span, self.scene) is not None
            or is_modifier(found[0])
            or is_field(found[0])
            or is_adjective(found[0], self.language)
        )

    def _korean(self, start: int, head: Head) -> Span | None:
        words = _KO_WORDS.fullmatch(self.text, start, head.span.start)
        if (
            words is None
            or not self.text[start : start + 1].isspace()
            or not _KO_AFTER.match(self.text, head.span.end)
        ):
            return None
        first = start + len(words[0]) - len(words[0].lstrip())
        for word in re.finditer(r"\S+", self.text[first : head.span.start]):
            whole = first + word.end() < head.span.start
            named = is_in_state(Span(first + word.start(), first + word.end()), self.scene)
            if whole and not named and _KO_PARTICLE.match(word[0]):
                return None
        return Span(first, head.span.end)

    def _goes_on(self, end: int) -> bool:
        """Tell whether a word of Han goes on behind a place."""
        return self.language == "ja" and _HAN.match(self.text, end) is not None

    def _runs_on(self, gap: Span) -> bool:
        """Tell whether the words behind a head, up to the end of the gap, are what it is the head of."""
        words = gap.of(self.text)
        if _BROKEN.search(words) or _INNER_COMMA.search(words):
            return False
        found = list(WORD.finditer(self.text, gap.start, gap.end))
        if (
            not found
            or len(found) > _LONGEST
            or is_conjunction(found[-1][0])
            or leads_on(found[-1][0], self.language)
        ):
            return not found and not words.strip()
        return self._taken(found) == len(found)

    def _rightmost(self, end: int) -> int:
        """Return where a title ends that begins before a place and is followed by what is no part of it."""
        clause = _INNER_COMMA.search(self.text, end, self.sentence.end)
        bound = clause.start() if clause else self.sentence.end
        broken = _BROKEN.search(self.text, end, bound)
        bound = broken.start() if broken else bound
        found = list(WORD.finditer(self.text, end, bound))
        taken = self._taken(found)
        closed = taken == len(found)
        while taken and (not closed or self._binds(found[taken - 1])):
            last = found[taken - 1]
            if not self._binds(last) and (closed or is_in_state(Span(last.start(), last.end()), self.scene)):
                break
            taken -= 1
        return found[taken - 1].end() if taken else end

    def _binds(self, word: re.Match[str]) -> bool:
        return is_conjunction(word[0]) or leads_on(word[0], self.language)

    def _taken(self, found: list[re.Match[str]]) -> int:
        """Return how many of the words behind a head are what it is the head of."""
        if self.language in _BY_CASE:
            return self._while(found, self._in_case)
        if self.language == "ar":
            return self._while(found, self._defined)
        run, led = 0, False
        for number, word in enumerate(found):
            if self._binds(word):
                run, led = 0, led or leads_on(word[0], self.language)
                continue
            run += 1
            free = run <= _LONGEST_RUN and (not may_be_verb(word[0]) or is_field(word[0]))
            if not (free if led else self._follows(word)):
                return number
        return len(found)

    def _follows(self, word: re.Match[str]) -> bool:
        """Tell whether an adjective right behind a head belongs to the title: "primo ministro albanese"."""
        if state_at(Span(word.start(), word.end()), self.scene) is not None or is_follower(word[0]):
            return True
        romance = self.language in {"fr", "es", "pt", "it"}
        return romance and is_adjective(word[0], self.language) and not may_be_verb(word[0])

    def _while(self, found: list[re.Match[str]], fits: Callable[[re.Match[str]], bool]) -> int:
        return next((number for number, word in enumerate(found) if not fits(word)), len(found))

    def _in_case(self, word: re.Match[str]) -> bool:
        """Tell whether a Slavic word may depend on a head: no verb, no name of a person."""
        span = Span(word.start(), word.end())
        if self._binds(word) or is_in_state(span, self.scene):
            return True
        quoted = self.text[span.start - 1 : span.start] in {"«", '"', "„", "“"}
        if _CAPITAL.match(word[0]) and not quoted and not word[0].isupper():
            return is_field(word[0]) or (
                word[0][0].isupper() and leads_on(self._before(span.start), self.language)
            )
        return not may_be_verb(word[0])

    def _before(self, position: int) -> str:
        words = WORD.findall(self.text[max(self.sentence.start, position - 20) : position])
        return words[-1] if words else ""

    def _defined(self, word: re.Match[str]) -> bool:
        """Tell whether an Arabic word may depend on a head: defined, a state, or what leads to one."""
        span = Span(word.start(), word.end())
        return (
            re.match(r"و?(?:ال|لل|بال)", word[0]) is not None
            or leads_on(word[0], "ar")
            or is_in_state(span, self.scene)
        )

    def _leftmost(self, word: Span) -> int:
        """Return where a title begins that holds a head."""
        if self.language in {"ja", "zh"}:
            return self._leftmost_in_han(word)
        start = word.start
        for _ in range(_LONGEST_LEFT):
            before = self._word_before(start)
            if before is None:
                break
            state = state_at(before, self.scene)
            if state is not None:
                return min(state.start, before.start)
            if not self._precedes(before, start):
                break
            start = before.start
        return start

    def _word_before(self, position: int) -> Span | None:
        """Return the word that one space or a hyphen parts from what begins at a place."""
        low = max(self.sentence.start, position - 40)
        found = _WORD_BEFORE.search(self.text[low:position])
        return Span(low + found.start(), low + found.end()) if found else None

    def _precedes(self, before: Span, start: int) -> bool:
        """Tell whether a word before a title is part of it."""
        word, language = before.of(self.text), self.language
        capital = _CAPITAL.match(word) is not None
        if language == "kk":
            return word == "және" or (_KK_STOP.fullmatch(word) is None and (not capital or is_field(word)))
        if language == "tr":
            return capital and "'" not in word and "’" not in word
        if language == "hu":
            return (is_adjective(word, "hu") or is_modifier(word) or is_field(word)) and not may_be_verb(word)
        if language == "en":
            return is_modifier(word) or self._is_english_field(before, start)
        rank = is_modifier(word) or is_adjective(word, language)
        return rank and language != "ar" and (not capital or before.start == self.sentence.start)

    def _is_english_field(self, before: Span, start: int) -> bool:
        """Tell whether an English word before a title is a field, or the "and" of two: Trade and Industry."""
        word = before.of(self.text)
        if word in {"and", "&"}:
            earlier, later = self._word_before(before.start), WORD.search(self.text, start)
            fields = [found for found in (earlier and earlier.of(self.text), later and later[0]) if found]
            return len(fields) == 2 and all(_CAPITAL.match(field) and is_field(field) for field in fields)
        return _CAPITAL.match(word) is not None and (is_field(word) or self._is_in_short_run(before))

    def _is_in_short_run(self, word: Span) -> bool:
        """Tell whether a capitalised word is one of few behind a lower-case word: a field, not a headline."""
        earlier = self.text[max(self.sentence.start, word.start - 60) : word.start].split(" ")[:-1]
        run = next((number for number, one in enumerate(reversed(earlier)) if not _CAPITAL.match(one)), None)
        if run is None or run > 1:
            return False
        opening = earlier[-1 - run]
        return opening.isalpha() and opening not in {"and", "or"}

    def _leftmost_in_han(self, word: Span) -> int:
        """Return where a title of Han begins: with its state, or the house of its bearer."""
        low = max(self.sentence.start, word.start - 12)
        for place in self.scene.places:
            between = self.text[place.span.end : word.start]
            if low <= place.span.start and place.span.end <= word.start and not _ZH_STOP.search(between):
                return place.span.start
        if self.language == "ja":
            return word.start
        stop = max((found.end() for found in _ZH_STOP.finditer(self.text, low, word.start)), default=low)
        house = _ZH_HOUSE.search(self.text[: word.start], stop)
        return house.start() if house else word.start
