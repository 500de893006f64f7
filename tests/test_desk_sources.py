"""Sources at the desk: how each is doing, changed by forms, added by an address, gathered, as OPML."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.actions.edit_source import gather_now
from newsletter.actions.gather_sources import LOCK, gather_sources
from newsletter.actions.source_board import Doing, source_board
from newsletter.model.source import RightsPolicy, Source, SourceId, SourceKind
from newsletter.publication import yamlfile
from newsletter.store import audit, items, sources
from newsletter.store.engine import open_store
from newsletter.store.locks import hold
from tests import listed
from tests.desking import Desking
from tests.listed import NAMES, PEOPLE, SOURCES, edited, lines_changed, text_of
from tests.smtpserver import LIMIT
from tests.webserver import WebServer, page, webserver

desk = listed.desk

HOSTILE = '<script>alert("x")</script>'
FEED = b"""<rss version="2.0"><channel><title>&lt;script&gt;alert("x")&lt;/script&gt; Wire</title>
<link>https://wire.example.com/</link><description>News</description>
<item><title>&lt;img src=x onerror=alert(1)&gt; Talks close</title><link>https://wire.example.com/1</link>
<guid>1</guid><pubDate>Tue, 24 Nov 2026 09:00:00 GMT</pubDate></item></channel></rss>"""


def test_the_list_says_how_each_source_is_doing(desk: Desking) -> None:
    """A dot and a word, the error in words, rights, items of the week, and the rhythm with its figures as a table."""
    failing(desk, "gazette", f"the server says {HOSTILE}")
    text = desk.signed_in("priya").get("/sources").text
    assert HOSTILE not in text
    assert "the server says &lt;script&gt;" in text
    assert '<span class="dot bad" aria-hidden="true"></span>failing' in text
    assert '<span class="badge no">do not use</span>' in text
    assert text.count('class="plot plot-rhythm"') == 10
    assert len(re.findall(r'<tr><th scope="row">week of ', text)) == 13
    assert "Add a source" not in text  # who may not, is not asked to


def test_what_outsiders_call_themselves_is_shown_as_text(desk: Desking) -> None:
    """A name that is markup, and an error that is, stay words on every page, in the plot and in its table."""
    edited(desk, SOURCES, "name: The Peninsula Gazette", f"name: '{HOSTILE}'")
    edited(desk, PEOPLE, "role: senior fellow", f"role: '{HOSTILE}'")
    edited(desk, NAMES, "[Ning-po, Ningpo]", f"['{HOSTILE}', Ningpo]")
    desk.office.look_again()
    failing(desk, "gazette", HOSTILE)
    daniel = desk.signed_in("daniel")
    for path in ("/sources", "/sources/gazette", "/people", "/people/lin-yue", "/names", "/names/one?name=Ningbo"):
        text = daniel.get(path).text
        assert "<script>alert" not in text, path
        assert "&lt;script&gt;alert" in text, path


def test_the_list_is_narrowed_by_state_and_words(desk: Desking) -> None:
    """Each filter says how many there are; what is looked for stays with it."""
    failing(desk, "gazette", "no answer")
    client = desk.signed_in("priya")
    found = set(re.findall(r'<a href="/sources/([\w-]+)">', client.get("/sources?q=ledger").text))
    assert found == {"campus-ledger", "pacific-ledger"}
    assert set(re.findall(r'href="/sources/([\w-]+)">', client.get("/sources?state=failing").text)) == {"gazette"}
    assert "No source is like that" in client.get("/sources?state=failing&q=ledger").text
    assert 'href="/sources?state=failing"' in client.get("/sources").text


def test_long_lists_are_shown_in_pages(desk: Desking) -> None:
    """A page too far is the last one."""
    made = [source_called(f"wire-{number}") for number in range(60)]
    board = source_board(desk.app, made, page=3)
    assert (board.pages, board.page, len(board.cards), board.cards[0].source.id) == (3, 3, 10, "wire-50")
    assert source_board(desk.app, made, page=99).page == 3
    assert source_board(desk.app, made).counts == {Doing.NEW: 60}


def test_a_source_that_failed_a_moment_ago_is_backing_off(desk: Desking) -> None:
    """It is left alone until its next try; after a day of it, it is failing."""
    failing(desk, "gazette", "no answer", hours=2)
    (card,) = source_board(desk.app, desk.office.publication.sources, "gazette").cards
    assert card.doing is Doing.BACKING_OFF
    failing(desk, "gazette", "no answer", hours=25)
    (card,) = source_board(desk.app, desk.office.publication.sources, "gazette").cards
    assert card.doing is Doing.FAILING


def test_a_source_is_changed_as_its_kind_asks(desk: Desking) -> None:
    """The comment behind a value stays, an empty field takes its key out, and the audit log names who did it."""
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    shown = daniel.get("/sources/harbour-wire")
    assert 'name="mailbox.host"' not in shown.text
    fields = {"name": "Harbour Wire", "path": "seeds/feeds/harbour-wire.rdf", "rights": "free to quote"}
    fields |= {"quote_limit": "40", "zone": "Europe/Paris", "base": shown.hidden("base")}
    assert "The source was saved." in daniel.follow(daniel.send(shown, "/sources/harbour-wire", fields)).text
    gone, came = lines_changed(before, text_of(desk, SOURCES))
    assert gone == ["  zone: Europe/Amsterdam # two of its dates name none"]
    assert came == ["  zone: Europe/Paris # two of its dates name none"]
    wire = next(one for one in entries(desk) if one["id"] == "harbour-wire")
    assert (wire["rights"], wire["quote_limit"]) == ("free to quote", "40")
    with open_store(desk.app.database) as store:
        last = audit.entries(store)[-1].deed
    assert (last.who, last.act) == ("daniel (signed in)", "change source")
    assert last.note == "harbour-wire: rights, quote_limit, zone"


def test_what_does_not_fit_together_is_told_beside_the_field(desk: Desking) -> None:
    """Policies, paths, zones and sections: each mistake where it can be mended, what was typed kept."""
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    shown = daniel.get("/sources/gazette")
    fields = {
        "name": "G",
        "path": "../secret",
        "rights": "free to quote",
        "zone": "Asia/Nowhere",
        "quote_limit": "many",
    }
    refused = daniel.send(shown, "/sources/gazette", {**fields, "base": shown.hidden("base")})
    assert re.search(r'id="e-zone">.{1,10}Asia/Nowhere.{1,10} is not a time zone', refused.text)
    assert re.search(r'id="e-quote_limit">Is .{1,10}many', refused.text)
    fields |= {"zone": "", "quote_limit": "", "fills": "video"}
    refused = daniel.send(shown, "/sources/gazette", {**fields, "base": shown.hidden("base")})
    assert re.search(r'id="e-path">.{1,10}\.\./secret.{1,10} leads out', refused.text)
    assert re.search(r'id="e-fills"><code>fills</code> is for our own', refused.text)
    assert 'value="../secret"' in refused.text
    empty = daniel.send(shown, "/sources/gazette", {"name": "G", "rights": "ours", "base": shown.hidden("base")})
    assert re.search(r'id="e-url">A source of kind feed needs', empty.text)
    assert text_of(desk, SOURCES) == before


def test_a_mailbox_is_added_by_hand(desk: Desking) -> None:
    """With the fields of its kind, and nothing written that is so anyway."""
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    fields = {
        "kind": "imap",
        "name": "Letters",
        "rights": "summarise and link only",
        "mailbox.host": "imap.example.org",
    }
    form = daniel.get("/sources/_new?kind=imap")
    refused = daniel.send(form, "/sources/_new", {**fields, "mailbox.tls": "false", "mailbox.port": "99999"})
    assert re.search(r'id="e-mailbox.user">This is needed', refused.text)
    fields |= {"mailbox.user": "desk@example.org"}
    refused = daniel.send(form, "/sources/_new", {**fields, "mailbox.tls": "false", "mailbox.port": "99999"})
    assert re.search(r'id="e-mailbox.port">There is no port 99999', refused.text)
    assert daniel.send(form, "/sources/_new", fields).to == "/sources/letters"
    assert text_of(desk, SOURCES) == (
        f"{before}\n- id: letters\n  name: Letters\n  kind: imap\n  mailbox:\n    host: imap.example.org\n"
        "    user: desk@example.org\n  rights: summarise and link only\n"
    )


def test_a_source_that_is_paused_is_asked_no_more(desk: Desking) -> None:
    """By no round and by nobody, until that line of sources.yaml is gone again; every other byte of it stays."""
    edited(desk, SOURCES, "- id: gazette\n", "# ours to quote\n- id: gazette # the daily\n")
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    answer = daniel.send(daniel.get("/sources/gazette"), "/sources/gazette/off")
    text = daniel.follow(answer).text
    assert "as sources.yaml says" in text
    assert "Ask it again" in text
    assert lines_changed(before, text_of(desk, SOURCES)) == ([], ["  paused: true"])
    assert "gazette" not in {outcome.source for outcome in gather_sources(desk.app, regardless=True).outcomes}
    asked = daniel.send(daniel.get("/sources/gazette"), "/sources/gazette/gather")
    assert (asked.status, "is paused" in asked.text) == (422, True)
    daniel.send(daniel.get("/sources/gazette"), "/sources/gazette/on")
    assert text_of(desk, SOURCES) == before
    assert "gazette" in {outcome.source for outcome in gather_sources(desk.app, regardless=True).outcomes}
    with open_store(desk.app.database) as store:
        deeds = [(entry.deed.who, entry.deed.act, entry.deed.note) for entry in audit.entries(store)]
    assert [act for who, act, note in deeds if (who, note) == ("daniel (signed in)", "gazette")] == [
        "switch off source",
        "switch on source",
    ]


def test_a_source_that_is_gone_for_good_can_be_asked_again(desk: Desking) -> None:
    """What made it gone is forgotten; sources.yaml stays as it is."""
    failing(desk, "gazette", "it says it is gone for good (410)")
    with open_store(desk.app.database) as store:
        gone = replace(sources.states(store)[SourceId("gazette")], retired=desk.clock())
        sources.save(store, [gone])
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    daniel.send(daniel.get("/sources/gazette"), "/sources/gazette/on")
    assert text_of(desk, SOURCES) == before
    with open_store(desk.app.database) as store:
        state = sources.states(store)[SourceId("gazette")]
    assert (state.retired, state.failures, state.error, state.next_try) == (None, 0, None, None)


def test_while_a_round_is_running_a_source_can_be_paused_only(desk: Desking) -> None:
    """The round would write over anything else; who asked is told to try again."""
    daniel = desk.signed_in("daniel")
    with open_store(desk.app.database) as store, hold(store, LOCK, desk.root, desk.clock()):
        answer = daniel.send(daniel.get("/sources/gazette"), "/sources/gazette/off")
        assert "is paused" in daniel.follow(answer).text
        answer = daniel.send(daniel.get("/sources/meridian"), "/sources/meridian/gather")
        assert "being gathered at the moment" in daniel.follow(answer).text
        answer = daniel.send(daniel.get("/sources/gazette"), "/sources/gazette/on")
        assert "being gathered at the moment" in daniel.follow(answer).text
    assert "paused: true" in text_of(desk, SOURCES)


def test_a_source_is_removed_with_its_lines(desk: Desking) -> None:
    """And with no other one."""
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    shown = daniel.get("/sources/meridian")
    assert daniel.send(shown, "/sources/meridian/remove", {"base": shown.hidden("base")}).to == "/sources"
    gone, came = lines_changed(before, text_of(desk, SOURCES))
    assert (gone[0], came) == ("- id: meridian", [])
    assert daniel.get("/sources/meridian").status == 404


def test_writers_look_and_do_not_touch(desk: Desking) -> None:
    """Sources are the operators': writers see everything and have no form; people and names are theirs too."""
    priya = desk.signed_in("priya")
    shown = priya.get("/sources/gazette")
    assert "Operators may change the sources." in shown.text
    assert "Gather now" not in shown.text
    form = priya.get("/people")
    for path in ("/sources/gazette", "/sources/gazette/off", "/sources/_new", "/sources.opml"):
        assert priya.send(form, path, {"name": "X"}).status == 403


