"""Each entry of a reading is new, known or changed: nothing is lost, nothing comes twice, whatever a feed's ids do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather.identity import match
from newsletter.model import links
from newsletter.model.identity import Changed, Known, New
from newsletter.model.item import ItemId, Reading, Stamp
from newsletter.model.urls import NotAnAddress, parse_url
from tests.sample_items import entry

LONG = (
    "The canal authority has let fewer ships through since last month, and those that pass must sail lighter than " * 2
)


def reading(
    title: str = "Talks end",
    text: str = "In a draw.",
    guid: str | None = None,
    link: str | None = None,
    day: int | None = None,
) -> Reading:
    """A reading of an entry with these marks."""
    published = None if day is None else Stamp(written=f"2026-11-{day:02}", wall=None, zone=None, instant=None)
    return Reading(entry(title, text, guid=guid, link=link and f"https://e.org{link}", published=published), None)


def known_after(known: tuple[Known, ...], changes: tuple[New | Changed, ...]) -> tuple[Known, ...]:
    """What is stored when these changes are recorded."""
    stored = {one.id: one for one in known}
    for change in changes:
        name = change.item if isinstance(change, Changed) else ItemId(f"gazette-{len(stored) + 1}")
        given = change.reading.entry
        stored[name] = Known(
            id=name,
            guid=given.guid,
            link=given.link and links.canonical(given.link),
            title=given.title,
            published=given.published.written if given.published else None,
            digest=given.digest,
        )
    return tuple(stored.values())


def stored(*readings: Reading) -> tuple[Known, ...]:
    return known_after((), match(readings, ()))


def outcome(known: tuple[Known, ...], *readings: Reading) -> list[str]:
    """Per change: "new" and the title, or the name of the item that changed."""
    return [
        change.item if isinstance(change, Changed) else f"new {change.reading.entry.title}"
        for change in match(readings, known)
    ]


FIRST = reading("Talks end", guid="1", link="/a", day=3)


@pytest.mark.parametrize(
    ("again", "told"),
    [
        (reading("Talks end", guid="1", link="/a", day=3), []),
        (reading("Talks end", guid="made-afresh", link="/a", day=3), []),
        (reading("Talks end", guid="1", link="/moved", day=3), []),
        (reading("Talks end", guid="1", link="/a?utm_source=rss", day=3), []),
        (reading("Talks end", guid="made-afresh", link="/moved", day=3), []),
        (reading("Talks end", guid="1", link="/a", day=9), []),
        (reading("Talks end in a draw", guid="1", link="/a", day=3), ["gazette-1"]),
        (reading("Talks end in a draw", guid="1", link="/talks-end-in-a-draw", day=3), ["gazette-1"]),
        (reading("Talks end in a draw", guid="made-afresh", link="/a", day=3), ["gazette-1"]),
        (reading("Talks end", "At last.", guid="1", link="/a", day=9), ["gazette-1"]),
        (reading("Talks begin again", "Once more.", guid="1", link="/b", day=9), ["new Talks begin again"]),
        (reading("Talks begin again", "Once more.", guid="2", link="/a", day=9), ["new Talks begin again"]),
        (reading("Talks end", "Of another day.", guid="2", link="/b", day=9), ["new Talks end"]),
    ],
)
def test_an_entry_that_is_read_again(again: Reading, told: list[str]) -> None:
    """The same, by whatever mark still holds; changed, when its words did; another, when all its marks are other."""
    assert outcome(stored(FIRST), again) == told


def test_repeated_ids_keep_all_entries() -> None:
    """A GUID that a batch repeats identifies nothing: the link does, now and at the next fetch."""
    batch = tuple(reading(f"T{at}", f"Text {at}", guid="same", link=f"/{at}", day=at) for at in range(1, 6))
    known = stored(*batch)
    assert len(known) == 5
    assert match(batch, known) == ()
    assert outcome(known, reading("T9", "Text 9", guid="same", link="/9", day=9)) == ["new T9"]


def test_entries_that_all_link_to_one_page_stay_apart() -> None:
    """Beside an address that several share only the title tells, and beside a front page too."""
    batch = (reading("One", "1", link="/"), reading("Two", "2", link="/"), reading("Three", "3", link="/"))
    known = stored(*batch)
    assert len(known) == 3
    assert match(batch, known) == ()
    assert outcome(stored(batch[0]), reading("Two", "2", link="/")) == ["new Two"]
    assert outcome(known, reading("Two", "2, mended", link="/")) == ["gazette-2"]
    assert outcome(stored(reading("Two", "2", guid="1", link="/")), reading("Two", "II", guid="2", link="/")) == [
        "new Two"
    ]
    dated = reading("Two", "2", link="/", day=4)
    assert outcome(stored(dated), reading("Two", "2, mended", link="/", day=4)) == ["gazette-1"]


def test_exact_repetitions_in_one_batch_become_one() -> None:
    """The same words, date and link, whatever the ids; other words under the same link are another entry."""
    twice = (
        reading(guid="1", link="/a", day=3),
        reading(guid="2", link="/a", day=3),
        reading("Other", link="/a", day=3),
    )
    assert outcome((), *twice) == ["new Talks end", "new Other"]


def test_a_recurring_notice_is_new_each_time() -> None:
    """The same few words with another id, link and date are another notice; the same long text is the same entry."""
    known = stored(reading("Closed", "", guid="1", link="/1", day=1))
    assert outcome(known, reading("Closed", "", guid="2", link="/2", day=8)) == ["new Closed"]
    known = stored(reading("Canal", LONG, guid="1", link="/1", day=1))
    assert outcome(known, reading("Canal", LONG, guid="2", link="/2", day=8)) == []


def test_a_document_is_known_by_its_name() -> None:
    """It has neither link nor date; its guid alone carries a new title."""
    known = stored(reading("Draft", guid="desk/a.md"))
    assert outcome(known, reading("Final", guid="desk/a.md")) == ["gazette-1"]


def test_changes_come_in_the_order_of_the_feed() -> None:
    """New and changed ones among each other."""
    known = stored(reading("A", link="/a"), reading("B", link="/b"))
    batch = (
        reading("N", link="/n"),
        reading("B", "new text", link="/b"),
        reading("A", link="/a"),
        reading("M", link="/m"),
    )
    assert outcome(known, *batch) == ["new N", "gazette-2", "new M"]


@pytest.mark.parametrize("marks", ["guid", "link", "guid and link"])
def test_marks_that_are_made_afresh_for_each_fetch_bring_nothing_back(marks: str) -> None:
    """Twenty fetches, no duplicate and no version."""
    known: tuple[Known, ...] = ()
    for fetch in range(20):
        batch = tuple(
            reading(
                f"Title {at}",
                f"Text {at}.",
                guid=f"{fetch}-{at}" if "guid" in marks else f"g-{at}",
                link=f"/{at}?session={fetch}" if "link" in marks else f"/{at}",
                day=1 + at % 28,
            )
            for at in range(30)
        )
        changes = match(batch, known)
        assert len(changes) == (30 if fetch == 0 else 0)
        known = known_after(known, changes)


readings_ = st.lists(
    st.builds(
        reading,
        title=st.sampled_from(["One", "Two", "Three"]),
        text=st.sampled_from(["", "Short.", LONG]),
        guid=st.sampled_from([None, "1", "2", "3"]),
        link=st.sampled_from([None, "/", "/a", "/b", "/c"]),
        day=st.sampled_from([None, 1, 2, 3]),
    ),
    max_size=8,
).map(tuple)


@given(batches=st.lists(readings_, min_size=1, max_size=4))
def test_a_second_reading_of_the_same_brings_nothing(batches: list[tuple[Reading, ...]]) -> None:
    """Whatever came before, and however little the entries tell themselves apart."""
    known: tuple[Known, ...] = ()
    for batch in batches:
        known = known_after(known, match(batch, known))
        assert match(batch, known) == ()


@given(before=readings_, batch=readings_)
def test_no_entry_is_lost(before: tuple[Reading, ...], batch: tuple[Reading, ...]) -> None:
    """After recording, the words of each entry are stored; no two changes are of one item."""
    known = known_after((), match(before, ()))
    changes = match(batch, known)
    assert {one.entry.digest for one in batch} <= {one.digest for one in known_after(known, changes)}
    changed = [change.item for change in changes if isinstance(change, Changed)]
    assert len(changed) == len(set(changed))


@given(batch=readings_, fetches=st.integers(2, 5))
def test_ids_made_afresh_never_multiply_entries(batch: tuple[Reading, ...], fetches: int) -> None:
    """With links of their own and the same words, entries stay as many as they were."""
    known: tuple[Known, ...] = ()
    for fetch in range(fetches):
        afresh = tuple(
            replace(one, entry=replace(one.entry, guid=f"{fetch}-{at}", link=f"https://e.org/{at}"))
            for at, one in enumerate(batch)
        )
        known = known_after(known, match(afresh, known))
    assert len(known) == len(batch)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTP://WWW.Example.org:80/a/../b/%7ex/?utm_source=x&b=2&a=1#top", "https://example.org/b/~x?a=1&b=2"),
        ("https://example.org", "https://example.org"),
        ("https://example.org/?", "https://example.org"),
        ("https://example.org:8443/a/", "https://example.org:8443/a"),
        ("https://example.org/a?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&id=5", "https://example.org/a?id=5"),
        ("https://example.org/a?ref=feed&v=2", "https://example.org/a?v=2"),
        ("https://example.org/a?ref=v2.1", "https://example.org/a?ref=v2.1"),
        ("https://example.org/a?q=a+b&empty=", "https://example.org/a?empty=&q=a%20b"),
        ("https://example.org/a%2fb/%c3%a9", "https://example.org/a%2Fb/%C3%A9"),
        ("https://b\u00fccher.example/\u00e9", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://example.org/a;jsessionid=12AB?x=1", "https://example.org/a?x=1"),
        ("https://example.org/#!/story/1", "https://example.org#!/story/1"),
        ("https://example.org/news/amp/ship-12", "https://example.org/news/ship-12"),
        ("https://example.org/ship-12/amp/", "https://example.org/ship-12"),
        ("https://example.org/ship-12.amp.html?amp=1", "https://example.org/ship-12.html"),
        ("https://example.org/music/amp", "https://example.org/music/amp"),
        ("https://example.org/amp", "https://example.org/amp"),
        ("https://www.google.com/amp/s/www.example.org/ship-12/amp?x=1", "https://example.org/ship-12?x=1"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/ship-12", "https://example.org/ship-12"),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("mailto:desk@example.org", "mailto:desk@example.org"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_addresses_of_one_page_are_one(written: str, canonical: str) -> None:
    """And what may be another page is another address."""
    assert links.canonical(written) == canonical
    assert links.canonical(canonical) == canonical


@given(st.text(alphabet="abAB%27e/.?&=#:+-;w@[]\u00e9amp ", max_size=40))
def test_canonical_twice_is_canonical_once(tail: str) -> None:
    """Whatever stands behind the host; and it never fails."""
    once = links.canonical(f"https://www.example.org{tail}")
    assert links.canonical(once) == once


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("https://example.org/A/?b=2&utm_source=x&a=%7e#part", "https://example.org/A/?b=2&a=%7e#part"),
        ("https://example.org/a?utm_medium=rss", "https://example.org/a"),
        ("https://example.org/a?utm_medium=rss#part", "https://example.org/a#part"),
        ("https://example.org/a#utm_source=rss", "https://example.org/a"),
        ("https://example.org/a?id=1&&x", "https://example.org/a?id=1&&x"),
        ("https://example.org/a?source=board-of-trade", "https://example.org/a?source=board-of-trade"),
        ("https://example.org/a?source=rss&p=3", "https://example.org/a?p=3"),
    ],
)
def test_what_an_editor_sees_is_free_of_tracking(written: str, clean: str) -> None:
    """And otherwise as it was written."""
    assert links.clean(written) == clean


@pytest.mark.parametrize(
    "host",
    ["1.2.3.4.5", "256.256.256.256", "foo.0x4", "foo.1", "[v1.a:b]", "[fe80::1%25eth0]", "a\ud800.example", "[::1"],
)
def test_what_no_browser_could_reach_is_no_address(host: str) -> None:
    """A host that ends in a number is an IPv4 address or none (URL Standard 3.5); half a character is nothing."""
    with pytest.raises(NotAnAddress):
        parse_url(f"http://{host}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f.1", "[::1]", "8.8.8.8", "1password.com", "example.org."])
def test_what_a_browser_reads_is_an_address(host: str) -> None:
    """Whether it may be asked is for the guard to say."""
    assert parse_url(f"http://{host}/") == f"http://{host}/"
