from markdown_it import MarkdownIt

from extractor.writing import WriteOptions, write, write_many

PLAIN = WriteOptions()
ALLOWED = {
    "h1", "h2", "h3", "p", "ul", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td", "",
}  # fmt: skip


def tags_of(markdown):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    return {token.tag for token in tokens} | {
        child.type for token in tokens for child in token.children or [] if child.tag
    }


def test_a_report_has_only_its_own_mark_up(pair):
    for options in (PLAIN, WriteOptions(explain=True)):
        assert tags_of(write(pair.extraction, pair.text, "md", options)) <= ALLOWED


def test_a_report_quotes_the_words_of_each_record(pairs):
    report = write(*pairs["arabic"], "md", PLAIN)
    assert "## Trade figures" in report
    assert "### about 27.8 million JOD" in report
    assert "> مذكرة تفاهم بشأن المشاورات السياسية" in report
    assert "| Samer Nabulsi |" in report


def test_hostile_text_stays_text(pairs):
    report = write(*pairs["hostile"], "md", PLAIN)
    assert "<script" not in report
    assert "&lt;script&gt;" in report
    assert "!\\[i\\](javascript" in report


def test_an_explained_report_says_how_each_value_is_known(pairs):
    report = write(*pairs["hungarian"], "md", WriteOptions(explain=True))
    assert "judged by the LLM" in report
    assert "gloss by the LLM, never evidence" in report


def test_no_records_is_said(pairs):
    assert "No records" in write(*pairs["empty"], "md", PLAIN)


def test_several_reports_are_divided_by_a_rule(pairs):
    assert write_many([pairs["empty"], pairs["empty"]], "md", PLAIN).count("\n# weather") == 1