# Adding by an address, gathering, OPML


@pytest.fixture
def wire(desk: Desking) -> Iterator[WebServer]:
    """A site with a feed, which the publication may ask."""
    with webserver() as server:
        with (desk.root / "schedule.yaml").open("a", encoding="utf-8") as file:
            file.write("\ngather: { allow_hosts: [localhost] }\n")
        desk.office.look_again()
        server.answer("/", page(b'<link rel="alternate" type="application/rss+xml" href="/feed"><h1>Wire</h1>'))
        server.answer("/feed", page(FEED))
        yield server


def test_a_feed_is_found_at_an_address_chosen_added_and_gathered(desk: Desking, wire: WebServer) -> None:
    """What a stranger's feed says of itself is shown as text, on every page on the way, and written as text."""
    daniel, before = desk.signed_in("daniel"), text_of(desk, SOURCES)
    found = daniel.send(daniel.get("/sources/_new"), "/sources/_new/look", {"address": wire.url("/", "localhost")})
    assert found.status == 200
    assert "<script>alert" not in found.text
    assert "onerror=alert(1)> " not in found.text
    assert "Talks close" in found.text
    assert text_of(desk, SOURCES) == before
    fields = {name: found.hidden(name) for name in ("kind-1", "url-1", "name-1", "language-1")}
    fields |= {"chosen": "1", "name": "", "id": "wire", "rights": "free to quote"}
    added = daniel.send(found, "/sources/_new", fields)
    assert added.to == "/sources/wire"
    entry = next(one for one in entries(desk) if one["id"] == "wire")
    assert (entry["url"], entry["rights"], entry["kind"]) == (wire.url("/feed", "localhost"), "free to quote", "feed")
    shown = daniel.follow(added)
    assert "<script>alert" not in shown.text
    gathered = daniel.follow(daniel.send(shown, "/sources/wire/gather"))
    assert "It was asked: 1 new item." in gathered.text
    assert '<a href="/triage/wire-1">' in gathered.text
    assert "<img src=x" not in gathered.text
    twice = daniel.send(found, "/sources/_new", {**fields, "id": "wire-two"})
    assert re.search(r'id="e-url">This address is gathered already, as .{1,10}wire', twice.text)


