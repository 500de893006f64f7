"""Straight quotes as the editor types them, curly ones as the reader's language prints them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import NamedTuple

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


class Quotes(NamedTuple):
    """Opening and closing marks, outer and inner."""

    outer: tuple[str, str]
    inner: tuple[str, str]


_ENGLISH = Quotes(("“", "”"), ("‘", "’"))
_QUOTES = {
    "en": _ENGLISH,
    "zh": _ENGLISH,
    "zh-hant": Quotes(("「", "」"), ("『", "』")),
    "zh-tw": Quotes(("「", "」"), ("『", "』")),
    "zh-hk": Quotes(("「", "」"), ("『", "』")),
    "de": Quotes(("„", "“"), ("‚", "‘")),
    "fr": Quotes(("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»"), ("“", "”")),
    "es": Quotes(("«", "»"), ("“", "”")),
}
_BEFORE_OPENING = "([{–—-/¿¡“‘„‚«「『（《"


class Setter:
    """Sets one run of text after another; what came before decides whether a quote opens or closes."""

    def __init__(self, language: str) -> None:
        tag = language.lower()
        self._quotes = _QUOTES.get(tag) or _QUOTES.get(tag.split("-")[0]) or _ENGLISH
        self._by_turns = tag.split("-")[0] in ("zh", "ja")  # no spaces there to tell opening from closing
        self._outer_open = self._inner_open = False
        self._before = ""

    def set(self, text: str) -> str:
        """The text with its straight quotes made typographic. Everything else stays as it is."""
        if '"' not in text and "'" not in text:
            self._before = text[-1:] or self._before
            return text
        out = []
        for at, character in enumerate(text):
            if character == '"':
                character = self._double()
            elif character == "'":
                character = self._single(text[at + 1 : at + 2])
            out.append(character)
            self._before = character[-1]
        return "".join(out)

    def skip(self, text: str) -> None:
        """Notes what stands here without changing it."""
        self._before = text[-1:] or self._before

    def _may_open(self) -> bool:
        before = self._before
        return not before or before.isspace() or before in _BEFORE_OPENING

    def _double(self) -> str:
        opens = not self._outer_open if self._by_turns else self._may_open()
        self._outer_open = opens
        return self._quotes.outer[0 if opens else 1]

    def _single(self, after: str) -> str:
        if self._in_word(self._before) and self._in_word(after):  # don't
            return "’"
        opens = not self._inner_open if self._by_turns else self._may_open() and not after.isdigit()
        if not opens and not self._inner_open:  # the ’90s, the readers’ answers
            return "’"
        self._inner_open = opens
        return self._quotes.inner[0 if opens else 1]

    def _in_word(self, character: str) -> bool:
        """Whether an apostrophe may follow or precede this; Chinese words have none, but foreign ones among them do."""
        letter = character.isalnum() or unicodedata.category(character or " ")[0] == "M"
        return letter and not (self._by_turns and unicodedata.east_asian_width(character) in "FW")


def typeset(text: str, language: str) -> str:
    """One line of text with typographic quotes."""
    return Setter(language).set(text)


def typeset_prose(prose: Prose, language: str) -> Prose:
    """A body with typographic quotes; code stays as it is, and a quote may open in one inline and close in another."""
    return Prose(tuple(_block(block, language) for block in prose.blocks))


def _block(block: Block, language: str) -> Block:
    match block:
        case Paragraph() | Heading():
            return replace(block, children=_inlines(block.children, Setter(language)))
        case Quotation():
            return replace(block, blocks=tuple(_block(child, language) for child in block.blocks))
        case Listing():
            entries = tuple(tuple(_block(child, language) for child in entry) for entry in block.entries)
            return replace(block, entries=entries)


def _inlines(inlines: tuple[Inline, ...], setter: Setter) -> tuple[Inline, ...]:
    return tuple(_inline(inline, setter) for inline in inlines)


def _inline(inline: Inline, setter: Setter) -> Inline:
    match inline:
        case Text():
            return Text(setter.set(inline.text))
        case Emphasis() | Strong() | Link():
            return replace(inline, children=_inlines(inline.children, setter))
        case Code():
            setter.skip(inline.text)
        case Break():
            setter.skip("\n")
    return inline
