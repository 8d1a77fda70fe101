"""Extractions built by hand on invented articles: Korean, Arabic, Hungarian, hostile, empty."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from extractor.records import (
    Agreement,
    ArticleInfo,
    Attendee,
    Evidence,
    Extraction,
    ExtractionWarning,
    Match,
    Meeting,
    Mou,
    Provenance,
    Record,
    TradeFigure,
    Usage,
    WarningCode,
)

ARTICLES = Path(__file__).parent / "articles"

HOSTILE = """\
<script>alert(1)</script> President Ada </script><img src=x onerror=alert(2)> met [red]Bela[/red] today.
=HYPERLINK("http://evil.example","x") and [link=file:///etc/passwd]a file[/link] and \x1b[31mred\x1b[0m words.
\x1b]8;;http://evil.example\x1b\\a link\x1b]8;;\x1b\\ and \u202ereversed 1,000\u202c and NUL\x00 and C1 \x9b2J end.
Family \U0001f469\u200d\U0001f469\u200d\U0001f467 and e\u0301 and {{ 7*7 }} {% x %} and <!-- <script> and \u2028 line.\r
+1 -2 @cmd | `code` *bold* _it_ ![i](javascript:alert(3)) www.evil.example https://evil.example/?a&b "q" 'q'\r
"""


class Pair(NamedTuple):
    extraction: Extraction
    text: str


def spot(text: str, words: str, nth: int = 0, match: Match = Match.EXACT) -> Evidence:
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Evidence(quote=words, start=start, end=start + len(words), match=match)


class Maker:
    """Makes records of one article from the words that show them."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(
        self, shape: type[Record], id_: str, words: str, shown: dict[str, str], **values: Any
    ) -> Any:
        return shape(
            id=id_,
            evidence=(spot(self.text, words),),
            shown_by={name: (spot(self.text, one),) for name, one in shown.items()},
            **values,
        )


def extraction_of(text: str, article: dict[str, Any], **parts: Any) -> Extraction:
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    usage = Usage(input_tokens=2184, output_tokens=611, requests=1, seconds=7.42, cost=0.0031)
    made = Provenance(
        llm="qwen2.5-1.5b",
        prompt="v1",
        fingerprints=("f" * 64,),
        usage=usage,
        cached=False,
        tool_version="0.1.0",
    )
    info = ArticleInfo(**{"reference_basis": "unknown", "source": "-", **article}, sha256=sha256)
    return Extraction(article=info, provenance=made, **parts)