def test_an_address_without_anything_is_told_beside_it(desk: Desking, wire: WebServer) -> None:
    """What was typed stays; addresses of our own network are not asked."""
    daniel = desk.signed_in("daniel")
    form = daniel.get("/sources/_new")
    for address, words in (
        (wire.url("/none", "localhost"), "not found"),
        (wire.url("/feed", "127.0.0.1"), "loopback"),
        ("ftp://wire.example.com", "is not a web address"),
        ("", "Write the address"),
    ):
        answer = daniel.send(form, "/sources/_new/look", {"address": address})
        assert (answer.status, words in answer.text, f'value="{address}"' in answer.text) == (422, True, True)


def test_gathering_that_takes_long_goes_on_by_itself(desk: Desking, wire: WebServer) -> None:
    """Whoever asked is not kept waiting, and the items are there once it is done."""
    with (desk.root / SOURCES).open("a", encoding="utf-8") as file:
        url = wire.url("/feed", "localhost")
        file.write(f"\n- id: wire\n  name: Wire\n  kind: feed\n  url: {url}\n  rights: free to quote\n")
    before = set(threading.enumerate())
    assert gather_now(desk.app, "wire", patience=0.0) is None
    for thread in set(threading.enumerate()) - before:
        if thread.name == "gather wire":
            thread.join(LIMIT)
    with open_store(desk.app.database) as store:
        assert len(items.items(store, source=SourceId("wire"))) == 1


