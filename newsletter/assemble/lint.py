"""Reads mail templates before MJML does, because MJML's Rust engine copies what it does not know into the mail.

Components, parents, attributes and balance are checked with file and line. A template's Jinja tags are blanked first,
so each template has to be balanced by itself, whichever branch is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser

from newsletter.assemble.components import (
    ALL_ATTRIBUTES,
    COMPONENTS,
    DEFAULTS,
    EMPTY_COMPONENTS,
    HTML_HOLDERS,
    REFUSED,
    VOID,
)
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.shape import nearest
from newsletter.templating import PLACEHOLDER, Templates, references

# What a {% call %} block holds goes through a macro into an <mj-text>: it is HTML, wherever the block stands.
CALL = "mj-call"
_HOLDERS = HTML_HOLDERS | {CALL}

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def lint_templates(templates: Templates, names: tuple[str, ...]) -> list[Mistake]:
    """Every mistake in these mail templates and in those they take in."""
    mistakes: list[Mistake] = []
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        source = templates.find(name)
        if name in seen or source is None or not name.endswith(".mjml"):
            continue
        seen.add(name)
        mistakes += lint_source(source.text, source.label)
        waiting += references(source.text)
    return mistakes


@lru_cache(maxsize=128)
def lint_source(text: str, label: str) -> tuple[Mistake, ...]:
    """Every mistake in one template."""
    mistakes = [Mistake(label, *one) for one in _literals(text)]
    return tuple(mistakes + [Mistake(label, *one) for one in _Reader().read(_JINJA.sub(_blank, text))])


def _literals(text: str) -> Iterator[tuple[int, str, str]]:
    for match in re.finditer(r"@@", text):
        line = text.count("\n", 0, match.start()) + 1
        yield line, "it holds @@, which marks a placeholder", "write &#64;&#64;"
    for match in re.finditer(r"\{%-?\s*(?:include|import|extends)\s+(?![\"'])", text):
        line = text.count("\n", 0, match.start()) + 1
        yield line, "it takes in a template whose name is computed", "write the name in quotes"


def _blank(match: re.Match[str]) -> str:
    """What a Jinja tag stands for: a value is a letter, a call block a holder of HTML, anything else nothing.

    Lines are kept.
    """
    tag = match[0]
    if tag.startswith("{{"):
        stand_in = "v"
    elif re.match(r"\{%-?\s*call\b", tag):
        stand_in = f"<{CALL}>"
    elif re.match(r"\{%-?\s*endcall\b", tag):
        stand_in = f"</{CALL}>"
    else:
        stand_in = ""
    return stand_in + "\n" * tag.count("\n")


def check_skeleton(skeleton: str, label: str) -> None:
    """Checks what a template made of its values. Raises `ContentError` when MJML could misread it."""
    mistakes = [Mistake(label, 0, what, todo) for _, what, todo in _Reader(rendered=True).read(skeleton)]
    if not re.sub(r"&[a-z]+;", "", skeleton).isascii():
        odd = next(character for character in skeleton if not character.isascii())
        if re.search(rf'="[^"]*{re.escape(odd)}', skeleton):
            mistakes.append(Mistake(label, 0, f"an attribute holds '{odd}'", "print it with {{ ... }} instead"))
    if mistakes:
        raise ContentError(mistakes)


class _Reader(HTMLParser):
    """Walks through a template and notes what is wrong, as line, what, todo."""

    def __init__(self, rendered: bool = False) -> None:
        super().__init__(convert_charrefs=False)
        self._rendered = rendered
        self._found: list[tuple[int, str, str]] = []
        self._open: list[tuple[str, int]] = []

    def read(self, text: str) -> list[tuple[int, str, str]]:
        self.feed(text)
        self.close()
        for tag, line in self._open:
            self._found.append((line, f"<{tag}> is not closed", f"close it with </{tag}>"))
        if (tail := self.rawdata.strip()) and "<" in tail:
            self._note("the file ends inside a tag", "close the tag with >")
        return self._found

    def _note(self, what: str, todo: str) -> None:
        self._found.append((self.getpos()[0], what, todo))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closed=False)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closed=True)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._note(f"</{tag}> closes what has no end", "remove it")
        elif not self._open:
            self._note(f"</{tag}> closes nothing", "remove it, or open it in this template")
        elif self._open[-1][0] == tag:
            self._open.pop()
        else:
            opened, line = self._open[-1]
            self._note(f"</{tag}> stands where </{opened}> of line {line} is expected", f"close <{opened}> first")
            if any(tag == one for one, _ in self._open):
                while self._open.pop()[0] != tag:
                    pass

    def handle_data(self, data: str) -> None:
        parent = self._open[-1][0] if self._open else ""
        held = any(tag in _HOLDERS for tag, _ in self._open)
        if parent and not held and data.strip(" \n\tv"):
            text = " ".join(data.split())[:40]
            self._note(f"the text '{text}' stands directly in <{parent}>", "put it in an <mj-text>")
        if "<" in data and not any(tag == "mj-style" for tag, _ in self._open):
            self._note("a bare < stands in the text", "write &lt;")
        if self._rendered and parent in ("mj-title", "mj-preview", "mj-style", ""):
            self._no_html(data, f"<{parent}>")

    def handle_decl(self, decl: str) -> None:
        self._note(f"<!{decl[:20]}> has no place in a template", "remove it")

    def handle_pi(self, data: str) -> None:
        self._note(f"<?{data[:20]} has no place in a template", "remove it")

    def _no_html(self, text: str, where: str) -> None:
        if any(match[1] == "h" for match in PLACEHOLDER.finditer(text)):
            self._note(f"formatted text is printed in {where}", "print plain text there")

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], closed: bool) -> None:
        parent = self._open[-1][0] if self._open else ""
        holder = next((one for one, _ in self._open if one in _HOLDERS), "")
        if tag == "mjml" or tag.startswith("mj-"):
            self._component(tag, attrs, parent, holder, closed)
        elif parent and not holder:
            self._note(f"<{tag}> stands directly in <{parent}>", "put it in an <mj-text>")
        elif tag == "script":
            self._note("<script> has no place in a mail", "remove it")
        self._attributes(tag, attrs)
        if closed and tag not in VOID | EMPTY_COMPONENTS and not tag.startswith("mj-"):
            self._note(f"<{tag}/> closes itself, which HTML does not know", f"write <{tag}></{tag}>")
        if not closed and tag not in VOID:
            self._open.append((tag, self.getpos()[0]))

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._note(f"<{tag}> says {name} twice", "keep one")
        for name, value in attrs:
            if name.startswith("on"):
                self._note(f"<{tag}> has the event {name}", "remove it; no mail may run a script")
            if value and not value.isascii():
                self._note(
                    f"the attribute {name} of <{tag}> holds '{value[:20]}', not ASCII", "print it with {{ ... }}"
                )
            if value and self._rendered:
                self._no_html(value, f"the attribute {name} of <{tag}>")
        if tag == "img" and not {"alt", "width", "height"} <= set(names):
            self._note("<img> lacks alt, width or height", "write all three; the macro parts.picture does")

    def _component(self, tag: str, attrs: list[tuple[str, str | None]], parent: str, holder: str, closed: bool) -> None:
        if tag == CALL:
            return
        known = COMPONENTS.get(tag)
        if tag in REFUSED:
            self._note(f"<{tag}> is not used here", REFUSED[tag])
            return
        if known is None and tag not in DEFAULTS:
            near = nearest(tag, COMPONENTS)
            todo = f"did you mean <{near}>?" if near else f"the components are {', '.join(sorted(COMPONENTS))}"
            self._note(f"<{tag}> is not a component that is known here", todo)
            return
        parents, allowed = known or (frozenset({"mj-attributes"}), ALL_ATTRIBUTES)
        if holder:
            self._note(f"<{tag}> stands in <{holder}>, which holds HTML only", f"move it out of <{holder}>")
        elif parent == "mj-attributes":
            allowed = ALL_ATTRIBUTES if tag in DEFAULTS else allowed
        elif parent and parent not in parents:
            todo = f"it belongs in {' or '.join(f'<{one}>' for one in sorted(parents)) or 'no other component'}"
            self._note(f"<{tag}> stands in <{parent}>", todo)
        for name, _ in attrs:
            if name not in allowed:
                near = nearest(name, allowed)
                todo = f"did you mean {near}?" if near else f"it knows {', '.join(sorted(allowed)) or 'none'}"
                self._note(f"<{tag}> has no attribute {name}", todo)
