"""Every text of an issue as a reader reads it, and where each of its words stands in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from dataclasses import field as part
from functools import cached_property
from typing import Any

from newsletter.check.places import spot_of
from newsletter.model.draft import Blurb, Draft
from newsletter.model.finding import Spot
from newsletter.model.kinds import Voice, lines_of, references_in
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
    Quotation,
    Strong,
    Text,
)
from newsletter.text.quotations import quoted_spans


@dataclass(frozen=True, slots=True)
class Linked:
    """Words of a wording that carry a link."""

    start: int
    end: int
    url: str
    line: int  # of the file


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One run of text: a paragraph, a list's entry, or one line of a front matter."""

    section: str  # the blurb's name; "issue" for subject, preheader and topics
    kind: str  # of the section; "issue" for these
    field: str  # "body", or the key of the front matter: "title", "replies.0.text"
    voice: Voice  # whose words they are
    text: str  # as written, without markup and marks; white space folded, but for line breaks asked for
    path: str
    line: int  # of the file, where it begins
    source: str = part(repr=False)  # the whole file
    marks: tuple[tuple[int, str], ...] = ()  # where in `text` a mark stands, and the item it names
    leans: tuple[str, ...] = ()  # ids of the items that these words may rest on, each once
    links: tuple[Linked, ...] = ()
    emphasised: tuple[tuple[int, int], ...] = ()  # parts of `text` set apart, as titles are

    @cached_property
    def quoted(self) -> tuple[tuple[int, int], ...]:
        """The parts of `text` that are marked as somebody else's words; all of it where the voice is QUOTED."""
        if self.voice is Voice.QUOTED:
            return ((0, len(self.text)),)
        return quoted_spans(self.text)

    def spot(self, start: int = 0, end: int | None = None) -> Spot:
        """Where these characters of `text` stand in the file."""
        return spot_of(self.path, self.source, self.line, self.text, start, len(self.text) if end is None else end)


def wordings_of(draft: Draft) -> tuple[Wording, ...]:
    """Every text of the issue, in the order of the mail: subject and preheader, then section by section, the lines of
    the front matter before the body."""
    texts = dict(draft.texts)
    return (*_of_issue(draft, texts), *(one for blurb in draft.blurbs for one in _of_blurb(blurb, texts)))


def _of_issue(draft: Draft, texts: dict[str, str]) -> Iterator[Wording]:
    opening = next((blurb for blurb in draft.blurbs if blurb.kind == "opening"), None)
    if opening is None:
        return
    lines = dict(opening.lines)
    topics = [(f"topics.{at}", topic) for at, topic in enumerate(draft.topics)]
    for key, text in (("subject", draft.subject), ("preheader", draft.preheader), *topics):
        yield Wording(
            section="issue",
            kind="issue",
            field=key,
            voice=Voice.OURS,
            text=text,
            path=opening.path,
            line=lines.get(key) or lines.get(key.partition(".")[0], 1),
            source=texts.get(opening.path, ""),
        )


def _of_blurb(blurb: Blurb, texts: dict[str, str]) -> Iterator[Wording]:
    lines, source = dict(blurb.lines), texts.get(blurb.path, "")
    named = [ref for to, ref, _ in references_in(blurb.fields) if to == "item"]
    everything = _once((*blurb.items, *named, *(mark.item for mark in blurb.body.marks)))
    heading = [("heading", blurb.heading, Voice.OURS)] if blurb.heading else []
    for key, text, voice in (*heading, *_lines(blurb.fields)):
        yield Wording(
            section=blurb.name,
            kind=blurb.kind,
            field=key,
            voice=voice,
            text=text,
            path=blurb.path,
            line=_line(lines, key),
            source=source,
            leans=everything,
        )
    for block, quoted in _runs(blurb.body.blocks, quoted=False):
        run = _Run()
        run.take(block.children)
        marked = tuple(item for _, item in run.marks)
        # A paragraph of the narrative rests on its own marks alone: each has a source of its own.
        leans = _once(marked) if blurb.kind == "opening" else everything
        yield Wording(
            section=blurb.name,
            kind=blurb.kind,
            field="body",
            voice=Voice.QUOTED if quoted else Voice.OURS,
            text="".join(run.text),
            path=blurb.path,
            line=block.line + blurb.body_line - 1,
            source=source,
            marks=tuple(run.marks),
            leans=leans,
            links=tuple(Linked(start, end, url, line + blurb.body_line - 1) for start, end, url, line in run.links),
            emphasised=tuple(run.emphasised),
        )


def _lines(value: Any, prefix: str = "") -> Iterator[tuple[str, str, Voice]]:
    """The lines of a front matter that readers read: key, text, voice; what is written first comes first."""
    shape: Any = type(value)
    voices = dict(lines_of(shape))
    for one in fields(value):
        inner, key = getattr(value, one.name), f"{prefix}{one.name}"
        if isinstance(inner, str) and one.name in voices:
            yield key, inner, voices[one.name]
        elif isinstance(inner, tuple):
            for at, inside in enumerate(inner):
                if is_dataclass(inside):
                    yield from _lines(inside, f"{key}.{at}.")
        elif is_dataclass(inner):
            yield from _lines(inner, f"{key}.")


def _line(lines: dict[str, int], key: str) -> int:
    """The line of a key, else of the nearest thing around it."""
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key, 1)


def _runs(blocks: Iterable[Block], quoted: bool) -> Iterator[tuple[Paragraph | Heading, bool]]:
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield block, quoted
            case Quotation():
                yield from _runs(block.blocks, quoted=True)
            case Listing():
                for entry in block.entries:
                    yield from _runs(entry, quoted)


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


class _Run:
    """The inlines of one block, put together."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.at = 0
        self.marks: list[tuple[int, str]] = []
        self.links: list[tuple[int, int, str, int]] = []
        self.emphasised: list[tuple[int, int]] = []

    def take(self, inlines: Iterable[Inline]) -> None:
        for inline in inlines:
            start = self.at
            match inline:
                case Text() | Code():
                    self._add(inline.text.replace("\n", " "))
                case Break():
                    self._add("\n")
                case Mark():
                    self.marks.append((self.at, inline.item))
                case Emphasis() | Strong():
                    self.take(inline.children)
                    self.emphasised.append((start, self.at))
                case Link():
                    self.take(inline.children)
                    self.links.append((start, self.at, inline.url, inline.line))

    def _add(self, text: str) -> None:
        self.text.append(text)
        self.at += len(text)
