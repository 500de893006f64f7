"""Reads mail templates before MJML does, because MJML's Rust engine copies what it does not know into the mail.

Components, parents, attributes and balance are checked with file and line. A template's Jinja tags are blanked first,
so each template has to be balanced by itself, whichever branch is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import PurePosixPath

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
from newsletter.model.kinds import KINDS
from newsletter.model.shape import nearest
from newsletter.templating import PLACEHOLDER, Templates, references

# What a {% call %} block holds goes through a macro into an <mj-text>: it is HTML, wherever the block stands. What a
# {% macro %} holds goes wherever it is called.
CALL, MACRO = "mj-call", "mj-macro"
_STAND_INS = {CALL: "call", MACRO: "macro"}
_HOLDERS = HTML_HOLDERS | {CALL}

# QUIRK: of these mrml works out the width that Outlook is told, and a bare 0 in a padding makes it count none of it.
_MEASURED = ("mj-wrapper", "mj-section", "mj-column")

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def lint_templates(templates: Templates, names: tuple[str, ...]) -> list[Mistake]:
    """Every mistake in these templates and in those they take in; in those of text and page, what Jinja cannot read."""
    mistakes: list[Mistake] = []
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            source = templates.find(name)
            if source is None:
                continue
            templates.check(name)
        except ContentError as error:
            mistakes += error.mistakes
            continue
        if name.endswith(".mjml"):
            inside = "mj-body" if PurePosixPath(name).stem in KINDS else ""
            mistakes += lint_source(source.text, source.label, inside)
        waiting += references(source.text)
    return mistakes


@lru_cache(maxsize=128)
def lint_source(text: str, label: str, inside: str = "") -> tuple[Mistake, ...]:
    """Every mistake in one mail template, which is put into the component `inside`; "" when that is not known."""
    blanked = _JINJA.sub(_blank, text)
    found = [*_literals(text), *_halves(text)]
    cut = _cut_short(blanked)
    found += [cut] if cut else _Reader(inside).read(blanked)
    return tuple(Mistake(label, *one) for one in found)


# What stands in a template word by word: the sign, what it is, what to do.
_SIGNS = (
    (r"@@", "it holds @@, which marks a placeholder", "write &#64;&#64;"),
    (r"\\u\{", "it holds \\u{, which MJML takes for a character", "write &#92;u{"),
    (r"@import|@font-face", "it asks for a web font or a style from elsewhere", "set a font stack in the theme"),
    (r"\{%-?\s*raw\b", "it holds a {% raw %} block, and no mail holds a Jinja tag", "remove it"),
    (r"</?(?=\w*-?\w*[A-Z])(?i:mj)[\w-]*", "a component is not written in small letters", "write it in small letters"),
    (
        r"\{%-?\s*(?:include|import|extends)\s+(?![\"'])",
        "it takes in a template whose name is computed",
        "write the name in quotes",
    ),
)


def _literals(text: str) -> Iterator[tuple[int, str, str]]:
    for sign, what, todo in _SIGNS:
        for match in re.finditer(sign, text):
            yield _line_of(text, match.start()), what, todo


def _halves(text: str) -> Iterator[tuple[int, str, str]]:
    """The first condition or loop that opens a component and does not close it, or the other way round."""
    depth, blocks = 0, list[tuple[int, int]]()
    tags = r"\{#.*?#\}|\{%-?\s*(if|for|elif|else|endif|endfor)\b.*?%\}|<(/?)mj-[^<>]*?(/?)>"
    for match in re.finditer(tags, text, re.DOTALL):
        word = match[1] or ""
        if word in ("if", "for"):
            blocks.append((depth, _line_of(text, match.start())))
        elif word and blocks:
            before, line = blocks[-1] if not word.startswith("end") else blocks.pop()
            if depth != before:
                yield (
                    line,
                    "a component stands half inside this condition or loop",
                    "open and close it on the same side",
                )
                return
        elif match[0].startswith("<"):
            depth += -1 if match[2] else 0 if match[3] else 1


def _cut_short(text: str) -> tuple[int, str, str] | None:
    """A comment or a last tag that is not closed: what stands behind it cannot be told apart."""
    for match in re.finditer(r"<!--", text):
        if "-->" not in text[match.end() :]:
            return _line_of(text, match.start()), "a comment opens here and is not closed", "close it with -->"
    if (last := text.rfind("<")) > text.rfind(">"):
        return _line_of(text, last), "a tag opens here and is not closed", "close it with >"
    return None


def _line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _blank(match: re.Match[str]) -> str:
    """What a Jinja tag stands for: a value is a letter, a block of `_STAND_INS` an element, anything else nothing.

    Lines are kept.
    """
    tag = match[0]
    stand_in = "v" if tag.startswith("{{") else ""
    for element, word in _STAND_INS.items():
        if block := re.match(rf"\{{%-?\s*(end)?{word}\b", tag):
            stand_in = f"</{element}>" if block[1] else f"<{element}>"
    return stand_in + "\n" * tag.count("\n")


@lru_cache(maxsize=256)
def check_skeleton(skeleton: str, label: str) -> None:
    """Checks what a template made of its values. Raises `ContentError` when MJML could misread it."""
    inside = "" if skeleton.lstrip().startswith("<mjml") else "mj-body"
    found = _Reader(inside, rendered=True).read(skeleton)
    mistakes = [Mistake(label, 0, what, todo) for _, what, todo in found]
    if not re.sub(r"&[a-z]+;", "", skeleton).isascii():
        odd = next(character for character in skeleton if not character.isascii())
        if re.search(rf'="[^"]*{re.escape(odd)}', skeleton):
            mistakes.append(Mistake(label, 0, f"an attribute holds '{odd}'", "print it with {{ ... }} instead"))
    if mistakes:
        raise ContentError(mistakes)


class _Reader(HTMLParser):
    """Walks through a template and notes what is wrong, as line, what, todo."""

    def __init__(self, inside: str, rendered: bool = False) -> None:
        super().__init__(convert_charrefs=False)
        self._inside = inside
        self._rendered = rendered
        self._unclosed: Counter[str] = Counter()
        self._lost = False  # behind a quote or a bracket that is missing, nothing is what it seems
        self._found: list[tuple[int, str, str]] = []
        self._open: list[tuple[str, int]] = []

    def read(self, text: str) -> list[tuple[int, str, str]]:
        self._unclosed = Counter(re.findall(r"<(\w[\w-]*)(?:[^<>]*[^<>/])?>", text))
        self._unclosed -= Counter(re.findall(r"</(\w[\w-]*)", text))
        self.feed(text)
        self.close()
        for tag, line in self._open:
            if tag.startswith("mj-") and tag not in COMPONENTS and tag not in _STAND_INS:
                continue  # told already, as one that is not known
            if not self._lost:
                self._found.append((line, f"{_opening(tag)} is not closed", f"close it with {_closing(tag)}"))
        return self._found

    @property
    def _parent(self) -> str:
        """What surrounds this place; "" when that is not known."""
        parent = self._open[-1][0] if self._open else self._inside
        return "" if parent == MACRO else parent

    def _note(self, what: str, todo: str, below: int = 0) -> None:
        """Notes a mistake so many lines below the place where the parser stands."""
        if not self._lost:
            self._found.append((self.getpos()[0] + below, what, todo))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closed=False)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, closed=True)

    def handle_endtag(self, tag: str) -> None:
        top, line = self._open[-1] if self._open else ("", 0)
        if tag in VOID:
            self._note(f"</{tag}> closes what has no end", "remove it")
        elif top == tag:
            self._open.pop()
        elif any(tag == one for one, _ in self._open):
            self._note_crossing(tag, top, line)
            while self._open.pop()[0] != tag:
                pass
        elif self._unclosed[top] > 0:  # the end tag of what was opened last is the one that is written wrong
            self._unclosed[top] -= 1
            self._open.pop()
            if top in COMPONENTS or not top.startswith("mj-"):
                self._note_crossing(tag, top, line)
        else:
            self._note(f"{_closing(tag)} closes nothing", "remove it, or open it in this template")

    def _note_crossing(self, tag: str, top: str, line: int) -> None:
        where = "" if self._rendered else f" of line {line}"
        self._note(f"{_closing(tag)} stands where {_closing(top)}{where} is expected", f"close {_opening(top)} first")

    def handle_data(self, data: str) -> None:
        parent = self._parent
        held = any(tag in _HOLDERS for tag, _ in self._open)
        if parent in COMPONENTS and not held and data.strip(" \n\tv"):
            text = " ".join(data.split())[:40]
            above = data[: len(data) - len(data.lstrip(" \n\tv"))].count("\n")
            self._note(f"the text '{text}' stands directly in <{parent}>", "put it in an <mj-text>", above)
        if "<" in data and not any(tag == "mj-style" for tag, _ in self._open):
            self._note("a bare < stands in the text", "write &lt;", data[: data.index("<")].count("\n"))
        if self._rendered and parent in ("mj-title", "mj-preview", "mj-style", ""):
            self._no_html(data, f"<{parent}>")

    def handle_decl(self, decl: str) -> None:
        self._note(f"<!{decl[:20]}> has no place in a template", "remove it")

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(f"[{data}")

    def handle_comment(self, data: str) -> None:
        if data.startswith("[CDATA["):  # a newer Python takes it for a comment
            self.handle_decl(data)
        if re.search(r"</?mj-", data):
            self._note("a comment holds a component", "use {# ... #}, which leaves nothing in the mail")

    def handle_pi(self, data: str) -> None:
        self._note(f"<?{data[:20]} has no place in a template", "remove it")

    def _no_html(self, text: str, where: str) -> None:
        if any(match[1] == "h" for match in PLACEHOLDER.finditer(text)):
            self._note(f"formatted text is printed in {where}", "print plain text there")

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], closed: bool) -> None:
        parent = self._parent
        holder = next((one for one, _ in self._open if one in _HOLDERS), "")
        if not self._is_well_written(tag, attrs):
            pass
        elif tag == "mjml" or tag.startswith("mj-"):
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

    def _is_well_written(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        """Whether each attribute is one: a quote or a bracket left out makes attributes of what is none."""
        written = re.sub(r"\"[^\"]*\"|'[^']*'", '""', self.get_starttag_text() or "")
        if any(not re.fullmatch(r"[A-Za-z][\w:.-]*", name) for name, _ in attrs):
            self._note(f"a quote or a bracket is missing in <{tag}>", "write each value between two quotes, and > last")
            self._lost = True
            return False
        if bare := re.search(r"([\w:.-]+)\s*=\s*(?![\s\"'])", written):
            self._note(f"the value of {bare[1]} in <{tag}> has no quotes", f'write {bare[1]}="..."')
            return False
        return True

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
        if tag in _STAND_INS:
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
        for name, value in attrs:
            if value is None:
                self._note(f"the attribute {name} of <{tag}> has no value", f'write {name}="..."')
            elif name not in allowed:
                near = nearest(name, allowed)
                todo = f"did you mean {near}?" if near else f"it knows {', '.join(sorted(allowed)) or 'none'}"
                self._note(f"<{tag}> has no attribute {name}", todo)
            elif name == "padding" and tag in _MEASURED and value != "0" and "0" in value.split():
                what = f'<{tag}> says padding="{value}", and MJML takes a 0 without its unit for no padding at all'
                self._note(what, "write 0px")


def _opening(tag: str) -> str:
    return f"{{% {_STAND_INS[tag]} %}}" if tag in _STAND_INS else f"<{tag}>"


def _closing(tag: str) -> str:
    return f"{{% end{_STAND_INS[tag]} %}}" if tag in _STAND_INS else f"</{tag}>"
