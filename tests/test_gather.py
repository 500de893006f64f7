"""Feed files and documents become items; unknown stays unknown; one bad source stops no other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.gather import documents, feeds, jsonfeed, stamps
from newsletter.gather.gather import gather
from newsletter.model.errors import SourceError
from newsletter.model.source import RightsPolicy, Source, SourceKind
from newsletter.publication.folder import Folder

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


def source(**changes: object) -> Source:
    usual = {"id": "wire", "name": "Wire", "kind": SourceKind.FEED, "path": "seeds/feeds/wire.xml"}
    return Source(**{**usual, "rights": RightsPolicy.QUOTE, **changes})  # type: ignore[arg-type]


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>Wire</title>{"".join(items)}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("written", "zone", "wall", "instant"),
    [
        ("Tue, 24 Nov 2026 21:40:00 +0800", "+0800", datetime(2026, 11, 24, 21, 40), datetime(2026, 11, 24, 13, 40)),
        ("Tue, 24 Nov 2026 21:40:00 GMT", "GMT", datetime(2026, 11, 24, 21, 40), datetime(2026, 11, 24, 21, 40)),
        ("Tue, 24 Nov 2026 08:40:00 EST", "EST", datetime(2026, 11, 24, 8, 40), datetime(2026, 11, 24, 13, 40)),
        ("2026-11-24T21:40:00+08:00", "+08:00", datetime(2026, 11, 24, 21, 40), datetime(2026, 11, 24, 13, 40)),
        ("2026-11-24T13:40:00Z", "Z", datetime(2026, 11, 24, 13, 40), datetime(2026, 11, 24, 13, 40)),
        ("2026-11-24", None, datetime(2026, 11, 24), None),
        ("Sun, 22 Nov 2026 18:30:00 CEST", "CEST", datetime(2026, 11, 22, 18, 30), None),
        ("Mon, 30 Feb 2026 18:30:00 GMT", None, None, None),
        ("yesterday", None, None, None),
        ("1704103200", None, None, None),
    ],
)
def test_a_stamp_says_only_what_is_known(
    written: str, zone: str | None, wall: datetime | None, instant: datetime | None
) -> None:
    """A zone that means several offsets gives no instant; a date that does not exist gives no time at all."""
    stamp = stamps.parse(written)
    assert stamp.written == written
    assert (stamp.zone, stamp.wall) == (zone, wall)
    assert stamp.instant == (instant.replace(tzinfo=UTC) if instant else None)


def test_an_entry_becomes_an_item() -> None:
    """Title, link, GUID, dates, authors and paragraphs, in plain text."""
    data = rss(
        "<item><title>Dates &amp;amp; terms</title><link>https://wire.example.com/a</link><guid>w-1</guid>"
        "<pubDate>Tue, 24 Nov 2026 21:40:00 +0800</pubDate><author>desk@wire.example.com (Tomas Reyes)</author>"
        "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &lt;b&gt;bold&lt;/b&gt;.&lt;/p&gt;</description></item>"
    )
    (item,) = feeds.parse(data, source(), NOW)
    assert (item.title, item.link, item.guid) == ("Dates & terms", "https://wire.example.com/a", "w-1")
    assert item.paragraphs == ("One.", "Two bold.")
    assert item.published is not None
    assert item.published.instant == datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
    assert item.first_seen == NOW
    assert item.rights is RightsPolicy.QUOTE
    assert item.warnings == ()


def test_an_entry_cannot_smuggle_anything_in() -> None:
    """Scripts, handlers and tags are gone; a javascript: link is no link."""
    data = rss(
        "<item><title>&lt;img src=x onerror=alert(1)&gt;A&lt;script&gt;alert(2)&lt;/script&gt;</title>"
        "<link>javascript:alert(3)</link><description>&lt;svg onload=alert(4)&gt;text&lt;/svg&gt;</description></item>"
    )
    (item,) = feeds.parse(data, source(), NOW)
    assert item.title == "A"
    assert item.link is None
    assert not any(sign in " ".join(item.paragraphs) for sign in ("<", "alert"))
    assert "the entry has no address that can be linked to" in item.warnings


def test_a_reused_guid_drops_no_entry() -> None:
    """Two entries with one GUID are told apart by their links."""
    data = rss(
        *(
            f"<item><title>T{at}</title><guid>same</guid><link>https://wire.example.com/{at}</link></item>"
            for at in range(3)
        )
    )
    items = feeds.parse(data, source(), NOW)
    assert [item.guid for item in items] == [f"https://wire.example.com/{at}" for at in range(3)]


def test_updated_is_only_what_the_feed_says() -> None:
    """feedparser would hand out the date of publication for it."""
    data = rss("<item><title>T</title><pubDate>Tue, 24 Nov 2026 21:40:00 +0800</pubDate></item>")
    (item,) = feeds.parse(data, source(), NOW)
    assert item.updated is None


def test_an_ill_formed_feed_gives_what_can_be_read() -> None:
    """A bare ampersand and a missing end are common."""
    data = b"<rss version='2.0'><channel><item><title>Ports & pauses</title></item><item><title>Two</title>"
    assert [item.title for item in feeds.parse(data, source(), NOW)] == ["Ports & pauses", "Two"]


@pytest.mark.parametrize("data", [b"", b"  \n", b"<html><body>Not found</body></html>", b"\xff\xfe\x00"])
def test_what_is_no_feed_is_told(data: bytes) -> None:
    """With what to do."""
    with pytest.raises(SourceError, match="wire: .*;"):
        feeds.parse(data, source(), NOW)


def test_a_document_becomes_an_undated_item() -> None:
    """The first line is its title; hard line breaks are joined; a date is not guessed."""
    item = documents.parse("a.md", b"# Title \n\nOne\nline.\n\n Two. \n", source(), NOW)
    assert (item.title, item.paragraphs, item.published) == ("Title", ("One line.", "Two."), None)
    assert item.guid == "wire/a.md"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [("a.docx", b"PK", "save it as"), ("a.txt", b"caf\xe9", "UTF-8"), ("a.txt", b" \n", "empty")],
)
def test_a_document_that_cannot_be_read_is_told(name: str, data: bytes, told: str) -> None:
    """Which file, and what to do."""
    with pytest.raises(SourceError, match=told):
        documents.parse(name, data, source(), NOW)


def test_one_bad_source_stops_no_other(publication: Path) -> None:
    """Each failure is a value beside the items."""
    sources = (
        source(id="gone"),
        source(id="folder", kind=SourceKind.FOLDER, path="seeds/nowhere"),
        source(id="documents", kind=SourceKind.FOLDER, path="seeds/mixed"),
    )
    mixed = publication / "seeds" / "mixed"
    mixed.mkdir()
    (mixed / "good.txt").write_text("Good\n\nText", "utf-8")
    (mixed / "bad.xyz").write_bytes(b"\0")
    found = gather(sources, Folder(publication), NOW)
    assert [item.title for item in found.items] == ["Good"]
    assert [failed for failed, _ in found.failures] == ["gone", "folder", "documents"]


def test_a_json_feed_becomes_items() -> None:
    """The same item as from any other feed; what is not text is left out."""
    data = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Focus", "language": "en", "items": [
      {"id": 7, "url": "https://focus.example.org/a", "title": "A <b>bold</b> title", "date_published":
       "2026-11-24T21:40:00+08:00", "authors": [{"name": "Lin Yue"}, {"name": null}],
       "content_html": "<p>One.</p><script>x()</script><p>Two.</p>"},
      {"id": "x", "url": 5, "content_text": "One.\\n\\nTwo."}, "nonsense"]}"""
    first, second = jsonfeed.parse(data, source(), NOW)
    assert (first.guid, first.title, first.authors) == ("7", "A bold title", ("Lin Yue",))
    assert first.paragraphs == second.paragraphs == ("One.", "Two.")
    assert first.published is not None
    assert first.published.instant == datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
    assert second.link is None


@pytest.mark.parametrize("data", [b"{", b"{}", b'{"items": []}', b"[" * 100_000, b'{"version": "1", "items": {}}'])
def test_what_is_no_json_feed_is_told(data: bytes) -> None:
    """With what to do."""
    with pytest.raises(SourceError, match="wire: .*;"):
        jsonfeed.parse(data, source(), NOW)


def test_rss_1_0_has_one_date() -> None:
    """It is the date of publication."""
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example.com"><title>A</title></channel>
      <item rdf:about="https://a.example.com/1"><title>T</title><link>https://a.example.com/1</link>
      <dc:date>2026-11-24T21:40:00+08:00</dc:date></item></rdf:RDF>"""
    (item,) = feeds.parse(data, source(), NOW)
    assert item.published is not None
    assert item.updated is None
