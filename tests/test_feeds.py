"""Feeds become entries: what they say and nothing more, in plain text, whatever shape they are in."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather import feeds
from newsletter.gather.xml import entry_slices, without_doctype
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Entry, Related
from newsletter.model.source import RightsPolicy
from tests.gathering import rss, rss_item, source

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>A</title>{}</feed>'


def entries(data: bytes, **changes: object) -> list[Entry]:
    return [reading.entry for reading in feeds.read(data, source(**changes), "https://wire.example.com/feed").readings]


def test_an_entry_says_what_the_feed_says() -> None:
    """Title, link, GUID, dates, authors and paragraphs, in plain text."""
    data = rss(
        "<item><title>Dates &amp;amp; terms</title><link>https://wire.example.com/a</link><guid>w-1</guid>"
        "<pubDate>Tue, 24 Nov 2026 21:40:00 +0800</pubDate><author>desk@wire.example.com (Tomas Reyes)</author>"
        "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &lt;b&gt;bold&lt;/b&gt;.&lt;/p&gt;</description></item>"
    )
    (entry,) = entries(data)
    assert (entry.title, entry.link, entry.guid) == ("Dates & terms", "https://wire.example.com/a", "w-1")
    assert entry.paragraphs == ("One.", "Two bold.")
    assert entry.authors == (Author(name="Tomas Reyes"),)
    assert entry.published is not None
    assert entry.published.instant == datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
    assert entry.rights.policy is RightsPolicy.QUOTE
    assert entry.warnings == ()


def test_an_atom_entry_has_a_deck_a_language_and_related_pieces() -> None:
    """The summary beside a full text is its deck; xml:lang is inherited; a relative link is resolved."""
    data = ATOM.format(
        '<entry><id>urn:1</id><title>T</title><link href="/a?utm_source=feed"/><summary>Short.</summary>'
        '<link rel="related" href="https://other.example.org/b" title="B"/>'
        '<content type="html">&lt;p&gt;The whole text.&lt;/p&gt;</content><updated>2026-11-24T21:40:00Z</updated>'
        "</entry>"
    ).encode()
    (entry,) = entries(data)
    assert (entry.link, entry.deck, entry.language) == ("https://wire.example.com/a", "Short.", "de")
    assert entry.related == (Related("B", "https://other.example.org/b"),)
    assert entry.published is None
    assert entry.updated is not None


def test_the_original_is_the_untouched_piece_of_the_feed() -> None:
    """Each entry keeps its own bytes."""
    pieces = [rss_item(f"T{at}", f"https://wire.example.com/{at}") for at in range(3)]
    readings = feeds.read(rss(*pieces), source()).readings
    assert [reading.original.data.decode() for reading in readings if reading.original] == pieces


def test_pieces_that_cannot_be_told_apart_are_not_guessed() -> None:
    """An entry that quotes the end of another inside CDATA."""
    assert entry_slices(b"<item><![CDATA[</item><item>]]></item>", 1) == (None,)


def test_an_entry_cannot_smuggle_anything_in() -> None:
    """Scripts, handlers and tags are gone; a javascript: link is no link."""
    data = rss(
        "<item><title>&lt;img src=x onerror=alert(1)&gt;A&lt;script&gt;alert(2)&lt;/script&gt;</title>"
        "<link>javascript:alert(3)</link><description>&lt;svg onload=alert(4)&gt;text&lt;/svg&gt;</description></item>"
    )
    (entry,) = entries(data)
    assert entry.title == "A"
    assert entry.link is None
    assert not any(sign in " ".join(entry.paragraphs) for sign in ("<", "alert"))
    assert "the entry has no address that can be linked to" in entry.warnings


def test_a_guid_that_several_entries_share_names_none_of_them() -> None:
    """All stay; what tells them apart is for their links."""
    found = entries(rss(*(rss_item(f"T{at}", f"https://wire.example.com/{at}", "same") for at in range(3))))
    assert [(entry.guid, entry.title) for entry in found] == [(None, "T0"), (None, "T1"), (None, "T2")]


def test_updated_is_only_what_the_feed_says() -> None:
    """feedparser would hand out the date of publication for it."""
    (entry,) = entries(rss(rss_item("T", date="Tue, 24 Nov 2026 21:40:00 +0800")))
    assert entry.updated is None


def test_a_rights_notice_makes_the_policy_stricter() -> None:
    """The entry's own words win over what sources.yaml allows, and never loosen it."""
    (entry,) = entries(rss(rss_item("T", text="<p>News.</p><p>Reproduction without permission is prohibited.</p>")))
    assert entry.rights.policy is RightsPolicy.SUMMARISE
    assert entry.rights.notice == "Reproduction without permission is prohibited."
    assert entry.paragraphs == ("News.",)


