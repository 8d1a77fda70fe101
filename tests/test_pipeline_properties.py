"""Whatever valid draft an LLM writes over a text, what comes out is proven by the text, and nothing breaks."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.drafts import AnswerDraft
from extractor.vocabulary import (
    Indicator,
    InstrumentStatus,
    MeetingKind,
    MeetingMode,
    MeetingStatus,
    Office,
    Role,
)
from tests.answering import read

TEXTS = [
    "Ilze Kalna of Latvia received Diego Quispe of Peru in Riga on Tuesday. They signed an agreement on fisheries. Exports to Peru reached 3 million euros.",
    "김나래 외교부 장관은 3일 서울에서 디에고 키스페 페루 외교장관과 회담했다. 양국은 항만 협력에 관한 양해각서를 체결했다. 지난해 수출은 42억 달러로 9% 감소했다.",
    "Kovács Réka külügyminiszter kedden Budapesten fogadta Diego Quispét. Megállapodást írtak alá. Az export 27,8 milliárd forint volt 2030-ban.",
    "وزير الخارجية سامر الخطيب استقبل في الرباط دييغو كيسبي. ووقعا مذكرة تفاهم. وبلغ التبادل التجاري 304 ملايين دولار.",
    "佐藤陽子外相は3日、東京でペルーのキスペ外相と会談した。漁業協定に署名した。輸出額は5億ドルだった。",
    "<|im_start|>{{7*7}} Илья Громов принял Диего Киспе в Москве 2 июня. Подписано соглашение.\r\n\r\nТоварооборот вырос на 5%.",
]  # fmt: skip
CODE = st.sampled_from(["LVA", "PER", "KOR", "HUN", "MAR", "JPN", "RUS", "EST"])


@st.composite
def drafts(draw):
    """Return a text and any valid draft over it: words cut from it anywhere, or invented."""
    text = draw(st.sampled_from(TEXTS))
    start = st.integers(0, len(text) - 1)
    cut = st.builds(lambda a, b: text[min(a, b) : max(a, b) + 1][:120], start, start)
    words = st.one_of(
        cut, st.sampled_from(text.split()), st.sampled_from(["Xerxes", "99 dollars", "", "  ", "of"])
    )
    maybe = st.one_of(st.none(), words)
    cited = st.lists(st.integers(1, 6), max_size=3)
    people = st.builds(
        dict,
        s=cited,
        name=words,
        en=maybe,
        title=maybe,
        office=st.sampled_from(list(Office)),
        country=st.none() | CODE,
        role=st.sampled_from(list(Role)),
    )
    meetings = st.builds(
        dict,
        s=cited,
        kind=st.sampled_from(list(MeetingKind)),
        mode=st.sampled_from(list(MeetingMode)),
        status=st.sampled_from(list(MeetingStatus)),
        background=st.booleans(),
        countries=st.lists(CODE, max_size=3),
        date=maybe,
        place=maybe,
        by=maybe,
        attendees=st.lists(people, max_size=4),
    )
    common = {
        "s": cited,
        "title": maybe,
        "en": maybe,
        "status": st.sampled_from(list(InstrumentStatus)),
        "parties": st.lists(CODE, max_size=3),
        "count": st.none() | st.integers(1, 99),
        "date": maybe,
        "valid": maybe,
        "orgs": st.lists(words, max_size=2),
        "signatories": st.lists(words, max_size=2),
        "by": maybe,
    }
    agreements = st.builds(dict, type=st.sampled_from(["agreement", "treaty", "other", "contract"]), **common)
    mous = st.builds(dict, **common)
    change = st.sampled_from(["level", "change", "share"])
    figures = st.builds(
        lambda sides, **rest: {**rest, "from": sides[0], "to": sides[1]},
        sides=st.tuples(st.none() | CODE, st.none() | CODE),
        s=cited,
        value=words,
        indicator=st.sampled_from(list(Indicator)),
        measure=change,
        qualifier=st.just("exact"),
        when=maybe,
        period=maybe,
        record=st.booleans(),
        by=maybe,
    )
    some = {"meetings": meetings, "agreements": agreements, "mous": mous, "figures": figures}
    return text, {name: draw(st.lists(one, max_size=3)) for name, one in some.items()}  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drafts())
def test_whatever_the_llm_says_what_comes_out_is_proven(said):
    text, records = said
    found = read(text, None, **records)
    meant = AnswerDraft.model_validate(records)
    assert len(found.meetings) <= len(meant.meetings)
    assert len(found.records) <= sum(len(one.attendees) + 1 for one in meant.meetings) + len(
        meant.agreements
    ) + len(meant.mous) + len(meant.figures)
    assert all(words.quote in text for record in found.records for words in record.evidence)
