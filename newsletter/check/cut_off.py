"""Texts that stop before their end: titles, sentences, and what a feed cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.check.anchors import anchors
from newsletter.check.inspected import Inspected
from newsletter.check.telling import shortened, told
from newsletter.check.wording import Wording
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.item import CitedItem
from newsletter.model.kinds import Voice
from newsletter.model.links import canonical
from newsletter.text import words

CUT_OFF = Rule(
    name="cut-off",
    severity=Severity.WARN,
    looks="A title or a paragraph that stops before its end: dots, half a word, no full stop, or half of the title.",
    why="Feeds and forms cut texts short, and what is pasted from them ends anywhere.",
    out="Write it to its end.",
)

_DOTS = re.compile(r"(?<!\s)\s*+[\[(]?(?:(?<!\.)\.{3,}|(?<!…)…+)[\])]?$")
_MORE = re.compile(
    r"(?i)(?<!\s)\s*+[\[(]?(?:continue reading|read (?:more|on)|read the (?:full|rest)\b[^.!?]*+)\s*[»›→>.…\])]*$"
)
_HALF = ("-", "–", ",", ";", "(")  # half a word, half a sentence
_BEHIND_TITLE = re.compile(r"\s*[-–—|:·•/(（\[?!.]|\s*$")  # what parts a title from its second half
_NAMED = 4  # words before a cut by which a finding names it
_LEAST = 8  # words of a paragraph that is expected to end like a sentence
_LISTED = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}\.)[ \t]|[ \t>]*#")


def cut_off(inspected: Inspected) -> Iterator[Finding]:
    """What stops before its end, text by text."""
    titles = {_folded(item.title) for item in inspected.draft.items}
    for wording in inspected.wordings:
        if wording.voice is Voice.TITLE and _folded(wording.text) in titles:
            continue  # it is called so
        if wording.voice in (Voice.OURS, Voice.TITLE):
            yield from _stopped(wording)
    by_page = {canonical(item.url): item for item in inspected.draft.items}
    pages = {(anchor.section, anchor.words): anchor.page for anchor in anchors(inspected)}
    for wording in inspected.wordings:
        if wording.voice is Voice.TITLE and (page := pages.get((wording.section, wording.text))) in by_page:
            yield from _half_of(wording, by_page[page])


def _stopped(wording: Wording) -> Iterator[Finding]:
    text = wording.text.rstrip()
    todo = "write it to its end"
    for form, what in ((_MORE, "ends in what a feed puts where it cuts a text"), (_DOTS, "ends in dots")):
        if match := form.search(text):
            yield _told(wording, match.start(), len(text), f"{_called(wording)} {what}", todo)
            return
    if wording.field in ("body", "summary") and wording.voice is Voice.OURS and _is_unfinished(wording, text):
        yield _told(wording, len(text), len(text), f"{_called(wording)} stops without an end", todo)


def _is_unfinished(wording: Wording, text: str) -> bool:
    if words.count(text) < _LEAST or _LISTED.match(_line(wording)):
        return False
    linked = any(link.end >= len(text) for link in wording.links)
    return text.endswith(_HALF) or (text[-1:].isalnum() and not linked)


def _line(wording: Wording) -> str:
    return "".join(wording.source.split("\n")[wording.line - 1 : wording.line])


def _told(wording: Wording, start: int, end: int, what: str, todo: str) -> Finding:
    """The finding names the last words before the cut too: without them a waiver would hold for any."""
    before = wording.text[:start]
    parts = before.rsplit(None, _NAMED)
    begins = len(parts[0]) if len(parts) > _NAMED else 0
    return told(CUT_OFF, wording, begins, end, what, todo)


def _called(wording: Wording) -> str:
    if wording.field == "body":
        return "a paragraph"
    return "the title" if wording.voice is Voice.TITLE else f"`{wording.field}`"


def _half_of(wording: Wording, item: CitedItem) -> Iterator[Finding]:
    """A title that is the beginning of the cited item's, stopped within a sentence."""
    ours, theirs = _folded(wording.text), _folded(item.title)
    if not theirs.startswith(ours) or _BEHIND_TITLE.match(theirs, len(ours)):
        return
    what = f"the title stops before its end; the piece is called “{shortened(item.title, 120)}”"
    beside = Beside(item.title, item.id, item.outlet, min(len(ours), len(item.title)), len(item.title))
    yield told(CUT_OFF, wording, 0, len(wording.text), what, "write the whole title", beside=(beside,))


def _folded(title: str) -> str:
    """A title as two are compared: small letters, straight quotes, one space."""
    plain = title.casefold().translate(str.maketrans("“”‘’‐‑", "\"\"''--"))
    return re.sub(r"\s*(?:(?<!\.)\.{3,}|…)$", "…", " ".join(plain.split()))
