"""Prose to HTML: the same words, our own tags and addresses only; and the cleaning of what HTML there is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from newsletter.model.prose import Code, Emphasis, Link, Paragraph, Prose, Text
from newsletter.model.shape import unfit_character
from newsletter.text import html
from newsletter.text.markdown import parse
from tests.prose import BODIES, E, nodes, prose_of, spelled, text, text_of


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
