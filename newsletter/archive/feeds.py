"""The feeds of the archive: RSS 2.0, Atom and JSON Feed, with the full text of the newest issues.

Nothing in them comes from a clock: an issue has the time it was due, and each correction moves it on. The same issues
make the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from newsletter.archive.feedparts import Issues, xml_text
from newsletter.archive.outputs import Archive, Output, key_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

RSS, ATOM, JSON = "feed.xml", "atom.xml", "feed.json"  # below public/

_ATOM_NAMES = "http://www.w3.org/2005/Atom"
_CONTENT_NAMES = "http://purl.org/rss/1.0/modules/content/"
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def feeds(archive: Archive) -> Iterator[Output]:
    """The three feeds. Each is made anew when one of its issues has changed, or what stands around them."""
    issues = Issues(archive)
    for path, make in ((RSS, _rss), (ATOM, _atom), (JSON, _json)):
        yield Output(path, key_of(path, issues.key), partial(make, issues))


def _rss(issues: Issues) -> bytes:
    """RSS 2.0, with the full text in content:encoded and the feed's own address as RSS-Board's profile advises."""
    from xml.etree import ElementTree as Tree

    site = issues.archive.site
    root = Tree.Element("rss", version="2.0")
    channel = Tree.SubElement(root, "channel")
    for name, text in _about(issues).items():
        _add(channel, name, text)
    _add(channel, "language", site.language)
    _add(channel, "lastBuildDate", rfc_822(issues.updated))
    own = {"href": f"{site.site}/{RSS}", "rel": "self", "type": "application/rss+xml"}
    Tree.SubElement(channel, f"{{{_ATOM_NAMES}}}link", own)
    for entry in issues.entries:
        item = Tree.SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.address)
        _add(item, "guid", entry.address, isPermaLink="true")
        _add(item, "pubDate", rfc_822(entry.published))
        _add(item, "description", entry.summary)
        for topic in entry.topics:
            _add(item, "category", topic)
        _add(item, f"{{{_CONTENT_NAMES}}}encoded", entry.html)
    return _xml(root, {"atom": _ATOM_NAMES, "content": _CONTENT_NAMES})


def _atom(issues: Issues) -> bytes:
    """Atom (RFC 4287)."""
    from xml.etree import ElementTree as Tree

    site = issues.archive.site
    about = _about(issues)
    root = Tree.Element("feed", {_XML_LANGUAGE: site.language, "xmlns": _ATOM_NAMES})
    _add(root, "id", about["link"])
    _add(root, "title", about["title"])
    _add(root, "subtitle", about["description"])
    _add(root, "updated", rfc_3339(issues.updated))
    _add(_add(root, "author"), "name", about["title"])
    _add(root, "link", href=f"{site.site}/{ATOM}", rel="self", type="application/atom+xml")
    _add(root, "link", href=about["link"], rel="alternate", type="text/html")
    for entry in issues.entries:
        told = _add(root, "entry", **{_XML_LANGUAGE: entry.language})
        _add(told, "id", entry.address)
        _add(told, "title", entry.title)
        _add(told, "published", rfc_3339(entry.published))
        _add(told, "updated", rfc_3339(entry.updated))
        _add(told, "link", href=entry.address, rel="alternate", type="text/html")
        _add(told, "summary", entry.summary)
        for topic in entry.topics:
            _add(told, "category", term=topic)
        _add(told, "content", entry.html, type="html")
    return _xml(root, {})


def _json(issues: Issues) -> bytes:
    """JSON Feed 1.1."""
    site = issues.archive.site
    about = _about(issues)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": about["title"],
        "home_page_url": about["link"],
        "feed_url": f"{site.site}/{JSON}",
        "description": about["description"],
        "language": site.language,
        "authors": [{"name": about["title"], "url": about["link"]}],
        "items": [
            {
                "id": entry.address,
                "url": entry.address,
                "title": entry.title,
                "summary": entry.summary,
                "content_html": entry.html,
                "date_published": rfc_3339(entry.published),
                "date_modified": rfc_3339(entry.updated),
                "language": entry.language,
                **({"tags": entry.topics} if entry.topics else {}),
                **({"image": entry.card} if entry.card else {}),
            }
            for entry in issues.entries
        ],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def rfc_822(moment: datetime) -> str:
    """A time in UTC as RSS writes it (RFC 822 section 5, with a year of four digits)."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02} {month} {moment.year:04} {moment:%H:%M:%S} +0000"


def rfc_3339(moment: datetime) -> str:
    """A time in UTC as Atom and JSON Feed write it (RFC 3339 section 5.6)."""
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}Z"


def _about(issues: Issues) -> dict[str, str]:
    site = issues.archive.site
    return {
        "title": xml_text(site.name),
        "link": f"{site.site}/",
        "description": xml_text(site.tagline or site.about),
    }


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new element in the parent, after what it holds."""
    element = parent.makeelement(name, attributes)
    element.text = text
    parent.append(element)
    return element


def _xml(root: Element, names: dict[str, str]) -> bytes:
    """The document as UTF-8. `names` are the prefixes of its namespaces."""
    from xml.etree import ElementTree as Tree

    for prefix, name in names.items():
        Tree.register_namespace(prefix, name)
    Tree.indent(root, " ")
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + Tree.tostring(root, encoding="unicode").encode() + b"\n"
