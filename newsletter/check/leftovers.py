"""Leftovers: what was meant to be filled in, finished or taken out, and still stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.check.anchors import Anchor, anchors
from newsletter.check.cut_off import CUT_OFF, cut_off
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import shortened, told
from newsletter.check.twice import DUPLICATE, SAME_LINK, twice
from newsletter.check.wording import Wording
from newsletter.check.written import without_code
from newsletter.model.draft import Blurb
from newsletter.model.finding import Finding, Rule, Severity, Spot

_PLACEHOLDER = Rule(
    name="placeholder",
    severity=Severity.BLOCK,
    looks="Words that only keep a place: TODO, TBD, TK, XXX, FIXME, lorem ipsum, ???, [insert ...], {name}.",
    why="Readers would see a note of ours to ourselves.",
    out="Write what is meant to stand there, or remove it.",
)
_EMPTY_LINK = Rule(
    name="empty-link",
    severity=Severity.BLOCK,
    looks="A link without words, without an address, or to a machine that only we can reach.",
    why="Whoever follows it gets nowhere.",
    out="Write the full address, and words that say where it leads.",
)
_EMPTY_SECTION = Rule(
    name="empty-section",
    severity=Severity.WARN,
    looks="A section that is there and says nothing: no text, only dots or dashes, a title alone.",
    why="It was begun and never written.",
    out="Write it, or remove its file.",
)

_WORDED = r"insert|fill in|to be|your|add|check|confirm|replace|write|describe"
_PLAIN = r"tk|name|date|link|url|number|title|source|quote|text|image|photo|caption|headline|figure|tb[acd]|to come"
_KEEPING = re.compile(
    rf"""
      (?<![\w])(?:TODO|FIXME)(?![\w]):?[^.!?\n]*       # with what was to be done
    | (?<![\w/.-])TB[CD](?![\w/-])
    | (?<![\w/.-])(?P<tk>(?:TK)+)(?![\w-])
    | (?<![\w/.-])(?P<x>XXX+|xx+)(?![\w-])
    | (?i:\blorem\s+ipsum\b)[^.!?\n]*
    | (?P<marks>[?？]{{3,}})
    | (?P<held>(?i:\[\s*(?:(?:{_WORDED})\b[^\]\n]{{0,80}}|{_PLAIN}|\?+|xx+|placeholder)\s*\]))
    | (?i:<\s*(?:(?:{_WORDED})\b[^>\n]{{0,80}}|{_PLAIN}|\.{{2,}}|…|placeholder)\s*>)
    | (?i:\(\s*(?:tk|tbd|to\ come)\s*\))
    | \{{\{{[^{{}}\n]{{1,60}}\}}\}} | \$?\{{[A-Za-z_][\w. ]{{0,40}}\}} | %\([a-z_]+\)s | \*?\|[A-Z_:]{{2,}}\|\*?
    """,
    re.VERBOSE,
)
_NOTHING = frozenset({"n/a", "none", "nothing", "empty", "text", "tba", "untitled", "no title", "null", "-"})
_HAS_WORDS = re.compile(r"[^\W_]")
_SILENT = re.compile(r"[\s.…·•*_~?!#/|<>()\[\]–—-]*")
_BARE_SCHEME = re.compile(r"https?://(?=$|[\s)\].,;!?])|(?<![\w.])www\.(?=$|[\s)\],;!?])")
_KEPT_PLACE = re.compile(r"(?<![A-Za-z0-9])(?:TODO|TBD|FIXME|XXX+|PLACEHOLDER)(?![A-Za-z0-9])")
_CUT = re.compile(r"(?:%E2%80%A6|(?<!\.)\.{3})$")
_WORD_BEFORE = re.compile(r"(?P<end>^|[.!?:]\s+)?(?P<word>[\w'’]+)\s$")
_WORD_AFTER = re.compile(r"\s(?P<word>[\w'’]+)")
_NEAR = 100  # characters before a place within which a word is looked for; no word is longer
_BY_TITLE = frozenset({"read-more", "video", "beyond", "insight", "note"})  # they are there for what stands beside it


def _find(inspected: Inspected) -> Iterable[Finding]:
    for wording in inspected.wordings:
        yield from _placeholders(wording, inspected)
        yield from _bare_schemes(wording)
    for anchor in anchors(inspected):
        yield from _nowhere(anchor)
    for blurb in inspected.draft.blurbs:
        yield from _empty(blurb, [one for one in inspected.wordings if _belongs(one, blurb)])
    yield from cut_off(inspected)
    yield from twice(inspected)


def _placeholders(wording: Wording, inspected: Inspected) -> Iterator[Finding]:
    text = without_code(wording, inspected)
    for match in _KEEPING.finditer(text):
        if not _is_meant(match, wording, inspected):
            what = f"“{shortened(match[0])}” only keeps a place"
            todo = "write what is meant to stand there, or remove it"
            yield told(_PLACEHOLDER, wording, match.start(), match.end(), what, todo)


def _is_meant(match: re.Match[str], wording: Wording, inspected: Inspected) -> bool:
    """Whether these signs say something here: a name, a Roman number, a reader's three question marks, kisses."""
    if match["tk"] == "TK" or match["x"] == "XXX":
        names = [one.name for one in inspected.publication.names] + [one.name for one in inspected.publication.people]
        known = any(match[0] in name.split() for name in names)
        return known or _beside_a_name(wording.text, *match.span())
    if match["marks"] or match["held"] or (match["x"] and match["x"].islower()):
        to_do = re.search(r"(?i)insert|TK|TBD|xx|\?", match["held"] or "")  # "[name]" may stand for what was said
        return not to_do and any(start <= match.start() < end for start, end in wording.quoted)
    return False


