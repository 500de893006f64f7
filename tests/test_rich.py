"""What people paste becomes our Markdown: the same words, emphasis and links, whatever program it comes from."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from itertools import groupby
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.prose import (
    Block,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Mark,
    Paragraph,
    Quotation,
    Strong,
    Text,
)
from newsletter.text.limits import excesses
from newsletter.text.markdown import parse
from newsletter.text.rich import MAX_PASTE, markdown_of, pasted
from newsletter.text.wrapped_links import unwrapped
from newsletter.text.writing import written
from tests.conftest import ROOT

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset=utf-8><title>Piers.docx</title>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt} --></style></head><body lang=EN-GB style='tab-interval:36.0pt'>
<!--StartFragment-->
<p class=MsoTitle><b>The ferry</b><o:p></o:p></p>
<p class=MsoNormal style='margin-bottom:8.0pt'>The harbour board
will <b style='mso-bidi-font-weight:normal'>close&nbsp;</b>two piers in <i>May</i>; see <a
href="https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fpiers&amp;data=05%7C01%7Cana"><span
style='color:#0563C1'>the plan</span></a>.<span class=MsoCommentReference>[A1]</span><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span
><![endif]>North pier<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp;&nbsp; </span></span><![endif]>the old half<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>South pier</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>3.<span>&nbsp;</span></span
>Ask again</p>
<p class=MsoQuote>We wait and see.<o:p></o:p></p>
<!--EndFragment--></body></html>"""
WORD_SAYS = """## The ferry

The harbour board will **close** two piers in *May*; see [the plan](https://example.org/piers).

- North pier
    - the old half
- South pier

3. Ask again

> We wait and see.
"""

GOOGLE = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-0a1b"><h2 dir="ltr"><span
 style="font-weight:700;white-space:pre-wrap;">Tides</span></h2><p dir="ltr" style="line-height:1.38;"><span
 style="font-size:11pt;font-weight:400;font-style:normal;">A year of </span><span style="font-weight:700;">high</span
><span style="font-weight:700;font-style:italic;"> water</span><span style="font-weight:400;"> in </span><a
 href="https://www.google.com/url?q=https://example.org/tides?y%3D2026&amp;sa=D&amp;source=editors&amp;ust=17"
 style="text-decoration:none;"><span style="text-decoration:underline;">the port</span></a><span>.</span></p><ul><li
 dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>spring</span></p></li><ul><li aria-level="2"><p
 role="presentation"><span>neap</span></p></li></ul><li><p role="presentation"><span>storm</span></p></li></ul></b><br
 class="Apple-interchange-newline">"""
GOOGLE_SAYS = """## Tides

