"""What a feed says of itself before its entries: title and language. Source: RSS 2.0, RFC 4287, JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from newsletter.gather.charsets import decoded
from newsletter.text import sanitise

_HEAD = 200_000  # characters within which a feed has said who it is
_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]")
_ASIDE = re.compile(r"<(image|textInput|author)[\s>]")  # these have titles and names of their own
_TITLE = re.compile(r"<(?:atom:|rss:)?title(?:\s[^<>]*+)?>")
_LANGUAGE = re.compile(r"<(?:dc:)?language(?:\s[^<>]*+)?>([^<]*+)</")
_XML_LANG = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:feed|rss|rdf|channel)\s[^<>]*?xml:lang\s*=\s*[\"']([^\"']*)", re.IGNORECASE
)
_CDATA = re.compile(r"(?:(?<!\s)\s++)?<!\[CDATA\[(.*?)\]\]>\s*", re.DOTALL)


def feed_title(data: bytes) -> str | None:
    """The title of a feed in plain text; None where it gives none."""
    if (feed := _json(data)) is not None:
        return sanitise.plain(str(feed.get("title") or "")) or None
    # "</" inside a CDATA section is no end, so what is marked as one is turned into escaped text first.
    head = _head(data)
    closed = head.rfind("]]>") + 3  # what nothing closes is not looked for from each place where one opens
    text = _CDATA.sub(lambda found: found[1].replace("&", "&amp;").replace("<", "&lt;"), head[:closed]) + head[closed:]
    found = _TITLE.search(text)
    end = text.find("</", found.end()) if found else -1
    return (sanitise.plain(unescape(text[found.end() : end])) if found and end >= 0 else "") or None


def feed_language(data: bytes) -> str | None:
    """The language that a feed claims, as written; None where it claims none."""
    if (feed := _json(data)) is not None:
        return sanitise.line(str(feed.get("language") or "")) or None
    head = _head(data)
    found = _LANGUAGE.search(head) or _XML_LANG.search(head)
    return (found[1].strip() if found else "") or None


def language_tag(claim: str) -> str | None:
    """A language as sources.yaml takes it: "EN_us" is "en-US"; None for what is no language tag."""
    first, *others = claim.strip().replace("_", "-").split("-")
    parts = [first.lower(), *(part.upper() if len(part) == 2 else part for part in others)]
    tag = "-".join(parts)
    return tag if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) else None


def _head(data: bytes) -> str:
    text = decoded(data, None)[:_HEAD]
    entry = _ENTRY.search(text)
    return _without_asides(text[: entry.start()] if entry else text)


def _without_asides(text: str) -> str:
    kept: list[str] = []
    unclosed: set[str] = set()
    at = 0
    for opened in _ASIDE.finditer(text):
        if opened.start() < at or opened[1] in unclosed:
            continue
        closing = f"</{opened[1]}>"
        end = text.find(closing, opened.end())
        if end < 0:
            unclosed.add(opened[1])
        else:
            kept.append(text[at : opened.start()])
            at = end + len(closing)
    return "".join((*kept, text[at:]))


def _json(data: bytes) -> dict[str, Any] | None:
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return feed if isinstance(feed, dict) else {}