def korean() -> Pair:
    text = (ARTICLES / "ko.txt").read_text(encoding="utf-8")
    make = Maker(text)
    summit = make(
        Meeting, "meeting-1", "아스타나 대통령궁에서 예르보산 톡타로프 카자흐스탄 대통령과 정상회담을 갖고",
        {"date": "12일", "date_as_written": "12일", "place_as_written": "아스타나 대통령궁", "country": "카자흐스탄", "visit_type": "국빈 방문"},
        kind="summit", mode="in_person", status="held", visit_type="state", date="2025-11-12", date_as_written="12일",
        place_as_written="아스타나 대통령궁", country="KAZ", countries=("KOR", "KAZ"),
    )  # fmt: skip
    visit = make(
        Meeting, "meeting-2", "한 대통령의 초청에 따라 내년 상반기 서울을 답방하기로 했다",
        {"place_as_written": "서울", "date_as_written": "내년 상반기", "date": "내년 상반기"},
        kind="summit", mode="in_person", status="planned", date="2026", date_as_written="내년 상반기", place_as_written="서울",
        country="KOR", countries=("KOR", "KAZ"),
    )  # fmt: skip
    people = (
        make(Attendee, "attendee-1", "한서윤 대통령은", {"name_as_written": "한서윤", "title_as_written": "대통령"},
             name="Han Seo-yun", name_as_written="한서윤", kind="person", title_as_written="대통령", office="head_of_state",
             country="KOR", role="visitor", attendance="attended", meeting="meeting-1"),
        make(Attendee, "attendee-2", "예르보산 톡타로프 카자흐스탄 대통령", {"name_as_written": "예르보산 톡타로프", "title_as_written": "대통령", "country": "카자흐스탄"},
             name="Yerbosan Toktarov", name_as_written="예르보산 톡타로프", kind="person", title_as_written="대통령", office="head_of_state",
             country="KAZ", role="host", attendance="attended", meeting="meeting-1"),
        make(Attendee, "attendee-3", "톡타로프 대통령은", {"name_as_written": "톡타로프"},
             name="Yerbosan Toktarov", name_as_written="톡타로프", kind="person", office="head_of_state",
             country="KAZ", role="visitor", attendance="expected", meeting="meeting-2"),
    )  # fmt: skip
    agreement = make(
        Agreement, "agreement-1", "윤도현 산업통상부 장관과 아이게림 사디코바 산업건설부 장관은 「핵심광물 공급망 협력에 관한 협정」에 서명했다",
        {"title_as_written": "핵심광물 공급망 협력에 관한 협정", "status": "서명했다", "signatories": "윤도현 산업통상부 장관과 아이게림 사디코바"},
        type="agreement", title="Agreement on cooperation in critical-mineral supply chains", title_as_written="핵심광물 공급망 협력에 관한 협정",
        status="signed", parties=("KOR", "KAZ"), signatories=("Yun Do-hyeon", "Aigerim Sadykova"), date="2025-11-12",
        sectors=("minerals", "trade"), meeting="meeting-1",
    )  # fmt: skip
    both = "철도 현대화에 관한 양해각서와 물관리 협력 양해각서도 체결했다"
    mous = (
        make(Mou, "mou-1", both, {"title_as_written": "철도 현대화에 관한 양해각서"}, title="Memorandum on railway modernisation",
             title_as_written="철도 현대화에 관한 양해각서", status="signed", parties=("KOR", "KAZ"), sectors=("transport",), meeting="meeting-1"),
        make(Mou, "mou-2", both, {"title_as_written": "물관리 협력 양해각서"}, title="Memorandum on cooperation in water management",
             title_as_written="물관리 협력 양해각서", status="signed", parties=("KOR", "KAZ"), sectors=("water",), meeting="meeting-1"),
    )  # fmt: skip
    figures = (
        make(TradeFigure, "figure-1", "지난해 양국 교역액은 65억 달러로", {"value_as_written": "65억 달러", "period_as_written": "지난해"},
             indicator="trade_turnover", measure="level", value="6500000000", unit="currency", currency="USD", qualifier="exact",
             value_as_written="65억 달러", period="2024", period_as_written="지난해", countries=("KOR", "KAZ"), status="actual", is_record=True,
             attributed_to="대통령실"),
        make(TradeFigure, "figure-2", "65억 달러로 전년보다 8.1% 늘어", {"value_as_written": "8.1%"},
             indicator="trade_turnover", measure="change", value="8.1", unit="percent", qualifier="exact", value_as_written="8.1%",
             period="2024", countries=("KOR", "KAZ"), status="actual", attributed_to="대통령실"),
        make(TradeFigure, "figure-3", "교역 규모를 2030년까지 100억 달러로 확대한다는 목표", {"value_as_written": "100억 달러", "period_as_written": "2030년까지"},
             indicator="trade_turnover", measure="level", value="10000000000", unit="currency", currency="USD", qualifier="exact",
             value_as_written="100억 달러", period="../2030", period_as_written="2030년까지", countries=("KOR", "KAZ"), status="target"),
        make(TradeFigure, "figure-4", "대카자흐스탄 누적 투자는 약 1조 2000억 원", {"value_as_written": "1조 2000억 원", "qualifier": "약"},
             indicator="investment_stock", measure="level", value="1200000000000", unit="currency", currency="KRW", qualifier="about",
             value_as_written="1조 2000억 원", from_country="KOR", to_country="KAZ", status="actual"),
    )  # fmt: skip
    warnings = (
        ExtractionWarning(code=WarningCode.UNRESOLVED_DATE, detail="“내년 상반기” is known to the year only", record="meeting-2"),
        ExtractionWarning(code=WarningCode.CAPTION_CONFLICT, detail="the caption repeats the summit and adds no record"),
    )  # fmt: skip
    article = {
        "id": "ko", "source": "https://news.example/ko/astana-summit", "title": text.split("\n", 1)[0], "language": "ko",
        "published": "2025-11-13", "reference_date": "2025-11-13", "reference_basis": "stated",
    }  # fmt: skip
    return Pair(
        extraction_of(
            text, article, meetings=(summit, visit), attendees=people, agreements=(agreement,), mous=mous,
            trade_figures=figures, warnings=warnings,
        ),
        text,
    )  # fmt: skip


