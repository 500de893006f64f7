"""Rounds of gathering against a real web server: what is stored, what is shown, when it is tried next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.gather.parsing import Parsers
from newsletter.model.item import Decision, ItemId, Triage
from newsletter.model.source import SourceKind
from newsletter.store import items
from tests.gathering import NOW, rss, rss_item, source
from tests.rounds import Newsroom, newsroom
from tests.webserver import Reply, WebServer, bomb, drip, hang, page, parted, raw, redirect, webserver

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HTML = {"Content-Type": "text/html; charset=utf-8"}
TUESDAY = "Tue, 24 Nov 2026 21:40:00 +0800"
FEED = rss(
    rss_item("Talks close", "https://wire.example.com/talks", "w-1", TUESDAY, "<p>They closed with dates.</p>"),
    rss_item("Cranes wait", "https://wire.example.com/cranes", "w-2", TUESDAY, "<p>Ships wait at anchor.</p>"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with webserver() as running:
        yield running


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(1) as running:
        yield running


@pytest.fixture
def room(tmp_path: Path, parsers: Parsers) -> Iterator[Newsroom]:
    with newsroom(tmp_path, parsers) as opened:
        yield opened


def wire(server: WebServer, path: str = "/feed", **changes: object):  # type: ignore[no-untyped-def]
    return source(url=server.url(path), **changes)


def test_a_feed_becomes_items_once(room: Newsroom, server: WebServer) -> None:
    """A second round asks conditionally, gets 304, and brings nothing."""
    server.answer("/feed", page(FEED, etag='"v1"'))
    assert room.gather(server, wire(server))["wire"].new == 2
    assert [(item.id, item.entry.title) for item in room.items()] == [
        ("wire-1", "Talks close"),
        ("wire-2", "Cranes wait"),
    ]
    again = room.gather(server, wire(server), now=NOW + HOUR)["wire"]
    assert (again.new, again.changed, again.failure) == (0, 0, None)
    assert server.asked("/feed")[-1].headers["if-none-match"] == '"v1"'
    assert len(room.items()) == 2


def test_an_unchanged_body_is_not_parsed_again(
    room: Newsroom, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by its hash, where the server knows nothing of conditional requests."""
    server.answer("/same", page(FEED))
    room.gather(server, wire(server, "/same"))
    monkeypatch.setattr(room.parsers, "submit", lambda _job: pytest.fail("it was parsed again"))
    again = room.gather(server, wire(server, "/same"), now=NOW + HOUR)["wire"]
    assert (again.new, again.failure) == (0, None)


def test_a_changed_headline_updates_the_item_and_keeps_the_old_one(room: Newsroom, server: WebServer) -> None:
    """The same GUID: one item, two versions."""
    server.answer("/feed", page(FEED), page(FEED.replace(b"Talks close", b"Talks close late")))
    room.gather(server, wire(server))
    outcome = room.gather(server, wire(server), now=NOW + HOUR)["wire"]
    assert (outcome.new, outcome.changed) == (0, 1)
    (talks, _) = room.items()
    assert (talks.entry.title, talks.versions, talks.changed) == ("Talks close late", 2, NOW + HOUR)
    assert [entry.title for _, entry in items.versions(room.store, talks.id)] == ["Talks close", "Talks close late"]


@dataclass(frozen=True)
class Case:
    """A server's answer, and what must come of it."""

    reply: Reply
    says: str  # in the failure
    pause: timedelta | None = None  # as the server asks; None: our own, a quarter of an hour more or less