def test_an_ill_formed_feed_gives_what_can_be_read_and_says_so() -> None:
    """A bare ampersand and a missing end are common."""
    data = b"<rss version='2.0'><channel><item><title>Ports & pauses</title></item><item><title>Two</title>"
    assert [entry.title for entry in entries(data)] == ["Ports & pauses", "Two"]
    assert "ill-formed" in (feeds.read(data, source()).note or "")


def test_of_ten_thousand_entries_the_first_five_hundred_are_read() -> None:
    """And the note says how many there are."""
    parsed = feeds.read(rss(*(rss_item(f"T{at}") for at in range(10_000))), source())
    assert len(parsed.readings) == 500
    assert parsed.note == "it has 10,000 entries; the first 500 were read"


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n", b"<html><body>Not found</body></html>", b"\xff\xfe\x00", b"{", b"{}", b'{"items": []}'],
    ids=["empty", "blank", "page", "bytes", "cut JSON", "empty JSON", "JSON of another kind"],
)
def test_what_is_no_feed_is_told(data: bytes) -> None:
    """With what to do."""
    with pytest.raises(SourceError, match="wire: .*;"):
        feeds.read(data, source())


@pytest.mark.parametrize("data", [b"{" * 100_000, b'{"a":' * 100_000, b'{"version": "1", "items": {}}'])
def test_hostile_json_is_told(data: bytes) -> None:
    """However deep it is nested."""
    with pytest.raises(SourceError, match="wire: .*;"):
        feeds.read(data, source())


def test_a_json_feed_gives_the_same_entries() -> None:
    """What is not text is left out."""
    data = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Focus", "language": "en", "items": [
      {"id": 7, "url": "/a", "title": "A <b>bold</b> title", "date_published":
       "2026-11-24T21:40:00+08:00", "authors": [{"name": "Lin Yue"}, {"name": null}],
       "content_html": "<p>One.</p><script>x()</script><p>Two.</p>"},
      {"id": "x", "url": 5, "content_text": "One.\\n\\nTwo."}, "nonsense"]}"""
    first, second = entries(data)
    assert (first.guid, first.title, first.authors) == ("7", "A bold title", (Author(name="Lin Yue"),))
    assert first.link == "https://wire.example.com/a"
    assert first.paragraphs == second.paragraphs == ("One.", "Two.")
    assert first.published is not None
    assert first.published.instant == datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
    assert second.link is None


def test_rss_1_0_has_one_date() -> None:
    """It is the date of publication."""
    data = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example.com"><title>A</title></channel>
      <item rdf:about="https://a.example.com/1"><title>T</title><link>https://a.example.com/1</link>
      <dc:date>2026-11-24T21:40:00+08:00</dc:date></item></rdf:RDF>"""
    (entry,) = entries(data)
    assert entry.published is not None
    assert entry.updated is None


LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
BOMBS = {
    "a billion laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>',
    "one long entity": f'<!DOCTYPE rss [<!ENTITY l9 "{"ha" * 50_000}">]>',
    "a file of this machine": '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "an address": '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "http://127.0.0.1:1/">]>',
    "a parameter entity": '<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "behind a comment and an instruction": '<!-- > <a> --><?x > ?><!DOCTYPE rss [<!-- ]> --><!ENTITY l9 "ha">]>',
    "a declaration without end": '<!DOCTYPE rss [<!ENTITY l9 "ha',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_entity_is_ever_declared(bomb: str, encoding: str) -> None:
    """Neither a bomb goes off nor a file is read: the declaration never reaches the parser."""
    item = f"<item><title>A{'&l9;' * 200}Z</title></item>"
    data = f'<?xml version="1.0"?>{bomb}<rss version="2.0"><channel>{item}</channel></rss>'.encode(encoding)
    assert b"ENTITY" not in without_doctype(data)
    try:
        found = entries(data)
    except SourceError:
        assert bomb == BOMBS["a declaration without end"]
    else:
        assert all("root:" not in entry.title and "haha" not in entry.title for entry in found)


@given(st.text(alphabet="<>!-?[]'\" aDOCTYPEN\n", max_size=200))
def test_a_prolog_of_any_shape_is_cut_in_no_time(text: str) -> None:
    """What is left is a tail of what was there, behind the head that was left."""
    data = f"<?xml version='1.0'?>{text}<rss/>".encode()
    left = without_doctype(data)
    assert len(left) <= len(data)
    assert left == data or data.startswith(left[:21])


@given(st.binary(max_size=2_000))
def test_any_bytes_give_entries_or_words(data: bytes) -> None:
    """Never another error."""
    with suppress(SourceError):
        assert len(feeds.read(data, source()).readings) <= len(data)