def arabic() -> Pair:
    text = (ARTICLES / "ar.txt").read_text(encoding="utf-8")
    make = Maker(text)
    talks = make(
        Meeting, "meeting-1", "استقبل وزير الخارجية سامر النابلسي، اليوم الثلاثاء، نظيرته الكينية غريس وانجيرو",
        {"date_as_written": "اليوم الثلاثاء", "place_as_written": "مقر الوزارة بعمّان", "countries": "الأردن وكينيا"},
        kind="talks", mode="in_person", status="held", date="2025-03-04", date_as_written="اليوم الثلاثاء",
        place_as_written="مقر الوزارة بعمّان", country="JOR", countries=("JOR", "KEN"),
    )  # fmt: skip
    people = (
        make(Attendee, "attendee-1", "وزير الخارجية سامر النابلسي", {"name_as_written": "سامر النابلسي"}, name="Samer Nabulsi",
             name_as_written="سامر النابلسي", kind="person", title_as_written="وزير الخارجية", office="foreign_minister", country="JOR",
             role="host", attendance="attended", meeting="meeting-1"),
        make(Attendee, "attendee-2", "نظيرته الكينية غريس وانجيرو", {"name_as_written": "غريس وانجيرو", "country": "الكينية"}, name="Grace Wanjiru",
             name_as_written="غريس وانجيرو", kind="person", office="foreign_minister", country="KEN", role="visitor",
             attendance="attended", meeting="meeting-1"),
    )  # fmt: skip
    deal = make(
        Agreement, "agreement-1", "اتفق الجانبان على فتح قنصلية أردنية في مدينة مومباسا قبل نهاية العام", {"valid_until": "قبل نهاية العام"},
        type="other", title="Opening of a Jordanian consulate in Mombasa", status="agreed", parties=("JOR", "KEN"), sectors=("consular",),
        meeting="meeting-1",
    )  # fmt: skip
    mou = make(
        Mou, "mou-1", "مذكرة تفاهم بشأن المشاورات السياسية", {"title_as_written": "مذكرة تفاهم بشأن المشاورات السياسية"},
        title="Memorandum of understanding on political consultations", title_as_written="مذكرة تفاهم بشأن المشاورات السياسية",
        status="signed", parties=("JOR", "KEN"), signatories=("Samer Nabulsi", "Grace Wanjiru"), date="2025-03-04",
        sectors=("political",), meeting="meeting-1",
    )  # fmt: skip
    figures = (
        make(TradeFigure, "figure-1", "حجم التبادل التجاري بلغ نحو ٢٧٫٨ مليون دينار في عام ٢٠٢٤",
             {"value_as_written": "٢٧٫٨ مليون دينار", "qualifier": "نحو", "period_as_written": "عام ٢٠٢٤"}, indicator="trade_turnover",
             measure="level", value="27800000", unit="currency", currency="JOD", qualifier="about", value_as_written="٢٧٫٨ مليون دينار",
             period="2024", period_as_written="عام ٢٠٢٤", countries=("JOR", "KEN"), status="actual", attributed_to="النابلسي"),
        make(TradeFigure, "figure-2", "صادرات الأردن إلى كينيا ارتفعت بنسبة ١٢٪ مقارنة بالعام السابق", {"value_as_written": "١٢٪"},
             indicator="exports", measure="change", value="12", unit="percent", qualifier="exact", value_as_written="١٢٪",
             from_country="JOR", to_country="KEN", status="actual", attributed_to="النابلسي"),
    )  # fmt: skip
    article = {
        "id": "ar", "source": "amman.html", "title": text.split("\n", 1)[0], "language": "ar", "published": "2025-03-04",
        "reference_date": "2025-03-04", "reference_basis": "stated",
    }  # fmt: skip
    parts = {
        "meetings": (talks,),
        "attendees": people,
        "agreements": (deal,),
        "mous": (mou,),
        "trade_figures": figures,
    }
    return Pair(extraction_of(text, article, **parts), text)