def test_sources_go_out_and_come_in_as_opml(desk: Desking) -> None:
    """A file of another program's feeds is added to ours; one that is no OPML is refused beside its field."""
    daniel = desk.signed_in("daniel")
    outline = '<outline type="rss" text="New &amp; Wire" xmlUrl="https://wire.example.com/feed"/>'
    opml = f'<opml version="2.0"><head/><body>{outline}</body></opml>'.encode()
    form = daniel.get("/sources")
    answer = daniel.upload(form, "/sources.opml", {}, "opml", ("feeds.opml", opml))
    assert "1 source was added, 0 known already, 0 left out." in daniel.follow(answer).text
    out = daniel.get("/sources.opml")
    assert 'xmlUrl="https://wire.example.com/feed"' in out.text
    assert out.headers["content-disposition"] == 'attachment; filename="sources.opml"'
    refused = daniel.upload(form, "/sources.opml", {}, "opml", ("feeds.opml", b"no"))
    assert re.search(r'id="e-opml">Nothing was added', refused.text)
    assert "Choose a file" in daniel.send(form, "/sources.opml").text


def failing(desk: Desking, name: str, error: str, hours: float = 72) -> None:
    """The source has failed for so long, and is tried again in an hour."""
    now, key = desk.clock(), SourceId(name)
    with open_store(desk.app.database) as store:
        state = sources.states(store)[key]
        state = replace(state, error=error, failures=3, failing_since=now - timedelta(hours=hours))
        sources.save(store, [replace(state, next_try=now + timedelta(hours=1))])


def source_called(name: str) -> Source:
    return Source(id=name, name=name, kind=SourceKind.FOLDER, path="seeds/x", rights=RightsPolicy.OURS)


def entries(desk: Desking) -> list[dict[str, yamlfile.Value]]:
    value = yamlfile.read(text_of(desk, SOURCES)).value
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, dict)]