A year of **high _water_** in [the port](https://example.org/tides?y=2026).

- spring
    - neap
- storm
"""

LIBRE = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html"/><title></title>
<style type="text/css">p { margin-bottom: 0.25cm }</style></head><body lang="en-GB" dir="ltr">
<p style="line-height: 115%"><font color="#000000"><font face="Liberation Serif">The <u>board</u>
met <b>twice</b>.</font></font></p><p><br/><br/></p>
<ol><li><p style="margin-bottom: 0cm">minutes</p></li><li><p>votes</p></li></ol>
<table width="100%" cellpadding="4"><col width="128*"/><tr valign="top"><td><p>Pier</p></td><td><p>Ships</p></td></tr>
<tr><td><p>North</p></td><td><p>12</p></td></tr></table></body></html>"""
LIBRE_SAYS = """The board met **twice**.

1. minutes
2. votes

Pier | Ships\\
North | 12
"""

NOTES = """<div><h1>Visit</h1></div><div>Ask for <b>Ms Okafor</b><span class="Apple-converted-space">&nbsp;</span></div>
<div><br></div><ul class="Apple-dash-list"><li>ten o’clock</li><li>bring “the map”</li></ul><div>Line one<br>line two
</div>"""
NOTES_SAYS = """## Visit

Ask for **Ms Okafor**

- ten o’clock
- bring “the map”

Line one\\
line two
"""

PAGE = """<article style="font-weight: 400; color: rgb(0, 0, 0); white-space: normal;"><script>var a = "<p>";</script>
<nav style="display:none">Home</nav><p>Boats<sup>2</sup> and CO<sub>2</sub>: <em>new</em> <code>rules_for_all</code>.
<span style="font-weight: 600 !important">Read</span> <a href="https://example.org/a_(b)?utm_source=x&amp;a=1&amp;copy;=1">this
<strong>page</strong></a>.</p><blockquote><p>First.</p><blockquote>Second.</blockquote></blockquote><hr>
<figure><img src="https://example.org/pier.jpg" alt="A pier" width="800"><figcaption>The pier</figcaption></figure>
<p>Well done <img class="emoji" alt="🎉" src="e.png"> to <a href="/people">all</a><img src="t.gif" width="1" height="1">
of <s>you</s> us<!-- not this -->.</article>"""
PAGE_SAYS = """Boats² and CO₂: *new* `rules_for_all`. **Read** \
[this **page**](https://example.org/a_(b)?a=1\\&copy;=1).

> First.
>
> Second.

The pier

Well done 🎉 to all of us.
"""


@pytest.mark.parametrize(
    ("html", "says"),
    [
        pytest.param(WORD, WORD_SAYS, id="Word"),
        pytest.param(GOOGLE, GOOGLE_SAYS, id="Google Docs"),
        pytest.param(LIBRE, LIBRE_SAYS, id="LibreOffice"),
        pytest.param(NOTES, NOTES_SAYS, id="Apple Notes"),
        pytest.param(PAGE, PAGE_SAYS, id="web page"),
    ],
)
def test_a_paste_becomes_markdown_that_our_parser_takes(html: str, says: str) -> None:
    """What each program puts on the clipboard becomes the Markdown that an editor would have written by hand."""
    assert markdown_of(html) == says
    assert parse(says)[1] == ()


@pytest.mark.parametrize(
    ("html", "says"),
    [
        (
            "<p>1. May * _a_ [b](c) &lt;i&gt; &amp;amp; `d` wow!</p>",
            r"1\. May \* \_a\_ \[b\](c) \<i> \&amp; \`d\` wow!",
        ),
        ("<p># one</p><p>- two</p><p>&gt; three</p>", "\\# one\n\n\\- two\n\n\\> three"),
        ("<p>a<br>===</p>", "a\\\n&#61;=="),
        ("<p>wow!<a href='https://example.org/'>x</a></p>", r"wow\![x](https://example.org/)"),
        ("<a href='https://example.org/'>^1</a>", "[&#94;1](https://example.org/)"),
        ("<p>Under<i>stand</i>ing</p>", "Under*stand*ing"),
        ("<p><b> a </b>b<i> </i>c</p>", "**a** b c"),
        ("<p><b>a</b><b> b</b></p>", "**a b**"),
        ("<p><b>see <a href='https://example.org/'>this</a> now</b></p>", "**see [this](https://example.org/) now**"),
        ("<a href='https://example.org/a'>https://example.org/a</a>", "https://example.org/a"),
        ("<p>a\u00a0\u200bb\u00ad c\ufeff</p>", "a b c"),
        ("<a href='mailto:ana@example.org?subject=Hi'>Ana</a>", "[Ana](mailto:ana@example.org)"),
        ("<p>one<p>two<li>three", "one\n\ntwo\n\nthree"),
        ("<b>a<table><tr><td>b</b>c<td>d</table>", "**a**\n\n**bc** | **d**"),
        ("<table><tr><th>A<th><th>C<tr><td><td>1</table>", "A | | C\\\n| 1"),
        ("<blockquote style='border:none;margin:0 0 0 40px'>in</blockquote>", "in"),
        ("<pre>a\nb</pre>", "a\\\nb"),
        ("<p>a<br><br>b</p>", "a\n\nb"),
        ("<q>so</q>", "“so”"),
        ("Version:0.9\r\nStartHTML:00097\r\n<p>a</p>", "a"),
        ("<a href='javascript:alert(1)'>a</a> <a href='#x'>b</a>", "a b"),
        ("1 < 2 & 3", "1 < 2 & 3"),
    ],
)
def test_each_oddity_has_its_answer(html: str, says: str) -> None:
    """Signs of Markdown are escaped, white space leaves emphasis, what never closes is closed."""
    assert markdown_of(html) == f"{says}\n"


def test_what_is_left_out_is_told() -> None:
    """Pictures, struck words, links without an address and embedded players are told, each with what to do."""
    told = pasted(PAGE + "<iframe src='https://example.org/v'></iframe>").left_out
    assert [sentence.split(" left out")[0] for sentence in told] == [
        "1 picture",
        "1 embedded player or frame",
        "1 passage struck through",
        "1 link without a full web address",
    ]


def test_a_paste_too_long_is_cut_and_told() -> None:
    """Of a paste beyond the limit the beginning is kept, and that it was cut is told."""
    found = pasted("<p>begin</p>" + "<!-- -->" * (MAX_PASTE // 8))
    assert found.markdown == "begin\n"
    assert found.left_out == ("The end of the paste was not read, it is too long: paste it in pieces.",)


@pytest.mark.parametrize(
    ("url", "held"),
    [
        ("https://www.google.com/url?q=https://example.org/a%3Fb%3D1&sa=D&ust=1", "https://example.org/a?b=1"),
        (
            "https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=x",
            "https://example.org/a",
        ),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa&h=AT", "https://example.org/a"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a&d=Dw", "https://example.org/a"),
        ("https://urldefense.com/v3/__https://example.org/a?b=1__;!!abc!def$", "https://example.org/a?b=1"),
        (
            "https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fexample.org%252F",
            "https://example.org/",
        ),
        (
            "https://www.google.com/search?q=https://example.org/",
            "https://www.google.com/search?q=https://example.org/",
        ),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
        (
            "https://google.com.example.org/url?q=https://example.com/",
            "https://google.com.example.org/url?q=https://example.com/",
        ),
        ("https://[::1", "https://[::1"),
    ],
)
def test_a_guard_around_a_link_is_taken_off(url: str, held: str) -> None:
    """The address inside a guard's is read off it; another site's parameter of the same name is left alone."""
    assert unwrapped(url) == held


# Said twice, in two ways: as HTML the way the programs write it, and as the flat list of what a reader must find.
PIECE = st.text(st.sampled_from("ab 1.#-+=>*_`[]()!\\&;<|~^'\"é中’\u00a0:/"), min_size=1, max_size=8)
LOOKS = st.sampled_from(["", "b", "i", "bi", "a", "ab", "ai", "c"])
RUNS = st.lists(st.tuples(PIECE, LOOKS), min_size=1, max_size=6)
URL = "https://example.org/a_b?c=1&d=(2)"


def html_of(runs: list[tuple[str, str]], spans: bool) -> str:
    """The runs as HTML: with tags, or with styles as the clipboards of browsers have them."""
    made = ""
    for text, looks in runs:
        html = escape(text)
        if "c" in looks:
            html = f"<code>{html}</code>"
        for sign, style in (("b", "font-weight:700"), ("i", "font-style:italic")):
            if sign in looks:
                html = f"<span style='{style}'>{html}</span>" if spans else f"<{sign}>{html}</{sign}>"
        made += f"<a href='{escape(URL)}'>{html}</a>" if "a" in looks else html
    return made


def said(inlines: tuple[Inline, ...], looks: str = "") -> Iterator[tuple[str, str]]:
    """Each character that is no space, with its look; an address that nobody linked counts as text."""
    for inline in inlines:
        match inline:
            case Text():
                yield from ((sign, looks) for sign in inline.text if not sign.isspace())
            case Code():
                yield from ((sign, looks + "c") for sign in inline.text if not sign.isspace())
            case Strong():
                yield from said(inline.children, looks + "b")
            case Emphasis():
                yield from said(inline.children, looks + "i")
            case Link():
                yield from said(inline.children, looks + ("a" if inline.url.startswith(URL[:18]) else ""))


def paragraphs(blocks: tuple[Block, ...]) -> Iterator[tuple[Inline, ...]]:
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield block.children
            case Quotation():
                yield from paragraphs(block.blocks)
            case Listing():
                for entry in block.entries:
                    yield from paragraphs(entry)


def expected_of(runs: list[tuple[str, str]], heading: bool) -> list[tuple[str, str]]:
    """Each character that is no space, with its looks, "?" where a slant may go. In a heading nothing is bold."""
    pairs = [(sign, looks.replace("b", "") if heading else looks) for text, looks in runs for sign in text]
    words = [list(word) for is_space, word in groupby(pairs, key=lambda pair: pair[0].isspace()) if not is_space]
    mixed = any("b" in looks for _, looks in pairs) and any(len({looks for _, looks in word}) > 1 for word in words)
    return [(sign, looks + "?" if mixed else looks) for word in words for sign, looks in word]


@given(
    st.lists(RUNS, min_size=1, max_size=3), st.booleans(), st.sampled_from(["p", "div", "li", "blockquote", "h3", "td"])
)
def test_markdown_of_a_paste_says_the_same(texts: list[list[tuple[str, str]]], spans: bool, tag: str) -> None:
    """Read back, each character stands in the same order, bold, slanted, linked or code as it was pasted.

    Only where looks change within a word and some are bold may a slant go: Markdown cannot say all of it.
    """
    html = "".join(f"<{tag}>{html_of(runs, spans)}</{tag}>" for runs in texts)
    if tag == "li":
        html = f"<ul>{html}</ul>"
    elif tag == "td":
        html = f"<table><tr>{html.replace('</td><td>', '</td></tr><tr><td>')}</table>"
    markdown = markdown_of(html)
    prose, troubles = parse(markdown)
    told = list(excesses(markdown))
    assert [trouble.what for trouble in troubles] == [what for _, what, _ in told]
    if told:
        return
    found = [pair for children in paragraphs(prose.blocks) for pair in said(children)]
    expected = [pair for runs in texts for pair in expected_of(runs, tag == "h3")]
    assert "".join(sign for sign, _ in found) == "".join(sign for sign, _ in expected)
    for (sign, looks), (_, wanted) in zip(found, expected, strict=True):
        allowed = [set(wanted) - {"?"}] + [set(wanted) - {"?", "i"}] * ("?" in wanted)
        assert set(looks) in allowed, (sign, looks, wanted, markdown)


TAGS = st.sampled_from(
    re.findall(
        r"\S+",
        """<p> </p> <b> </b> <i> </i> <ul> </ul> <ol> <li> </li> <table> <tr> <td> </td> </table> <blockquote> </div>
        </blockquote> <h2> </h2> <br> <hr> <a~href=https://example.org/> </a> <pre> <code> </code> <q> <s> <!-- -->
        <p~class=MsoQuote> <p~style='mso-list:l0~level2~lfo1'> <span~style=mso-list:Ignore>1. <img~alt=x> <style> <sup>
        </style> <span~style=display:block> <svg> </svg> < </p <a~b=' &amp; &#0; &lt;p> https://a@b http://1 b1. # >""",
    )
).map(lambda tag: tag.replace("~", " "))


@given(st.lists(TAGS | PIECE | st.text(max_size=3), max_size=40))
def test_any_soup_is_taken(soup: list[str]) -> None:
    """Tags in any order never raise, and what they become is Markdown without a mistake, but for its amount."""
    markdown = markdown_of("".join(soup))
    assert parse(markdown)[1] == () or next(excesses(markdown), None)
    assert markdown == "" or (markdown.endswith("\n") and markdown.strip())


def without_lines(block: Block) -> Block:
    """The block as it is whatever line it stands in, with neighbouring texts made one."""
    match block:
        case Quotation():
            return Quotation(tuple(without_lines(one) for one in block.blocks), 0)
        case Listing():
            entries = tuple(tuple(without_lines(one) for one in entry) for entry in block.entries)
            return replace(block, entries=entries, line=0)
    return replace(block, children=joined(block.children), line=0)


def joined(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    found: list[Inline] = []
    for inline in inlines:
        match inline:
            case Text() if found and isinstance(found[-1], Text):
                found[-1] = Text(found[-1].text + inline.text)
            case Strong() | Emphasis():
                found.append(replace(inline, children=joined(inline.children)))
            case Link():
                found.append(replace(inline, children=joined(inline.children), line=0))
            case Mark():
                found.append(replace(inline, line=0))
            case _:
                found.append(inline)
    return tuple(found)


BLURB = """# Two *tides*

Ships[^harbour-1] wait, *most **of** them*, ``a`b``\\
and **see [this](https://example.org/a(b)?c=1&copy=2)** wow\\![x](mailto:ana@example.org) https://example.org/a.

1986\\. It was \\# cold.

7. one

    more

    - below
        - deeper

8. two

> Quoted
>
> - in it

- last[^harbour-1]
    1. counted
"""


def test_prose_is_written_as_it_was_read() -> None:
    """Markdown written of prose is read as the same prose, and writing what was read changes nothing more."""
    prose, troubles = parse(BLURB)
    assert troubles == ()
    again = written(prose)
    assert [without_lines(block) for block in parse(again)[0].blocks] == [
        without_lines(block) for block in prose.blocks
    ]
    assert written(parse(again)[0]) == again


def test_every_blurb_of_the_sample_is_written_as_it_was_read() -> None:
    """What the desk would write of a blurb that stands in the sample publication says the same."""
    bodies = [path.read_text("utf-8").split("\n---\n", 1)[-1] for path in (ROOT / "content/issues").rglob("*.md")]
    read = [prose for body in bodies if (prose := parse(body)[0])]
    assert len(read) > 20
    for prose in read:
        again, troubles = parse(written(prose))
        assert troubles == ()
        assert [*map(without_lines, again.blocks)] == [*map(without_lines, prose.blocks)]


@pytest.mark.parametrize(
    "piece",
    [
        "<ul><li>x",
        "<li>x",
        "<table><tr><td>x",
        "<b>x</b><i>y</i>",
        "<blockquote>",
        "<",
        "<a b='",
        "<!--",
        "<h1>#",
        "[*_`<",
        "<ul><ul><li>x</li></ul>",
        "<p class=MsoQuote>x</p>",
        "<p style='mso-list:l0 level3'>x</p>",
        "http://",
        "</i><b>",
    ],
)
def test_work_grows_with_the_length_only(piece: str) -> None:
    """Four times as much of the worst paste takes about four times the steps, not sixteen times."""
    assert steps(piece * 800) < 6 * steps(piece * 200) + 5_000


def steps(html: str) -> int:
    """How many calls, our own and the library's, a paste takes."""
    counted = 0

    def count(_: FrameType, __: str, ___: object) -> None:
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        markdown_of(html)
    finally:
        sys.setprofile(before)
    return counted
