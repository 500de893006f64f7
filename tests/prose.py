"""Prose for the tests: bodies as editors write them, well and badly formed, and their trees taken apart."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from newsletter.model.prose import (
    Block,
    Break,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Prose,
    Quotation,
    Strong,
    Text,
)
from newsletter.text.markdown import parse

E = "https://e.example/"


def spelled(written: str) -> list[str]:
    """The words, with the white space in each that is written as a sign."""
    return [word.translate({ord("·"): " ", ord("⏎"): "\n", ord("⇥"): "\t"}) for word in written.split()]


def prose_of(source: str) -> Prose:
    """What is written, without a trouble."""
    prose, troubles = parse(source)
    assert troubles == ()
    return prose


def text(*written: str) -> tuple[Text, ...]:
    """Plain words."""
    return tuple(map(Text, written))


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


def text_of(inside: tuple[Block | Inline, ...]) -> str:
    """The words of a tree; a break is a line end."""
    found = ""
    for node in nodes(inside):
        if isinstance(node, Text | Code):
            found += node.text
        elif isinstance(node, Break):
            found += "\n"
    return found
