"""OPML: lists of feeds, from another program and for another program. Source: OPML 2.0, OPML 1.0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from html import escape
from html.entities import html5
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml
from xml.parsers import expat

from pydantic import TypeAdapter, ValidationError

from newsletter.gather.charsets import decoded
from newsletter.gather.discovery import absolute, suggest_id
from newsletter.gather.feedclaims import language_tag
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.shape import shown, unfit_character
from newsletter.model.source import RightsPolicy, Source, SourceKind
from newsletter.text import sanitise

MAX_OCTETS = 5_000_000
MAX_DEPTH = 50
MAX_OUTLINES = 5_000
OURS = "https://newsletter.example.org/ns/opml/1"  # the namespace of what OPML has no word for
_ADDED = ("id", "rights", "quote_limit", "zone", "fills", "paused")
_SOURCE = TypeAdapter(Source)


@dataclass(frozen=True, slots=True)
class OpmlOutline:
    """A feed as an OPML file lists it."""

    title: str  # plain text; never empty: the feed's host where the file gives none
    feed_url: str
    page_url: str | None  # of the site, where the file names it
    categories: tuple[str, ...]  # the folders it lies in, the outermost first, then what else it is filed under
    language: str | None = None  # as written
    added: tuple[tuple[str, str], ...] = ()  # what our own export says beside: keys of sources.yaml and their values


@dataclass(frozen=True, slots=True)
class Opml:
    """What an OPML file lists, in its order, each feed once."""

    outlines: tuple[OpmlOutline, ...]
    left_out: tuple[str, ...]  # what is no feed that can be read, and why, in words


def read_opml(data: bytes, name: str = "the OPML file") -> Opml:
    """The feeds of an OPML file. A bare "&" is taken as it is meant; no DOCTYPE is let in, and so no entity.

    Raises `ContentError`, with the line, for what is no OPML, too large or nested too deeply.
    """
    if len(data) > MAX_OCTETS:
        what = f"the file is larger than {MAX_OCTETS // 1_000_000} MB"
        raise ContentError([Mistake(name, 0, what, "split it, and import the parts")])
    reader = _Reader(name)
    try:
        reader.parser.Parse(_mended(decoded(data, None)), True)
    except expat.ExpatError as error:
        what = f"this is not XML ({expat.ErrorString(error.code)})"
        raise ContentError([Mistake(name, error.lineno, what, "mend it, or export the list again")]) from error
    return Opml(tuple(reader.found.values()), tuple(reader.left_out))


class _Reader:
    """Takes the outlines as the parser comes to them: however deep they lie, no tree is built."""

    def __init__(self, name: str) -> None:
        self.found: dict[str, OpmlOutline] = {}
        self.left_out: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._name = name
        self._prefix: str | None = None  # of our namespace
        self._depth = self._outlines = 0
        self._folders: list[str | None] = []

    def _refuse(self, what: str, todo: str) -> ContentError:
        return ContentError([Mistake(self._name, self.parser.CurrentLineNumber, what, todo)])

    def _doctype(self, *_: object) -> None:
        raise self._refuse("a document type is declared, which OPML has none of", "remove the lines of <!DOCTYPE ...>")

    def _start(self, tag: str, written: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and tag.lower() != "opml":
            raise self._refuse(f"this is no OPML, it begins with <{shown(tag)}>", "export the list as OPML")
        if self._depth == 1:
            ours = (key for key, value in written.items() if value == OURS and key.startswith("xmlns:"))
            self._prefix = next(ours, ":")[6:] or None
        if self._depth > MAX_DEPTH:
            raise self._refuse(f"it is nested more than {MAX_DEPTH} deep", "move the feeds up")
        if tag.lower() == "outline":
            self._outlines += 1
            if self._outlines > MAX_OUTLINES:
                raise self._refuse(f"it has more than {MAX_OUTLINES:,} outlines", "split it, and import the parts")
            self._folders.append(self._outline(written))

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag.lower() == "outline":
            self._folders.pop()

    def _outline(self, written: dict[str, str]) -> str | None:
        """Keeps the outline when it is a feed. Returns its name as a folder."""
        # QUIRK: programs write xmlUrl as xmlurl and xmlURL.
        plain = {key.lower(): value for key, value in written.items()}
        title = sanitise.line(plain.get("title") or plain.get("text") or "")
        feed = plain.get("xmlurl", "").strip()
        if not feed:
            self._explain(title, plain)
            return title or None
        url = absolute(feed, "")
        if url is None:
            self.left_out.append(f"{title or 'an outline'}: {shown(feed)} is no http(s) address")
        elif url in self.found:
            self.left_out.append(f"{title or url}: its feed stands in the list already")
        else:
            folders = [folder for folder in self._folders if folder]
            filed = [sanitise.line(part) for part in re.split("[,/]", plain.get("category", ""))]
            self.found[url] = OpmlOutline(
                title=title or urlsplit(url).hostname or url,
                feed_url=url,
                page_url=absolute(plain.get("htmlurl", ""), ""),
                categories=tuple(dict.fromkeys(folders + [part for part in filed if part])),
                language=plain.get("language") or None,
                added=self._added(written),
            )
        return title or None

    def _explain(self, title: str, plain: dict[str, str]) -> None:
        """Says why an outline is neither a feed nor a folder."""
        if plain.get("type", "").lower() == "include":
            self.left_out.append(f"{title or 'an outline'}: it stands for another list; import that one as well")
        elif plain.get("url") or plain.get("htmlurl"):
            self.left_out.append(f"{title or 'an outline'}: it names a page and no feed; add the page as a source")

    def _added(self, written: dict[str, str]) -> tuple[tuple[str, str], ...]:
        if self._prefix is None:
            return ()
        names = ((key, f"{self._prefix}:{key}") for key in _ADDED)
        return tuple((key, written[name]) for key, name in names if name in written)


def source_of(outline: OpmlOutline, taken: Set[str]) -> Source:
    """The outline as a source. What our own export said is kept; else its rights are the careful ones.

    Its id is the exported one, or one out of its title; never one of `taken`.
    """
    host = urlsplit(outline.feed_url).hostname or ""
    sure: dict[str, object] = {"name": outline.title, "kind": "feed", "url": outline.feed_url}
    sure |= {"id": suggest_id(outline.title, host, taken), "rights": RightsPolicy.SUMMARISE}
    claims: dict[str, object] = {"language": language_tag(outline.language or "") or "en"}
    claims |= {key: tuple(value.split()) if key == "fills" else value for key, value in outline.added}
    if claims.get("id") in taken:
        del claims["id"]
    while True:
        try:
            return _SOURCE.validate_python(sure | claims)
        except ValidationError as error:
            wrong = {str(one["loc"][0]) for one in error.errors(include_url=False)} & set(claims)
            if not wrong:  # then no claim is at fault
                what = f"{shown(outline.title)} cannot be a source"
                raise ContentError([Mistake("the OPML file", 0, what, "add it by hand")]) from error
            claims = {key: value for key, value in claims.items() if key not in wrong}


def write_opml(sources: Iterable[Source], title: str, created: str) -> bytes:
    """The sources that are feeds on the web as OPML 2.0, in their order; `created` is a date of RFC 822.

    Other programs read names, addresses and languages. What `read_opml` and `source_of` need to make the same sources
    of it stands in attributes of our own namespace.
    """
    root = Xml.Element("opml", {"version": "2.0", "xmlns:newsletter": OURS})
    head = Xml.SubElement(root, "head")
    Xml.SubElement(head, "title").text = _fit(title)
    Xml.SubElement(head, "dateCreated").text = _fit(created)
    body = Xml.SubElement(root, "body")
    for source in sources:
        if source.kind is SourceKind.FEED and source.url:
            Xml.SubElement(body, "outline", _attributes(source, source.url))
    Xml.indent(root)
    data: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _attributes(source: Source, url: str) -> dict[str, str]:
    name = _fit(source.name)
    found = {"type": "rss", "text": name, "title": name, "xmlUrl": url, "language": source.language}
    found |= {"newsletter:id": source.id, "newsletter:rights": source.rights.value}
    if source.quote_limit:
        found["newsletter:quote_limit"] = str(source.quote_limit)
    if source.zone:
        found["newsletter:zone"] = source.zone
    if source.fills:
        found["newsletter:fills"] = " ".join(source.fills)
    if source.paused:
        found["newsletter:paused"] = "true"
    return found


def _fit(text: str) -> str:
    """Without what XML cannot hold (XML 1.0 section 2.2), which no file of ours can either."""
    return "".join(character for character in text if not unfit_character(character))


_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)(\w+;)?")


def _mended(text: str) -> str:
    """With "&amp;" for each "&" that begins nothing, the sign itself for what only HTML knows, no space in front."""
    return _AMPERSAND.sub(lambda found: escape(html5.get(found[1] or "", found[0])), text).lstrip()