def _beside_a_name(text: str, start: int, end: int) -> bool:
    """Whether a capitalised word stands next to these characters, as in "TK Maxx" or "Olympiad XXX"."""
    before = _WORD_BEFORE.search(text, max(0, start - _NEAR), start)
    after = _WORD_AFTER.match(text, end)
    begins = before is not None and (before["end"] is not None or before.start("word") == 0)
    return bool((before and before["word"][0].isupper() and not begins) or (after and after["word"][0].isupper()))


def _bare_schemes(wording: Wording) -> Iterator[Finding]:
    for match in _BARE_SCHEME.finditer(wording.text):
        what = f"“{match[0]}” begins an address and names no page"
        yield told(_EMPTY_LINK, wording, *match.span(), what, "write the address in full, or remove it")


def _nowhere(anchor: Anchor) -> Iterator[Finding]:
    if trouble := _trouble(anchor):
        rule, what, todo = trouble
        yield Finding(
            rule=rule.name,
            severity=rule.severity,
            section=anchor.section,
            spot=anchor.spot,
            words=anchor.url,
            what=what,
            todo=todo,
        )


def _trouble(anchor: Anchor) -> tuple[Rule, str, str] | None:
    """What is the matter with a link, and what to do about it."""
    shown, mend = shortened(anchor.url), "write the address that readers need"
    if not anchor.url.startswith("http"):
        return None
    if not _HAS_WORDS.search(anchor.words):
        return _EMPTY_LINK, f"the link to {shown} has no words", "write words that say where it leads"
    if _is_ours_alone((urlsplit(anchor.url).hostname or "").rstrip(".")):
        return _EMPTY_LINK, f"{shown} leads to a machine that readers cannot reach", mend
    if _CUT.search(anchor.url):
        return _EMPTY_LINK, f"the address {shown} is cut off", mend
    if _KEPT_PLACE.search(anchor.url):
        return _PLACEHOLDER, f"the address {shown} only keeps a place", mend
    return None


def _is_ours_alone(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))
    return not address.is_global


def _belongs(wording: Wording, blurb: Blurb) -> bool:
    return wording.section == blurb.name and wording.path == blurb.path


def _empty(blurb: Blurb, wordings: list[Wording]) -> Iterator[Finding]:
    body = [one for one in wordings if one.field == "body"]
    said = [one for one in body if _says(one.text)]
    for wording in wordings:
        if not _says(wording.text) and (wording.field != "body" or said):
            name = "a paragraph" if wording.field == "body" else f"`{wording.field}`"
            what = f"{name} says nothing: “{shortened(wording.text) or ' '}”"
            yield told(_EMPTY_SECTION, wording, 0, len(wording.text), what, "write it, or remove it")
    for key, inner in _lists(blurb):
        if not inner:
            yield _of_section(blurb, f"`{key}` of the section '{blurb.name}' is an empty list")
    beside = [one for one in wordings if one.field == "summary" and _says(one.text)]
    if not said and not beside and (blurb.kind in _BY_TITLE or blurb.kind == "opening" or body):
        only = "has no text" if blurb.kind == "opening" or body else "says nothing beside its title"
        yield _of_section(blurb, f"the section '{blurb.name}' {only}")


def _says(text: str) -> bool:
    return not _SILENT.fullmatch(text) and text.strip().lower() not in _NOTHING


def _lists(blurb: Blurb) -> Iterator[tuple[str, tuple[object, ...]]]:
    for key in ("topics", "replies"):
        inner = getattr(blurb.fields, key, None)
        if isinstance(inner, tuple):
            yield key, inner


def _of_section(blurb: Blurb, what: str) -> Finding:
    return Finding(
        rule=_EMPTY_SECTION.name,
        severity=_EMPTY_SECTION.severity,
        section=blurb.name,
        spot=Spot(blurb.path, blurb.body_line),
        words=blurb.name,
        what=what,
        todo="write it, or remove its file",
    )


CHECK = Check(
    name="leftovers",
    about="What was meant to be filled in, finished or taken out, and still stands there.",
    rules=(_PLACEHOLDER, _EMPTY_LINK, _EMPTY_SECTION, CUT_OFF, DUPLICATE, SAME_LINK),
    find=_find,
)
