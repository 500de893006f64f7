"""What the tests of gathering share: a source, a feed's text, an entry."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from newsletter.model.source import RightsPolicy, Source, SourceKind

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


def source(**changes: object) -> Source:
    """A feed named "wire", with these fields changed."""
    usual = {"id": "wire", "name": "Wire", "kind": SourceKind.FEED, "url": "http://wire.test/feed"}
    return Source(**{**usual, "rights": RightsPolicy.QUOTE, **changes})  # type: ignore[arg-type]


def rss(*items: str) -> bytes:
    """An RSS feed of these items."""
    return f'<rss version="2.0"><channel><title>Wire</title>{"".join(items)}</channel></rss>'.encode()


def rss_item(title: str, link: str = "", guid: str = "", date: str = "", text: str = "") -> str:
    """One item of it; what is empty is left out."""
    parts = {"title": title, "link": link, "guid": guid, "pubDate": date, "description": text}
    return f"<item>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in parts.items() if value)}</item>"