def hungarian() -> Pair:
    text = (ARTICLES / "hu.txt").read_text(encoding="utf-8")
    make = Maker(text)
    received = "Kerekes Ilona külgazdasági és külügyminiszter kedden a Bem rakparton fogadta Juan Soto chilei külügyminisztert"
    meetings = (
        make(Meeting, "meeting-1", received, {"date_as_written": "kedden", "place_as_written": "Bem rakparton", "countries": "chilei"},
             kind="talks", mode="in_person", status="held", date="2025-06-03", date_as_written="kedden", place_as_written="Bem rakparton",
             country="HUN", countries=("HUN", "CHL")),
        make(Meeting, "meeting-2", "elődje 2019 áprilisában Valparaísóban találkozott a chilei féllel",
             {"date_as_written": "2019 áprilisában", "place_as_written": "Valparaísóban"}, kind="talks", mode="unknown", status="held",
             date="2019-04", date_as_written="2019 áprilisában", place_as_written="Valparaísóban", country="CHL",
             countries=("HUN", "CHL"), background=True, attributed_to="Kerekes"),
    )  # fmt: skip
    people = (
        make(Attendee, "attendee-1", "Kerekes Ilona külgazdasági és külügyminiszter", {"name_as_written": "Kerekes Ilona"}, name="Ilona Kerekes",
             name_as_written="Kerekes Ilona", kind="person", title_as_written="külgazdasági és külügyminiszter", office="foreign_minister",
             country="HUN", role="host", attendance="attended", meeting="meeting-1"),
        make(Attendee, "attendee-2", "Juan Soto chilei külügyminisztert", {"name_as_written": "Juan Soto", "country": "chilei"}, name="Juan Soto",
             name_as_written="Juan Soto", kind="person", title_as_written="chilei külügyminisztert", office="foreign_minister",
             country="CHL", role="visitor", attendance="attended", meeting="meeting-1"),
        make(Attendee, "attendee-3", "részt vett Somogyi Péter agrárminiszter-helyettes is", {"name_as_written": "Somogyi Péter"},
             name="Péter Somogyi", name_as_written="Somogyi Péter", kind="person", title_as_written="agrárminiszter-helyettes",
             office="deputy_minister", country="HUN", role="participant", attendance="attended", meeting="meeting-1"),
        make(Attendee, "attendee-4", "a Santiago polgármestere által vezetett küldöttség", {"name_as_written": "küldöttség"},
             name="delegation led by the mayor of Santiago", name_as_written="küldöttség", kind="delegation", office="delegation",
             country="CHL", role="participant", attendance="expected"),
    )  # fmt: skip
    both = "két egyetértési nyilatkozatot: az egyik a kikötőkről, a másik a diákcseréről szól"
    agreements = (
        make(Agreement, "agreement-1", "aláírták a halászati együttműködésről szóló megállapodást",
             {"title_as_written": "halászati együttműködésről szóló megállapodást", "status": "aláírták"}, type="agreement",
             title="Agreement on cooperation in fisheries", title_as_written="halászati együttműködésről szóló megállapodást",
             status="signed", parties=("HUN", "CHL"), date="2025-06-03", sectors=("agriculture",), meeting="meeting-1"),
        make(Agreement, "agreement-2", "A kettős adóztatás elkerüléséről szóló egyezményt várhatóan az ősszel írják alá Santiagóban",
             {"title_as_written": "kettős adóztatás elkerüléséről szóló egyezményt", "date": "az ősszel"}, type="treaty",
             title="Convention on the avoidance of double taxation", title_as_written="kettős adóztatás elkerüléséről szóló egyezményt",
             status="planned", parties=("HUN", "CHL"), date="2025-09/2025-11", sectors=("finance",)),
    )  # fmt: skip
    mous = (
        make(Mou, "mou-1", both, {"title_as_written": "a kikötőkről"}, title="Memorandum of understanding on ports", title_as_written="a kikötőkről",
             status="signed", parties=("HUN", "CHL"), sectors=("transport",), meeting="meeting-1"),
        make(Mou, "mou-2", both, {"title_as_written": "a diákcseréről"}, title="Memorandum of understanding on student exchange",
             title_as_written="a diákcseréről", status="signed", parties=("HUN", "CHL"), sectors=("education",), meeting="meeting-1"),
    )  # fmt: skip
    figures = (
        make(TradeFigure, "figure-1", "A kétoldalú kereskedelmi forgalom tavaly megközelítette a 27,8 milliárd forintot",
             {"value_as_written": "27,8 milliárd forintot", "period_as_written": "tavaly", "qualifier": "megközelítette"},
             indicator="trade_turnover", measure="level", value="27800000000", unit="currency", currency="HUF", qualifier="nearly",
             value_as_written="27,8 milliárd forintot", period="2024", period_as_written="tavaly", countries=("HUN", "CHL"),
             status="actual", attributed_to="Kerekes"),
        make(TradeFigure, "figure-2", "ami a korábbi érték csaknem kétszerese", {"value_as_written": "kétszerese", "qualifier": "csaknem"},
             indicator="trade_turnover", measure="change", value="2", unit="multiple", qualifier="nearly", value_as_written="kétszerese",
             period="2024", countries=("HUN", "CHL"), status="actual", attributed_to="Kerekes"),
        make(TradeFigure, "figure-3", "A magyar kivitel felét gyógyszerek adják", {"value_as_written": "felét"}, indicator="exports",
             measure="share", value="50", unit="percent", qualifier="exact", value_as_written="felét", from_country="HUN", status="actual"),
        make(TradeFigure, "figure-4", "Chile 2030-ig legalább 150 millió dollárnyi beruházást vár",
             {"value_as_written": "150 millió dollárnyi", "period_as_written": "2030-ig", "qualifier": "legalább"},
             indicator="investment_flow", measure="level", value="150000000", unit="currency", currency="USD", qualifier="at_least",
             value_as_written="150 millió dollárnyi", period="../2030", period_as_written="2030-ig", to_country="CHL", status="target",
             attributed_to="Soto"),
    )  # fmt: skip
    warnings = (
        ExtractionWarning(code=WarningCode.UNRESOLVED_NAME, detail="attendee “küldöttség” has no name", record="attendee-4"),
    )  # fmt: skip
    article = {
        "id": "hu", "source": "https://hirek.example/kulugy?id=7&lap=2", "title": text.split("\n", 1)[0], "language": "hu",
        "published": "2025-06-03", "reference_date": "2025-06-03", "reference_basis": "stated",
    }  # fmt: skip
    parts = {
        "meetings": meetings, "attendees": people, "agreements": agreements, "mous": mous, "trade_figures": figures, "warnings": warnings,
    }  # fmt: skip
    return Pair(extraction_of(text, article, **parts), text)