CASES = {
    "404": Case(page(status=404), "not found (404)"),
    "403": Case(page(status=403), "refuses us (403); ask its publisher for access"),
    "429 for two hours": Case(page(status=429, headers={"Retry-After": "7200"}), "less often (429)", 2 * HOUR),
    "500": Case(page(status=500), "its server has a fault (500)"),
    "503 until tomorrow": Case(
        page(status=503, headers={"Retry-After": "Thu, 26 Nov 2026 13:00:00 GMT"}), "fault (503)", DAY
    ),
    "a loop": Case(redirect(302, "/case"), "redirect"),
    "hangs": Case(hang(), "second"),
    "hangs in the middle": Case(hang(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<rss"), "second"),
    "drips": Case(drip([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 500], every=0.05), "second"),
    "cut short": Case(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n<rss"), ""),
    "cut in a chunk": Case(parted(FEED[:100], cut=True), ""),
    "gzip bomb of 100 MB": Case(bomb(100), ""),
    "huge header": Case(raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"), ""),
    "no HTTP": Case(raw(b"SSH-2.0-OpenSSH_9.2\r\n"), ""),
    "a page": Case(page(b"<html><body>Hello</body></html>", headers=HTML), "this is a web page, no feed"),
    "empty": Case(page(b""), "the feed is empty"),
    "no XML": Case(page(b"\x00\x01\x02 nothing"), "no RSS, Atom, RDF or JSON feed"),
    "to a private address": Case(redirect(301, "http://10.0.0.1/feed"), ""),
    "to a file": Case(redirect(302, "file:///etc/passwd"), ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_bad_answer_is_told_and_tried_again(case: Case, room: Newsroom, server: WebServer) -> None:
    """Nothing is stored, what was known stays, the words say what to do, and a good source beside it goes on."""
    server.answer("/good", page(FEED))
    server.answer("/case", case.reply)
    outcomes = room.gather(server, wire(server, "/case"), wire(server, "/good", id="good"))
    outcome = outcomes["wire"]
    assert outcome.failure is not None
    assert case.says in outcome.failure
    assert outcome.next_try is not None
    pause = outcome.next_try - NOW
    assert pause == case.pause if case.pause else 12 * MINUTE <= pause <= 18 * MINUTE
    assert (room.state().failures, room.state().failing_since) == (1, NOW)
    assert outcomes["good"].new == 2
    assert {item.entry.source for item in room.items()} == {"good"}


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (FEED.replace(b"Talks", "Gespräche".encode()), "text/html; charset=us-ascii", "Gespräche close"),
        (
            FEED.replace(b"Talks", "Gespräche".encode("latin-1")),
            "application/rss+xml; charset=iso-8859-1",
            "Gespräche close",
        ),
        (FEED, "application/octet-stream", "Talks close"),
        (FEED, "text/plain; charset=nonsense", "Talks close"),
    ],
    ids=["declared us-ascii", "latin-1", "wrong type", "unknown charset"],
)
def test_a_wrong_declaration_hinders_nothing(
    body: bytes, content_type: str, title: str, room: Newsroom, server: WebServer
) -> None:
    """Feeds are read whatever their servers say of them."""
    server.answer("/feed", page(body, headers={"Content-Type": content_type}))
    room.gather(server, wire(server))
    assert room.items()[0].entry.title == title


def test_a_permanent_move_is_recorded(room: Newsroom, server: WebServer) -> None:
    """From the next round on the new address is asked; a temporary one is not remembered."""
    server.answer("/old", redirect(301, "/new"))
    server.answer("/here", redirect(302, "/new"))
    server.answer("/new", page(FEED))
    old, here = wire(server, "/old"), wire(server, "/here", id="here")
    room.gather(server, old, here)
    assert (room.state().address, room.state("here").address) == (server.url("/new"), None)
    before = len(server.asked("/old"))
    room.gather(server, old, now=NOW + HOUR)
    assert len(server.asked("/old")) == before


def test_gone_is_asked_no_more(room: Newsroom, server: WebServer) -> None:
    """410 retires a source until its address in sources.yaml is another one."""
    server.answer("/gone", page(status=410))
    server.answer("/back", page(FEED))
    assert room.gather(server, wire(server, "/gone"))["wire"].retired
    assert room.gather(server, wire(server, "/gone"), now=NOW + 99 * DAY) == {}
    assert room.gather(server, wire(server, "/back"), now=NOW + 99 * DAY)["wire"].new == 2


def test_a_source_rests_until_it_is_due(room: Newsroom, server: WebServer) -> None:
    """As long as Cache-Control asks for."""
    server.answer("/feed", page(FEED, headers={"Cache-Control": "max-age=3600"}))
    room.gather(server, wire(server))
    assert room.gather(server, wire(server), now=NOW + 59 * MINUTE, regardless=False) == {}
    assert "wire" in room.gather(server, wire(server), now=NOW + 60 * MINUTE, regardless=False)


def test_repeated_ids_keep_all_entries_and_changed_ones_bring_nothing_back(room: Newsroom, server: WebServer) -> None:
    """One GUID for all of a feed; and GUIDs that are made anew for each fetch."""
    same = rss(
        *(rss_item(f"T{at}", f"https://wire.example.com/{at}", "same", TUESDAY, f"Text {at}") for at in range(5))
    )
    server.answer("/same", page(same))
    assert room.gather(server, wire(server, "/same"))["wire"].new == 5
    made = [
        rss(*(rss_item(f"U{at}", f"https://wire.example.com/u{at}", f"{turn}-{at}", TUESDAY) for at in range(5)))
        for turn in range(4)
    ]
    server.answer("/made", *(page(body) for body in made))
    changing = wire(server, "/made", id="changing")
    brought = [room.gather(server, changing, now=NOW + turn * HOUR)["changing"].new for turn in range(4)]
    assert brought == [5, 0, 0, 0]


def test_a_date_that_cannot_be_meant_dates_nothing(room: Newsroom, server: WebServer) -> None:
    """The year 1704, next summer: what was written is kept, the item is undated and says why."""
    dates = ("Tue, 01 Jan 1704 10:00:00 GMT", "Tue, 24 Aug 2027 10:00:00 GMT", TUESDAY)
    feed = rss(*(rss_item(f"T{at}", f"https://wire.example.com/{at}", f"{at}", date) for at, date in enumerate(dates)))
    server.answer("/feed", page(feed))
    room.gather(server, wire(server))
    stamps = [item.entry.published for item in room.items()]
    assert [stamp.written for stamp in stamps if stamp] == list(dates)
    assert [stamp is not None and stamp.wall is None for stamp in stamps] == [True, True, False]
    warnings = [" ".join(item.entry.warnings) for item in room.items()]
    assert ["before 1990" in warnings[0], "in the future" in warnings[1], warnings[2]] == [True, True, ""]


def test_a_copy_of_a_rejected_item_arrives_folded(room: Newsroom, server: WebServer) -> None:
    """The same text through another feed, under another address."""
    text = " ".join(
        f"The {word} of the fair is open to all who come by train." for word in ("hall", "gate", "yard", "pier")
    )
    first = rss(rss_item("Visit our fair", "https://wire.example.com/fair", "f", TUESDAY, text))
    second = rss(rss_item("Visit our fair!", "https://other.example.net/pr/9", "g", TUESDAY, text))
    server.answer("/one", page(first))
    server.answer("/two", page(second))
    room.gather(server, wire(server, "/one"))
    decision = Decision(state=Triage.REJECTED, who="mei", when=NOW, why="promotional")
    items.decide(room.store, ItemId("wire-1"), decision)
    outcome = room.gather(server, wire(server, "/two", id="other"), now=NOW + HOUR)["other"]
    assert (outcome.new, outcome.folded) == (1, 1)
    copy = room.items()[-1]
    assert (copy.copy_of, copy.state) == ("wire-1", Triage.REJECTED)
    assert copy.likeness


def test_a_list_page_brings_the_articles_it_names(room: Newsroom, server: WebServer) -> None:
    """Each new one is asked for once; one that fails is tried again in the next round."""
    body = "".join(
        f"<p>Paragraph {at} of the article tells what happened at the harbour on that day.</p>" for at in range(6)
    )
    article = "<html><head><title>{}</title></head><body><article><h1>{}</h1>{}</article></body></html>"
    server.answer(
        "/list",
        page(
            b'<ul><li class="a"><a href="/a1">One</a></li><li class="a"><a href="/a2">Two</a></li></ul>',
            headers=HTML,
        ),
    )
    server.answer("/a1", page(article.format("First", "First", body).encode(), headers=HTML))
    server.answer("/a2", page(status=500), page(article.format("Second", "Second", body).encode(), headers=HTML))
    listed = wire(server, "/list", kind=SourceKind.LIST, links=".a a")
    first = room.gather(server, listed)["wire"]
    assert (first.new, first.failure) == (1, None)
    assert "1 part could not be read" in (first.note or "")
    second = room.gather(server, listed, now=NOW + HOUR)["wire"]
    assert (second.new, second.note) == (1, None)
    assert [item.entry.title for item in room.items()] == ["First", "Second"]
    assert len(server.asked("/a1")) == 1


def test_a_folder_of_documents_is_read_once(room: Newsroom, server: WebServer) -> None:
    """Until a file of it is touched; one that cannot be read stops no other."""
    folder = room.root / "seeds"
    folder.mkdir()
    (folder / "good.txt").write_text("A briefing on ports\n\nShips wait at anchor.\n", "utf-8")
    (folder / "bad.xyz").write_bytes(b"\0")
    documents = source(id="desk", kind=SourceKind.FOLDER, url=None, path="seeds")
    first = room.gather(server, documents)["desk"]
    assert (first.new, first.failure) == (1, None)
    assert "bad.xyz" in (first.note or "")
    again = room.gather(server, documents, now=NOW + HOUR)["desk"]
    assert (again.new, again.changed) == (0, 0)
    assert again.note == first.note
    (folder / "good.txt").write_text("A briefing on ports\n\nShips wait no more.\n", "utf-8")
    assert room.gather(server, documents, now=NOW + 2 * HOUR)["desk"].changed == 1


def test_what_lies_nowhere_is_told(room: Newsroom, server: WebServer) -> None:
    """A missing file, a missing folder, a mailbox without its password."""
    outcomes = room.gather(
        server,
        source(id="file", url=None, path="seeds/none.xml"),
        source(id="folder", kind=SourceKind.FOLDER, url=None, path="seeds/none"),
        source(id="mail", kind=SourceKind.MAILDIR, url=None, path="seeds/none"),
    )
    assert all(outcome.failure and ";" in outcome.failure for outcome in outcomes.values())
    assert len(outcomes) == 3


def test_ten_hanging_feeds_delay_nobody(room: Newsroom, server: WebServer) -> None:
    """Fifty others are served in the same round, which the deadline of one ends."""
    server.answer("/feed", page(FEED))
    server.answer("/hang", hang())
    room.hosts.update(f"h{at}.test" for at in range(60))
    hanging = [source(id=f"h{at}", url=server.url("/hang", f"h{at}.test")) for at in range(10)]
    good = [source(id=f"h{at}", url=server.url("/feed", f"h{at}.test")) for at in range(10, 60)]
    outcomes = room.gather(server, *hanging, *good)
    assert {outcome.source for outcome in outcomes.values() if outcome.failure} == {f"h{at}" for at in range(10)}
    assert sum(outcome.new for outcome in outcomes.values()) == 100
