"""Markdown files as blocks. Only what tells a text's parts is read: headings, lists, quotations, links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from html import unescape

from newsletter.gather import stamps
from newsletter.gather.addresses import link_of
from newsletter.gather.blocks import Block, Claims, Kind
from newsletter.gather.hyphens import Lines
from newsletter.model.item import Author
from newsletter.text import sanitise

_LONG = 20_000  # characters of one paragraph
_FRONT = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"(?m)^(title|author|date|updated|url|link|description|lang|language):[ \t]*(\S.{0,500}?)[ \t]*$")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_QUOTE = re.compile(r" {0,3}> ?")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\((?:<([^<>\s]{1,2000})>|([^()\s]{1,2000}))(?:\s+[\"'][^\"']{0,200}[\"'])?\)")
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{1,2000}(?:\s+[\"'][^\"']{0,200}[\"'])?\)")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000})>")
_EMPHASIS = re.compile(
    r"(?<![\w*])(\*{1,3})(?=\S)([^*]{1,2000}?)(?<=\S)\1(?![\w*])|(?<!\w)(_{1,3})(?=\S)([^_]{1,2000}?)(?<=\S)\3(?!\w)"
)
_CODE = re.compile(r"`([^`]{1,500})`")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def blocks(text: str, claims: Claims) -> tuple[tuple[Block, ...], Claims, tuple[str, ...]]:
    """The file's blocks, `claims` with what its front matter says, and warnings."""
    text = re.sub(r"\r\n?", "\n", text)
    front = _FRONT.match(text)
    if front:
        text, claims = text[front.end() :], _claimed(front[1], claims)
    lines = text.split("\n")
    joiner = Lines(lines)
    found = tuple(_blocks(lines, joiner))
    if not any(block.kind is Kind.HEADING for block in found):
        return found, claims, joiner.warnings()
    top = min(
        block.level for block in found if block.kind is Kind.HEADING
    )  # a file that begins with "##" has a headline too
    raised = (replace(block, level=max(block.level - top + 1, 0)) if block.level else block for block in found)
    return tuple(raised), claims, joiner.warnings()


def _claimed(front: str, claims: Claims) -> Claims:
    said = {match[1]: match[2].strip("\"'") for match in _KEY.finditer(front)}
    dates = {name: stamps.parse(said[name]) for name in ("date", "updated") if said.get(name)}
    author = sanitise.line(said.get("author", ""))
    return replace(
        claims,
        title=said.get("title", ""),
        deck=said.get("description"),
        link=claims.link or link_of(said.get("url") or said.get("link") or ""),
        authors=(Author(name=author),) if author else (),
        published=dates.get("date"),
        updated=dates.get("updated"),
    )


class _Mark(Enum):
    """What the beginning of a line says."""

    TEXT, BLANK, HEADING, UNDERLINE, QUOTE, ITEM = range(6)


def _marks(lines: Sequence[str]) -> Iterator[tuple[_Mark, str, int]]:
    """Each line's mark, its text without it, and the level of a heading; the end of the file is blank."""
    fenced = False
    for line in lines:
        heading, underline, quote, item = (form.match(line) for form in (_HEADING, _UNDERLINE, _QUOTE, _ITEM))
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced or not line.strip():
            yield _Mark.TEXT if line.strip() else _Mark.BLANK, line, 0
        elif heading:
            yield _Mark.HEADING, heading[2].rstrip("#").rstrip(" \t"), len(heading[1])
        elif underline:
            yield _Mark.UNDERLINE, "", 1 if underline[1][0] == "=" else 2
        elif _RULE.match(line):
            yield _Mark.BLANK, "", 0
        elif quote:
            yield _Mark.QUOTE if line[quote.end() :].strip() else _Mark.BLANK, line[quote.end() :], 0
        elif item:
            yield _Mark.ITEM, line[item.end() :], 0
        else:
            yield _Mark.TEXT, line, 0
    yield _Mark.BLANK, "", 0


_OPENS = {_Mark.TEXT: Kind.PARAGRAPH, _Mark.QUOTE: Kind.QUOTE, _Mark.ITEM: Kind.ITEM}


def _blocks(lines: Sequence[str], joiner: Lines) -> Iterator[Block]:
    gathered: list[str] = []
    kind = Kind.PARAGRAPH
    for mark, text, level in _marks(lines):
        if gathered and (mark is _Mark.TEXT or (mark is _Mark.QUOTE and kind is Kind.QUOTE)):
            gathered.append(text)
            continue
        if gathered:
            underlined = mark is _Mark.UNDERLINE and kind is Kind.PARAGRAPH
            yield from _block(joiner.join(gathered), Kind.HEADING if underlined else kind, level if underlined else 0)
        gathered = [text] if mark in _OPENS else []
        kind = _OPENS.get(mark, Kind.PARAGRAPH)
        if mark is _Mark.HEADING:
            yield from _block(text, Kind.HEADING, level)


def _block(written: str, kind: Kind, level: int = 0) -> Iterator[Block]:
    written = _IMAGE.sub("", written.strip())
    alone = _LINK.fullmatch(written) or _AUTOLINK.fullmatch(written)
    url = link_of(next(filter(None, alone.groups()[1:] or alone.groups()), "")) if alone else None
    if text := _words_of(spoken(written)):
        yield Block(text, kind, url, level)


def _words_of(text: str) -> str:
    """A text without HTML; a very long one is not parsed, because parsers are slow with what is deeply nested."""
    if len(text) <= _LONG:
        return sanitise.plain(text, _LONG)
    return sanitise.line(unescape(re.sub(r"</?[a-zA-Z][^<>]{0,2000}>", "", text)), sanitise.MAX_TEXT)


def spoken(written: str) -> str:
    """Inline Markdown as the words a reader sees."""
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", written)))
    text = _EMPHASIS.sub(lambda match: match[2] or match[4], text)
    return _ESCAPE.sub(r"\1", _CODE.sub(r"\1", text))
