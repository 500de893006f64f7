"""Markdown to prose, prose to HTML, quotes to type: what an editor may write, and how a mistake is told."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import markdown as library
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from newsletter.model.prose import (
    Block,
    Break,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Mark,
    Paragraph,
    Prose,
    Quotation,
    Strong,
    Text,
)
from newsletter.model.shape import unfit_character
from newsletter.text import html
from newsletter.text.limits import (
    MAX_BRACKETS,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_LINES,
    MAX_LINKS,
    MAX_MARKS,
    MAX_TICKS,
)
from newsletter.text.markdown import parse
from newsletter.text.typography import typeset, typeset_prose

E = "https://e.example/"
Trace: TypeAlias = Callable[[FrameType, str, Any], Any]


def spelled(written: str) -> list[str]:
    """The words, with the white space in each that is written as a sign."""
    return [word.translate({ord("·"): " ", ord("⏎"): "\n", ord("⇥"): "\t"}) for word in written.split()]


def prose_of(source: str) -> Prose:
    prose, troubles = parse(source)
    assert troubles == ()
    return prose


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


def text(*written: str) -> tuple[Text, ...]:
    return tuple(map(Text, written))


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


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("a" * (MAX_CHARACTERS + 1), 1, "20,001 characters"),
        ("a\n" * MAX_LINES, 1, "more than 1,000 lines"),
        ("[a] " * (MAX_LINKS + 1), 1, "more than 300 brackets"),
        ("a\n\n" + "[\n" * (MAX_BRACKETS + 1), 3 + MAX_BRACKETS, "more than 8 brackets open"),
        ("a\n\n" + "_ *\n" * (MAX_MARKS // 2 + 1), 3 + MAX_MARKS // 2, "more than 400 marks"),
        ("a\n\n" + ">" * (MAX_DEPTH + 1), 3, "nested more than 6 deep"),
        ("a\n\n" + "\n".join("    " * at + "- b" for at in range(MAX_DEPTH + 1)), 3 + MAX_DEPTH, "nested more"),
    ],
)
def test_what_would_take_too_long_is_refused(source: str, line: int, what: str) -> None:
    """A body has limits that no blurb comes near; what is beyond them is told with its line."""
    _, troubles = parse(source)
    assert troubles[0].line == line
    assert what in troubles[0].what


@pytest.mark.parametrize(
    "source",
    [
        "a\n" * (MAX_LINES - 1),
        "> " * MAX_DEPTH + "a",
        "[" * MAX_BRACKETS + "a" + "]" * MAX_BRACKETS,
        "*a* " * (MAX_MARKS // 2),
        "\n\n".join(["*a* " * (MAX_MARKS // 2)] * 20),
        "a" * MAX_CHARACTERS,
    ],
)
def test_what_is_within_the_limits_is_read(source: str) -> None:
    """The limits are where they are said to be."""
    assert prose_of(source)


# Patterns that make a Markdown parser slow.
PATHOLOGICAL = spelled("""
    [ [a]( ![ ![a]( [a](b" [a](< [^ ]( [a][ [a]:⏎ [a]:·https://e.example/⏎ ( * *a· **a· ***a· _a *_ *a**b· ` `a
    ``a` < <a <a· <a@ <!-- <? <!A· <b> <http: <a@b.cc> & &a &#1 &amp; \\ \\⏎ \\* a··⏎ >· > >·a⏎ >·a⏎b⏎
    >·#·a⏎>·b⏎ -· -·a⏎ -·a⏎⏎ 1.·a⏎ -·a⏎1.·b⏎ -·a⏎⏎····b⏎⏎ -·#·a⏎ # #·a⏎ #·a⏎b⏎ a⏎=⏎ a⏎-⏎ ***⏎ -·- ····a⏎ ⇥a⏎ ⏎
    ·⏎ · ⇥ a a· é a⏎⏎ http:// http://a· http://a. http://a) a@ ' " 字 https://e.example/( https://e.example/\\_
""")
STEPS = 200 * MAX_CHARACTERS  # lines of Python-Markdown's code, run for one body
READ = 4_000 * MAX_CHARACTERS  # characters that its block parser is handed, one call with another


@pytest.mark.parametrize("pattern", PATHOLOGICAL)
def test_no_body_makes_the_parser_work_long(pattern: str) -> None:
    """The work is counted, not timed: it stays within what a body of this length may take, however it is made.

    What would take more is refused by a limit before the parser starts. Each pattern is tried at the full length of a
    body, and as often as the limits let it through, before a text that fills the rest.
    """
    limits = {
        "\n": MAX_LINES,
        "*": MAX_MARKS,
        "_": MAX_MARKS,
        "`": MAX_TICKS,
        ">": MAX_DEPTH,
        "[": MAX_LINKS if "]" in pattern else MAX_BRACKETS,
        "](": MAX_LINKS if ")" in pattern else MAX_BRACKETS,
    }
    often = min((limit // pattern.count(sign) for sign, limit in limits.items() if sign in pattern), default=99)
    bodies = {pattern * (MAX_CHARACTERS // len(pattern)), filled(pattern * (often - 1))}
    bodies.add(filled(pattern.replace("a", "a" * (MAX_CHARACTERS // often // len(pattern))) * (often - 1)))
    for body in bodies:
        steps, read = work_of(body)
        assert steps <= STEPS
        assert read <= READ


def filled(beginning: str) -> str:
    return (beginning + "a" * MAX_CHARACTERS)[:MAX_CHARACTERS]


class TooMuchWork(Exception):
    pass


def work_of(source: str) -> tuple[int, int]:
    """Lines of Python-Markdown's code that one body takes, and the characters its block parser is handed."""
    folder = str(Path(library.__file__).parent)
    steps = read = 0

    def step(_: FrameType, event: str, __: object) -> Trace:
        nonlocal steps
        steps += event == "line"
        if steps > STEPS:
            raise TooMuchWork
        return step

    def call(frame: FrameType, _: str, __: object) -> Trace | None:
        nonlocal read
        code = frame.f_code
        if not code.co_filename.startswith(folder):
            return None
        if "/block" in code.co_filename:
            handed = (frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount])
            read += sum(len(one) for one in handed if isinstance(one, str))
        return step

    before = sys.gettrace()
    sys.settrace(call)
    try:
        parse(source)
    finally:
        sys.settrace(before)
    return steps, read


# What editors and their programs write, well and badly formed.
SNIPPETS = st.sampled_from(
    spelled(
        """
        a word · ·· ··⏎ ⏎ ⏎⏎ \\⏎ ···· ⇥ -· 1.· >· #· # ---⏎ ===⏎ *** * ** _ __ ` `` [ ] ( ) ]( [^ [^a-1] [a]:· ![ < > </
        <b> <!-- --> & &amp; &#0; &#xFDD0; &nbsp; ; \\ " ' https://e.example/ http:// <https://e.example/>
        <ana@e.example> ana@e.example mailto: javascript: @@t41@@ {{·7·}} 字 ， é e\u0301 👩\u200d💻 \u202e klzzwxh:0000
        wzxhzdk:0 {#a} | ~~~
        """
    )
)
BODIES = st.one_of(st.lists(SNIPPETS, max_size=40).map("".join), st.text(max_size=60))


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


def nodes(inside: tuple[Block | Inline, ...]) -> Iterator[Block | Inline]:
    """Every block and inline below these, each before what it holds."""
    for node in inside:
        yield node
        match node:
            case Paragraph() | Heading() | Emphasis() | Strong() | Link():
                yield from nodes(node.children)
            case Quotation():
                yield from nodes(node.blocks)
            case Listing():
                for entry in node.entries:
                    yield from nodes(entry)
            case _:
                pass


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


def text_of(inside: tuple[Block | Inline, ...]) -> str:
    """The words of a tree; a break is a line end."""
    found = ""
    for node in nodes(inside):
        if isinstance(node, Text | Code):
            found += node.text
        elif isinstance(node, Break):
            found += "\n"
    return found


class Read(HTMLParser):
    """HTML as an independent parser has it: its text, and its tags with their attributes."""

    def __init__(self, written: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(str(written))  # a Markup would escape what is joined to it
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


TAGS = {"p", "h3", "blockquote", "ul", "ol", "li", "em", "strong", "a", "code", "br"}


@given(BODIES)
def test_html_reads_back_to_the_same_words(source: str) -> None:
    """Rendered HTML is balanced, says the words of the tree and nothing else, and holds our tags and addresses only."""
    prose, _ = parse(source)
    read = Read(html.render(prose, {}))
    assert "".join(read.text.split()) == "".join(text_of(prose.blocks).split())
    for tag, attributes in read.tags:
        assert tag in TAGS
        assert set(attributes) <= {"a": {"href"}, "ol": {"start"}}.get(tag, set())
    links = [node.url for node in nodes(prose.blocks) if isinstance(node, Link)]
    assert [attributes["href"] for tag, attributes in read.tags if tag == "a"] == links
    assert all(re.match(r"(?:https?://|mailto:)[!-~]+\Z", url) for url in links)


@given(st.text())
def test_text_in_html_is_exact(words: str) -> None:
    """In a paragraph, in code and in a link every character comes back; white space stays what it was."""
    shown = "".join(one for one in words if unfit_character(one) is None)
    inside = (Text(shown), Code(shown), Emphasis(text(shown)), Link(text(shown), E, 1))
    read = Read(html.render(Prose((Paragraph(inside, 1),)), {}))
    assert read.text == shown * 4


def test_html_has_the_styles_it_is_given() -> None:
    """A tag takes its style, the last paragraph its own; a tag without one has no attribute."""
    styles = {"p": "margin:0 0 16px;", "p-last": "margin:0;", "a": "color:#1c1a17;"}
    assert html.render(prose_of(f"a\n\n*b* [c]({E})"), styles) == (
        '<p style="margin:0 0 16px;">a</p>\n'
        f'<p style="margin:0;"><em>b</em> <a href="{E}" style="color:#1c1a17;">c</a></p>'
    )
    assert html.render(prose_of("a\n\nb"), {"p": "margin:0;"}).count('style="margin:0;"') == 2


def test_html_of_lists_is_tight_where_it_can_be() -> None:
    """An entry of one paragraph has no <p>, nor has a paragraph before a nested list; two paragraphs have."""
    rendered = html.render(prose_of("3. a\n4. b\n\n    c\n\nd\n\n- e\n    - f"), {})
    assert rendered == (
        '<ol start="3"><li>a</li>\n<li><p>b</p>\n<p>c</p></li></ol>\n<p>d</p>\n<ul><li>e\n<ul><li>f</li></ul></li></ul>'
    )


def test_marks_are_written_as_asked() -> None:
    """In a mail a mark leaves no trace; a page writes its own."""
    prose = prose_of("a[^b-1] c.")
    assert html.render(prose, {}) == "<p>a c.</p>"
    numbered = html.render(prose, {}, lambda mark: Markup('<sup><a href="#{}">1</a></sup>').format(mark.item))
    assert numbered == '<p>a<sup><a href="#b-1">1</a></sup> c.</p>'


HTML = st.lists(
    st.sampled_from(
        spelled(
            """
            <p> </p> <a·href= ' " https://e.example/ javascript:a > < / <script> </script> <style> </style>
            <svg> <math> <mi> <table> <td> <!-- --> <![CDATA[ ]]> & &lt; &amp; &#60; ; <textarea> </textarea>
            <title> <noscript> <template> <select> <li> <ul> <code> <em> </em> ·onclick=a ·style= color:red
            <img·src=x·onerror=a> <br> a · ⏎ \0 <bdi> <sup·id=a> <ol·start=3> <plaintext>
            <annotation-xml·encoding=text/html> <mglyph> <base·href=a> </p·a> <a·href="/
            """
        )
    ),
    max_size=25,
).map("".join)


@given(st.one_of(HTML, st.text()))
def test_cleaning_is_final(written: str) -> None:
    """What has been cleaned is not changed by cleaning it again, and holds nothing from outside the allow-list."""
    once = html.clean(written)
    assert html.clean(once) == once
    for tag, attributes in Read(once).tags:
        assert tag in TAGS | {"sup", "bdi"}
        assert set(attributes) <= {"style", "class"} | {"a": {"href"}, "ol": {"start"}, "sup": {"id"}}.get(tag, set())
        assert not re.match(r"\s*(?:javascript|data|vbscript):", attributes.get("href") or "", re.IGNORECASE)


@pytest.mark.parametrize(
    ("language", "written", "printed"),
    [
        ("en", "\"a\" 'b' \"'c' d\" ('e') [\"f\"]", "“a” ‘b’ “‘c’ d” (‘e’) [“f”]"),
        ("en", "don't, readers', the '90s, O'Brien's \"it's\"", "don’t, readers’, the ’90s, O’Brien’s “it’s”"),
        ("en", 'she said--"no"--and a—"b"—c', "she said--“no”--and a—“b”—c"),
        ("en", "cafe\u0301's é's", "cafe\u0301’s é’s"),
        ("en", '"a\u00a0"b"', "“a\u00a0“b”"),
        ("en-GB", '"a"', "“a”"),
        ("de", "\"Das 'Wort' ist's\", Hans' '68er", "„Das ‚Wort‘ ist’s“, Hans’ ’68er"),
        ("fr", "\"l'eau\" 'dans'", "«\u00a0l’eau\u00a0» “dans”"),
        ("es", "¿\"a\" 'b'?", "¿«a» “b”?"),
        ("zh-Hans", '他说"你好"，\'再见\'。It\'s "OK"吗', "他说“你好”，‘再见’。It’s “OK”吗"),
        ("zh-Hant", "他說\"我說'好'吧\"，It's 'fine'吧", "他說「我說『好』吧」，It’s 『fine』吧"),
        ("ja", '"a"', "“a”"),
        ("pt-BR", '"a"', "“a”"),
    ],
)
def test_quotes_are_set_as_the_language_prints_them(language: str, written: str, printed: str) -> None:
    """Outer and inner quotes open and close; an apostrophe within or behind a word is one, and before a decade."""
    assert typeset(written, language) == printed


@given(st.text(), st.sampled_from(["en", "de", "fr", "zh-Hans", "zh-Hant", "xx"]))
def test_only_straight_quotes_are_set(written: str, language: str) -> None:
    """What is no straight quote comes through unchanged, no straight quote is left; setting twice changes nothing."""
    printed = typeset(written, language)
    assert not re.search("[\"']", printed)
    assert typeset(printed, language) == printed
    for kept in re.split("[\"']", written):
        assert kept in printed
    if not re.search("[\"']", written):
        assert printed == written


def test_quotes_are_set_across_inlines() -> None:
    """A quote may open in one inline and close in another; code stays as it is, and paragraphs begin anew."""
    prose = typeset_prose(prose_of('"a *b" \'c*\' `"d"` ["e"](https://e.example/)\\\n"f"\n\n> "g"\n\n- \'h\''), "en")
    assert text_of(prose.blocks) == '“a b” ‘c’ "d" “e”\n“f”“g”‘h’'
