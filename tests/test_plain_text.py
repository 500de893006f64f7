"""The text part of a mail: what a body reads like without HTML, and lines that fit, in any letters."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from wcwidth import wcswidth

from newsletter.actions.app import open_app, read_issue
from newsletter.actions.build_issue import SAMPLE_READER, sample_values
from newsletter.assemble.edition import assemble
from newsletter.model.draft import Draft
from newsletter.publication.folder import issue_ids
from newsletter.text.markdown import parse
from newsletter.text.plain import WIDTH, Links, columns, reflow, render
from newsletter.text.setting import set_in_type
from tests.conftest import ROOT

E = "https://e.example/"


def text_of(source: str, links: Links | None = None) -> str:
    prose, troubles = parse(source)
    assert troubles == ()
    return render(prose, links or Links())


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("*a* **b** `c *d*`", "a b c *d*"),
        ("a\nb *c*\n**d** `e\nf`", "a b c d e f"),
        ("a  \nb\\\nc", "a\nb\nc"),
        ("a[^reuters-3] b[^x].", "a b."),
        ("a\n\nb", "a\n\nb"),
        ("# A\n\nb", "A\n\nb"),
        ("&lt;b&gt; &amp; \\<i\\> `&amp;`", "<b> & <i> &amp;"),
        (f"[a]({E}) [b]({E}b) [a again]({E})", "a [1] b [2] a again [1]"),
        (f"{E} <{E}b> [{E}]({E})", f"{E} {E}b {E}"),
        ("<ana@example.org> [Ana](mailto:ana@example.org)", "ana@example.org Ana [1]"),
        ("> a\n> b\n>\n> c", "> a b\n>\n> c"),
        ("> > a", "> > a"),
        ("- a\n- b", "- a\n- b"),
        ("- a\n\n- b\n\n    c", "- a\n- b\n\n  c"),
        ("9. a\n10. b\n\n    c", "9. a\n10. b\n\n    c"),
        ("- a\n    1. b\n\n        c\n\n    2. d", "- a\n  1. b\n\n     c\n  2. d"),
        ("- > a\n  > b", "- > a b"),
        ("> - a\n> - b\n>\n>     c", "> - a\n> - b\n>\n>   c"),
    ],
)
def test_a_body_reads_without_its_marks(source: str, written: str) -> None:
    """Words stay, emphasis and marks go, a link carries a number; quotes and lists look as they do in Markdown."""
    assert re.sub(r" +$", "", text_of(source), flags=re.MULTILINE) == written


def test_links_are_numbered_through_the_letter() -> None:
    """An address has one number in the whole letter and is listed once, in the section that it comes up in first."""
    links = Links()
    assert text_of(f"[a]({E}a) [b]({E}b)", links) == "a [1] b [2]"
    assert links.take_new() == ((1, f"{E}a"), (2, f"{E}b"))
    assert text_of(f"[b]({E}b) [c]({E}c)", links) == "b [2] c [3]"
    assert links.take_new() == ((3, f"{E}c"),)
    assert links.take_new() == ()


@pytest.mark.parametrize(
    ("prefix", "indent"),
    [
        ("", ""),
        ("> ", "> "),
        ("> > ", "> > "),
        ("- ", "  "),
        ("1. ", "   "),
        ("1986. ", "      "),
        ("[12] ", "     "),
        ("  - ", "    "),
        ("- - ", "    "),
        ("- > ", "  > "),
        ("> - ", ">   "),
        ("> - 10. > ", ">       > "),
        ("    ", "    "),
    ],
)
@pytest.mark.parametrize("words", ["word " * 40, "这是一个很长的句子，" * 12])
def test_quotes_lists_and_indents_carry_on(prefix: str, indent: str, words: str) -> None:
    """The lines below the first stand behind the same quote marks and under the words of their entry."""
    first, *rest = reflow(prefix + words).rstrip("\n").split("\n")
    assert first.startswith(prefix + words[:2])
    assert rest
    for line in rest:
        assert line.startswith(indent + words[:1]) or re.match(re.escape(indent) + r"\w", line)
        assert wcswidth(line) <= WIDTH


def test_a_list_in_a_body_is_indented_to_its_depth() -> None:
    """Rendered and wrapped, every line of an entry stands under its first word, quotes in lists and lists in quotes."""
    words = " ".join(f"word{at}" for at in range(20))
    source = f"> {words}\n>\n> - {words}\n>\n>     {words}\n\n1. {words}\n    - {words}\n\n        > {words}"
    starts = {re.match(r"[ >]*(?:- |1\. )?", line)[0] for line in reflow(text_of(source)).split("\n") if "word" in line}  # type: ignore[index]
    assert starts == {"> ", "> - ", ">   ", "1. ", "   ", "   - ", "     ", "     > "}


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("abc", 3),
        ("中文，“字”", 10),
        ("é e\u0301", 3),
        ("👩\u200d💻", 2),
        ("❤\ufe0f", 2),
        ("🇩🇪", 2),
        ("한국", 4),
        ("שלום", 4),
        ("a\u200bb", 2),
        ("", 0),
    ],
)
def test_columns_are_those_of_a_fixed_pitch(text: str, wide: int) -> None:
    """A Chinese character and an emoji take two columns, whatever an emoji is made of; accents take none."""
    assert columns(text) == wide


LATIN = st.text("abcdefghijklmnopqrstuvwxyzéß0123456789.,;:!?()-–—“”‘’", min_size=1, max_size=14)
CHINESE = st.text("这是一个很长的句子，。、；：？！（）《》“”‘’「」…—ab1%", min_size=1, max_size=60)
OTHER = st.text("👩\u200d💻❤\ufe0f🇩🇪e\u0301한국שלום\u00a0字", min_size=1, max_size=20)
LONG = st.integers(1, 300).map("w".__mul__)
ADDRESS = st.text("abcxyz0123456789/?=&%._~-()+,;'*#", max_size=120).map(f"{E}a".__add__)
MAILBOX = st.text("abcxyz0123456789._+-", min_size=1, max_size=30).map("{}@mail.example".format)
WORDS = st.one_of(LATIN, LATIN, CHINESE, OTHER, LONG, ADDRESS, MAILBOX)
TEXTS = st.lists(st.lists(WORDS, max_size=20).map(" ".join), max_size=6).map("\n".join)
WHOLE = re.compile(r"https://[!-~]+|[!-?A-~]+@[!-~]+")


@given(TEXTS)
def test_every_line_fits(text: str) -> None:
    """No line is wider than 76 columns but one that an address alone makes so; none ends in a space."""
    wrapped = reflow(text)
    for line in wrapped.split("\n"):
        if wcswidth(line) > WIDTH:
            address = WHOLE.search(line)
            assert address
            assert wcswidth(address[0]) > WIDTH - wcswidth(line[: address.start()])
            assert re.fullmatch(r"[ >]*[（(《「“‘]*", line[: address.start()])
            assert len(line) - address.end() <= 60
        assert line == line.rstrip()
    assert wrapped.endswith("\n")
    assert "\n\n\n" not in wrapped


@given(TEXTS)
def test_no_word_is_lost(text: str) -> None:
    """But for white space, and for quote marks that carry on, the text is what it was, in the same order."""
    assume(not re.search(r"^ *(?:[-0-9.\[\]]+ )*> ", text, re.MULTILINE))
    assert "".join(reflow(text).split()) == "".join(text.split())


@given(
    st.lists(st.lists(st.one_of(LATIN, MAILBOX), min_size=1, max_size=40).map(" ".join), max_size=5).map("\n\n".join)
)
def test_no_words_are_glued_or_divided(text: str) -> None:
    """Words that fit a line stay whole and apart, and every line takes as many of them as it can."""
    wrapped = reflow(text)
    assert wrapped.split() == text.split()
    for line, after in pairwise(wrapped.rstrip("\n").split("\n")):
        if line and after:
            assert wcswidth(f"{line} {after.split()[0]}") > WIDTH


@given(TEXTS)
def test_addresses_stay_whole(text: str) -> None:
    """Every web address and mailbox stands on one line, with white space or Chinese letters around it or without."""
    assert WHOLE.findall(reflow(text)) == WHOLE.findall(text)


@given(TEXTS)
def test_wrapping_is_final(text: str) -> None:
    """What has been wrapped is not changed by wrapping it again."""
    once = reflow(text)
    assert reflow(once) == once


@given(CHINESE.filter(lambda text: len(text) > 40), st.sampled_from([76, 40, 20]))
def test_chinese_lines_begin_and_end_as_they_may(text: str, width: int) -> None:
    """A line is divided between any two characters, but begins with no closing mark and ends with no opening one."""
    assume(
        not re.search(rf"[^这是一个很长的句子]{{{width // 4},}}", text)
    )  # what may not be divided is divided by force
    lines = reflow(text, width).rstrip("\n").split("\n")
    for line, after in pairwise(lines):
        assert after[0] not in "，。、；：？！）》”’」…—%"
        assert line[-1] not in "（《“‘「"


def test_chinese_is_wrapped_without_spaces() -> None:
    """A sentence without a space fills its lines; a full stop goes down with the character before it."""
    assert reflow("一二三四五六七八九。" * 3, 20) == "一二三四五六七八九。\n" * 3
    assert reflow("一二三四五六七八九十。", 20) == "一二三四五六七八九\n十。\n"
    assert reflow("一二三四五六七八九（十）", 20) == "一二三四五六七八九\n（十）\n"
    assert reflow("一二三四abcdefghij五六", 20) == "一二三四abcdefghij五\n六\n"
    assert reflow("一二三四五abcdefghijkl五六", 20) == "一二三四五\nabcdefghijkl五六\n"


def test_an_address_in_chinese_text_is_found() -> None:
    """No space stands around it: the line ends before it, and its full stop stays with it."""
    address = E + "a" * 51
    assert reflow(f"请看{address}。谢谢你们一直以来的支持") == f"请看{address}。\n谢谢你们一直以来的支持\n"
    assert reflow(f"请大家一起看{address}。谢谢") == f"请大家一起看\n{address}。谢谢\n"
    assert reflow(f"（见{E}{'a' * 100}）。谢谢") == f"（见\n{E}{'a' * 100}）。\n谢谢\n"


@pytest.mark.parametrize(
    "word", ["a" * 20_000, "字" * 20_000, "👩\u200d💻" * 5_000, "a" + "\u0301" * 20_000, "🇩" * 20_000]
)
def test_a_word_without_end_is_divided(word: str) -> None:
    """A word of 20,000 characters comes out in lines that fit, no character in pieces."""
    lines = reflow(word).rstrip("\n").split("\n")
    assert "".join(lines) == word
    assert all(columns(line) <= WIDTH for line in lines)
    assert not any(line.startswith(("\u200d", "\u0301")) for line in lines)


def test_white_space_is_put_in_order() -> None:
    """Several empty lines are one, none stands at either end, no line ends in a space, and a tab is a space."""
    assert reflow("\n\na \t\n \n\n\n\nb\tc  d  \n\n") == "a\n\nb c  d\n"
    assert reflow("") == "\n"


SAMPLES = issue_ids(ROOT)


@pytest.fixture(scope="module", params=SAMPLES, ids=str)
def sample(request: pytest.FixtureRequest) -> tuple[Draft, str, str]:
    """An issue of the sample publication: its draft set in type, the HTML and the text of its mail."""
    app = open_app(ROOT)
    desk = read_issue(app, request.param)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    values = sample_values(desk, edition, SAMPLE_READER)
    return set_in_type(desk.draft, desk.draft.language), edition.html.fill(values), edition.text.fill(values)


def test_the_text_of_an_issue_fits(sample: tuple[Draft, str, str]) -> None:
    """No line of it is wider than 76 columns but one that is an address alone, or its number and the address."""
    for line in sample[2].split("\n"):
        assert wcswidth(line) <= WIDTH or re.fullmatch(r"(?:\[\d+\] )?https://\S+", line)
        assert line == line.rstrip()


def test_the_text_of_an_issue_holds_no_markup(sample: tuple[Draft, str, str]) -> None:
    """No tag, no entity, no Markdown, no mark and no placeholder is left in it."""
    found = re.findall(r"</?[a-zA-Z!][^>]*>|&#?\w+;|\*\*|\]\(|\[\^|`|@@|\{\{|\{%|None|[\ufdd0\ufdd1]", sample[2])
    assert found == []


def test_the_text_of_an_issue_has_every_address(sample: tuple[Draft, str, str]) -> None:
    """Wherever the HTML leads, the text leads too: each address stands in it whole."""
    _, page, text = sample
    addresses = {unescape(address) for address in re.findall(r'<a\s[^>]*?href="([^"]*)"', page)}
    assert len(addresses) > 10
    words = {word.strip(".,;()") for word in text.split()}
    assert {
        address.removeprefix("mailto:").partition("?")[0] if "mailto" in address else address for address in addresses
    } <= words


def test_the_text_of_an_issue_numbers_its_links(sample: tuple[Draft, str, str]) -> None:
    """Every number in the text is listed, each once, in order, at the start of a line."""
    text = sample[2]
    listed = [int(number) for number in re.findall(r"^\[(\d+)\] https?://\S+$", text, re.MULTILINE)]
    assert listed == list(range(1, len(listed) + 1))
    assert {int(number) for number in re.findall(r"\[(\d+)\]", text)} == set(listed)


def test_the_blocks_of_an_issue_stand_apart(sample: tuple[Draft, str, str]) -> None:
    """Every block of every body is a block of the text, an empty line above and below it; so is every rule."""
    draft, _, text = sample
    blocks = {" ".join(block.split()) for block in text.split("\n\n")}
    unnumbered = {re.sub(r"\[\d+\]", "[]", one) for one in blocks}
    for blurb in draft.blurbs:
        for block in filter(None, render(blurb.body, Links()).split("\n\n")):
            assert re.sub(r"\[\d+\]", "[]", " ".join(block.split())) in unnumbered
    assert "--------" in blocks
    assert not re.search(r"[^\n]\n--------|--------\n[^\n]", text)
