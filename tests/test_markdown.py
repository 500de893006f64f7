"""Markdown to prose: what an editor may write comes through, and a mistake is told with its line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.prose import (
    Break,
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
from newsletter.model.shape import unfit_character
from newsletter.text.markdown import parse
from tests.prose import BODIES, E, nodes, prose_of, text, text_of


def inlines_of(source: str) -> tuple[Inline, ...]:
    """The inlines of a body that is one paragraph."""
    (paragraph,) = prose_of(source).blocks
    assert isinstance(paragraph, Paragraph)
    return merged(paragraph.children)


def merged(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines with neighbouring texts made one."""
    found: list[Inline] = []
    for inline in inlines:
        if isinstance(inline, Text) and found and isinstance(found[-1], Text):
            found[-1] = Text(found[-1].text + inline.text)
        else:
            found.append(inline)
    return tuple(found)


def link(url: str, *words: str, line: int = 1) -> Link:
    return Link(text(*(words or (url,))), url, line)


@pytest.mark.parametrize(
    ("source", "inlines"),
    [
        ("*a*\n**b**", (Emphasis(text("a")), Text("\n"), Strong(text("b")))),
        ("***a***", (Strong((Emphasis(text("a")),)),)),
        ("snake_case_word 2 * 3", text("snake_case_word 2 * 3")),
        ("a  \nb", (Text("a"), Break(), Text("b"))),
        ("a\\\nb", (Text("a"), Break(), Text("b"))),
        ("`<b>` ``a`b``", (Code("<b>"), Text(" "), Code("a`b"))),
        ("`&amp; \\*`", (Code("&amp; \\*"),)),
        ("\\<b\\> \\&amp; \\*a\\* \\[b\\](c) \\`d\\` \\\\", text("<b> &amp; *a* [b](c) `d` \\")),
        ("&lt;b&gt; &amp; &copy; &nope; AT&T &#65;", text("<b> & © &nope; AT&T A")),
        ("1 < 2 > 0, <3, </, </style", text("1 < 2 > 0, <3, </, </style")),
        ("{{ 7*7 }} {% raw %} @@t41@@ \\u{41}", text("{{ 7*7 }} {% raw %} @@t41@@ \\u{41}")),
        ("--> ]]> <![endif]--> <![CDATA[x]]>", text("--> ]]> <![endif]--> <![CDATA[x]]>")),
        ("wzxhzdk:0 klzzwxh:0000 {#id .class}", text("wzxhzdk:0 klzzwxh:0000 {#id .class}")),
        ("👩\u200d💻 e\u0301 10\u00a0km \u202eabc\u202c", text("👩\u200d💻 e\u0301 10\u00a0km \u202eabc\u202c")),
        ("a[^reuters-3] b\n[^x].", (Text("a"), Mark("reuters-3", 1), Text(" b\n"), Mark("x", 2), Text("."))),
        ("[^No] [^a_b] \\[^a] `[^a]`", (Text("[^No] [^a_b] [^a] "), Code("[^a]"))),
        ("**a[^b]**", (Strong((Text("a"), Mark("b", 1))),)),
        ("[words]: soon", text("[words]: soon")),
        ("[words][x]", text("[words][x]")),
        ("~~~\na\n~~~\n| a |", text("~~~\na\n~~~\n| a |")),
    ],
)
def test_inlines_are_taken_over(source: str, inlines: tuple[Inline, ...]) -> None:
    """Emphasis, code, breaks and marks are themselves; everything that is none of them is text as it was written."""
    assert inlines_of(source) == inlines


@pytest.mark.parametrize(
    ("source", "inlines"),
    [
        (f"[a *b*]({E})", (Link((Text("a "), Emphasis(text("b"))), E, 1),)),
        (f"a\n[b]({E}x_y_z)", (Text("a\n"), link(f"{E}x_y_z", "b", line=2))),
        (f"[a [b] `]`]({E})", (Link((Text("a [b] "), Code("]")), E, 1),)),
        (f"[a]({E}?b=1&amp;c=2&d=3)", (link(f"{E}?b=1&c=2&d=3", "a"),)),
        (f"[a]({E}?b=1\\&amp;c)", (link(f"{E}?b=1&amp;c", "a"),)),
        (f"[a](<{E}(b)>) [a]({E}(b))", (link(f"{E}(b)", "a"), Text(" "), link(f"{E}(b)", "a"))),
        (f"[a][b]\n\n[b]: {E}", (link(E, "a"),)),
        (f"<{E}>", (link(E),)),
        ("<ana@example.org>", (link("mailto:ana@example.org", "ana@example.org"),)),
        ("<mailto:a_b@example.org>", (link("mailto:a_b@example.org", "a_b@example.org"),)),
        ("[a](mailto:ana@example.org)", (link("mailto:ana@example.org", "a"),)),
        (f"[{E}]({E})", (link(E),)),
        ("http://例え.jp/パス", (link("http://xn--r8jz45g.jp/%E3%83%91%E3%82%B9", "http://例え.jp/パス"),)),
    ],
)
def test_links_lead_to_where_they_say(source: str, inlines: tuple[Inline, ...]) -> None:
    """A link's address is one that is safe on the wire; entities in it are resolved, unless they are escaped."""
    assert inlines_of(source) == inlines