def hostile() -> Pair:
    """Every string that a stranger can fill holds something that must not run, colour, link or reverse."""
    whole = Evidence(quote=HOSTILE, start=0, end=len(HOSTILE))
    first, second, *_ = HOSTILE.splitlines()
    one, two = spot(HOSTILE, first), spot(HOSTILE, second, match=Match.FUZZY)
    nasty = HOSTILE.strip()
    meeting = Meeting(
        id='m"><script>alert(4)</script>', evidence=(one, two), kind="talks", mode="phone", status="held", date="2025-13-99/<b>",
        date_as_written=nasty, place_as_written=nasty, countries=("AAA",), attributed_to=nasty, shown_by={"date_as_written": (whole,)},
    )  # fmt: skip
    attendee = Attendee(
        id="a 1", evidence=(whole,), name=nasty, name_as_written=nasty, kind="person", title_as_written=nasty, office="other",
        role="participant", attendance="attended", meeting=meeting.id, shown_by={"name": (one, two), "__proto__": (one,)},
    )  # fmt: skip
    agreement = Agreement(
        id="g", evidence=(two,), title=nasty, title_as_written=nasty, status="signed", type="other", party_organisations=(nasty, "=1+1"),
        signatories=("@x", "-y"), sectors=("other",), date="javascript:alert(5)",
    )  # fmt: skip
    figure = TradeFigure(
        id="-2+3", evidence=(spot(HOSTILE, "1,000"),), indicator="other", measure="change", value="-1000.50", value_max="-0", unit=nasty,
        qualifier="between", value_as_written="-1,000", status="actual", period="=1", shown_by={"value": (spot(HOSTILE, "1,000"),)},
    )  # fmt: skip
    warnings = (ExtractionWarning(code=WarningCode.DROPPED_RECORD, detail=nasty, record=meeting.id),)
    article = {
        "id": "h</title>",
        "source": "javascript:alert(6)",
        "title": nasty,
        "language": 'en" onload="alert(7)',
        "published": nasty,
    }
    parts = {
        "meetings": (meeting,), "attendees": (attendee,), "agreements": (agreement,), "trade_figures": (figure,), "warnings": warnings,
    }  # fmt: skip
    return Pair(extraction_of(HOSTILE, article, **parts), HOSTILE)


def empty() -> Pair:
    text = "The weather will be fine tomorrow.\n"
    return Pair(extraction_of(text, {"id": "weather", "source": "weather.txt", "language": "en"}), text)


PAIRS: dict[str, Callable[[], Pair]] = {
    "korean": korean, "arabic": arabic, "hungarian": hungarian, "hostile": hostile, "empty": empty,
}  # fmt: skip


@pytest.fixture
def pairs() -> dict[str, Pair]:
    return {name: make() for name, make in PAIRS.items()}


@pytest.fixture(params=list(PAIRS))
def pair(request: pytest.FixtureRequest) -> Pair:
    return PAIRS[request.param]()