@pytest.mark.parametrize(
    "address", [E, f"{E}a_b_c", f"{E}wiki/A_(b)", f"{E}?a=1&b=2", f"{E}#c", f"{E}a,b.c", "http://x.example"]
)
def test_a_bare_address_is_a_link_without_its_sentence(address: str) -> None:
    """What surrounds an address in running text, Chinese or English, marks included, is no part of it."""
    befores = ("", "a ", "(", "“", "见", "*", "a\n", "_")
    behinds = ("", ".", ",", "?!", ").", "”", "。下一句", "，", " b", "\nb", "[^c].", "*", "`d`", "&gt;", "\\")
    for source in (before + address + behind for before in befores for behind in behinds):
        links = [node for node in nodes(prose_of(source).blocks) if isinstance(node, Link)]
        assert [(one.children, one.url) for one in links] == [(text(address), address)], source


def test_a_bare_address_may_be_escaped_within() -> None:
    """An underscore that an editor's program escaped is part of the address, not a gap in it."""
    assert inlines_of(f"see {E}a\\_b\\_c.") == (Text("see "), link(f"{E}a_b_c"), Text("."))


def test_blocks_are_taken_over() -> None:
    """Paragraphs, headings, quotes and lists, one in another, each with the line it begins on."""
    source = """First
paragraph.

## A heading ##
Under
-----

> Quoted,
> twice.
>
> - in a list

1. One
2. Two

    More of two.

    > Quoted in two.

- a
    - b

1986. A year."""
    assert prose_of(source).blocks == (
        Paragraph(text("First\nparagraph."), 1),
        Heading(text("A heading"), 4),
        Heading(text("Under"), 5),
        Quotation(
            (
                Paragraph(text("Quoted,\ntwice."), 8),
                Listing(False, ((Paragraph(text("in a list"), 11),),), 11),
            ),
            8,
        ),
        Listing(
            True,
            (
                (Paragraph(text("One"), 13),),
                (
                    Paragraph(text("Two"), 14),
                    Paragraph(text("More of two."), 16),
                    Quotation((Paragraph(text("Quoted in two."), 18),), 18),
                ),
            ),
            13,
        ),
        Listing(False, ((Paragraph(text("a"), 20), Listing(False, ((Paragraph(text("b"), 21),),), 21)),), 20),
        Listing(True, ((Paragraph(text("A year."), 23),),), 23, 1986),
    )


@pytest.mark.parametrize("source", ["", "\n\n", "  \n \n", "\n    \n"])
def test_nothing_written_is_no_prose(source: str) -> None:
    """A body of white space is empty, and no mistake."""
    assert not prose_of(source)


TROUBLES = [
    ("<b>b</b>", "holds raw HTML, <b>"),
    ("</style>", "holds raw HTML, </style>"),
    ('<img src=x onerror="y">', "holds raw HTML, <img"),
    ("<svg/onload=y>", "holds raw HTML, <svg"),
    ("<!-- a -->", "holds raw HTML, <!-- a -->"),
    ("<!DOCTYPE html>", "holds raw HTML, <!DOCTYPE"),
    ("<?php ?>", "holds raw HTML, <?php"),
    ("<b [^a] \\*>", "holds raw HTML, <b  *>"),
    ("![a](https://e.example/b.png)", "holds a picture"),
    ("    indented", "is set as code"),
    ("***", "draws a rule"),
    ("a\n\n- - -\n\nb", "draws a rule"),
    ("[a](javascript:b)", "links to 'javascript:b'"),
    ("[a](JaVaScRiPt\\:b)", "links to"),
    ("[a](java&#115;cript:b)", "links to 'javascript:b'"),
    ("[a](data:text/html,b)", "links to 'data:text/html,b'"),
    ("[a](/b)", "links to '/b'"),
    ("[a](https://u@e.example/)", "carries a user name"),
    ("[a](https://e.example/b c)", "links to"),
    ("[a]()", "has a link without an address"),
    ("[](https://e.example/)", "has a link without any words"),
    ("[a[^b]](https://e.example/)", "has a mark among the words of a link"),
    ("<ftp://e.example/>", "links to 'ftp://"),
    ("[a](mailto:b@e.example?c=d)", "takes no '?'"),
    ("[^a]: a note", "writes a note out"),
    ("a\u0000b", "holds the control character U+0000"),
    ("a\ufdd0b", "holds the control character U+FDD0"),
    ("a\u0002klzzwxh:0000\u0003b", "holds the control character U+0002"),
    ("> > > > > > > a", "is nested more than 6 deep"),
    ("- 1. - 1. - 1. - a", "is nested more than 6 deep"),
    ("[" * 9 + "a", "has more than 8 brackets open"),
    ("*a* " * 201, "has more than 400 marks of emphasis"),
]

BEFORE = """One.

Two
lines.

# Three

> Four,
> quoted.

- five

    six

Seven.

"""


@pytest.mark.parametrize("before", ["", BEFORE, "a\n\n" * 20])
@pytest.mark.parametrize(("source", "what"), TROUBLES)
def test_what_a_body_may_not_hold_is_told_with_its_line(source: str, what: str, before: str) -> None:
    """The trouble names the line it stands in, whatever stands before it, what is wrong and what to do."""
    _, troubles = parse(before + source)
    line = before.count("\n") + 1 + source.partition("- - -")[0].count("\n")
    assert [(trouble.line, what in trouble.what) for trouble in troubles][:1] == [(line, True)]
    assert all(trouble.todo for trouble in troubles)


@pytest.mark.parametrize(
    "around", ["{}", "> {}", "- a\n- {}", "1. {}", "- a\n\n    {}", "# {}", "**b {}**", "> - > {}"]
)
def test_lines_are_counted_inside_blocks(around: str) -> None:
    """A mistake in the second line of a quote in a list is told with that line."""
    source = around.format("words <b>")
    _, troubles = parse(f"Before.\n\n{source}\n\nAfter <i>.")
    assert [trouble.line for trouble in troubles] == [3 + source.count("\n"), 5 + source.count("\n")]


def test_lines_are_counted_inside_paragraphs() -> None:
    """Soft and hard breaks, code, links and emphasis of several lines all count."""
    source = "a\nb *c\nd* `e\nf`  \n[g\nh](https://e.example/)\\\n<i>\n![j](k)"
    assert [trouble.line for trouble in parse(source)[1]] == [7, 8]


@given(BODIES)
def test_parse_never_raises(source: str) -> None:
    """Whatever is written, parse answers; each trouble has a line that the body has, and is fit to be shown."""
    prose, troubles = parse(source)
    for trouble in troubles:
        assert 1 <= trouble.line <= source.count("\n") + 1
        assert "klzzwxh" not in trouble.what.replace("klzzwxh:0000", "", source.count("klzzwxh:0000"))
        assert unfit_character(trouble.what + trouble.todo) is None
    for node in nodes(prose.blocks):
        assert unfit_character(node.text if isinstance(node, Text | Code) else "") is None


WORDS = st.text(st.sampled_from("abcXYZ012,;:.!?'\"-–—(){}[]<>&*_`#+=|~@$%^/\\字，é👩"), min_size=1, max_size=12).map(
    lambda word: re.sub(r"[\\`*_{}\[\]()>#+.!<&'\"-]", r"\\\g<0>", word)
)
LINES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join).filter(lambda line: line.strip("= "))  # no underline
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=3)


@given(st.lists(PARAGRAPHS, min_size=1, max_size=6))
def test_escaped_words_are_shown_as_written(paragraphs: list[list[str]]) -> None:
    """With a backslash before what means something in Markdown, every word comes through, and every line counts."""
    prose = prose_of("\n\n".join("\n".join(lines) for lines in paragraphs))
    line = 1
    for block, lines in zip(prose.blocks, paragraphs, strict=True):
        assert isinstance(block, Paragraph)
        assert block.line == line
        assert text_of(block.children) == "\n".join(re.sub(r"\\(.)", r"\1", one) for one in lines)
        line += len(lines) + 1


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[int]]:
    """Lines of blocks, and the line each block's text begins on."""
    written: list[str] = []
    lines: list[int] = []
    for _ in range(draw(st.integers(1, 8))):
        written += [""] * draw(st.integers(1, 3))
        words = [
            f"{word}{at}" for at, word in enumerate(draw(st.lists(st.sampled_from("abc"), min_size=2, max_size=3)))
        ]
        lines.append(len(written) + 1)
        match draw(st.sampled_from(["paragraph", "heading", "underlined", "quote", "list", "definition"])):
            case "paragraph":
                written += words
            case "heading":
                written.append(f"## {words[0]} ##")
            case "underlined":
                written += [words[0], "---"]
            case "quote" | "list" as kind:
                sign = "> " if kind == "quote" else "- "
                written += [sign + word for word in words] + ["", "what parts it from the next"]
                lines.append(len(written))
            case "definition":
                lines.pop()
                written.append(f"[{words[0]}]: https://e.example/{words[1]}")
    return "\n".join(written), lines


@given(documents())
def test_every_block_knows_its_line(document: tuple[str, list[int]]) -> None:
    """Lines are right even where the same words come again and again, and where a definition leaves no block."""
    source, lines = document
    assert [block.line for block in prose_of(source).blocks] == lines
