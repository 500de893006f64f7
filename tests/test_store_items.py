"""Items: recorded once, found again as they came, decided about, purged; on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.model.identity import Changed, Known, New
from newsletter.model.item import (
    Author,
    Decision,
    Entry,
    Item,
    ItemId,
    Original,
    Passage,
    Reading,
    Related,
    Rights,
    Stamp,
    Triage,
    text_digest,
)
from newsletter.model.source import RightsPolicy, SourceId, SourceState
from newsletter.store import items, sources
from newsletter.store.engine import Store, open_store
from newsletter.store.entries import from_json, to_json
from newsletter.store.errors import StoreError, UnknownItem
from newsletter.store.originals import MAX_OCTETS
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
DAY = timedelta(days=1)
WIRE, GAZETTE = SourceId("wire"), SourceId("gazette")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


def entry(guid: str | None = "w-1", source: SourceId = WIRE, **changes: object) -> Entry:
    usual = {
        "link": f"https://wire.example.com/{guid}",
        "title": f"Title {guid}",
        "passages": (Passage(None, ("One.", "Two.")),),
        "language": "en",
        "rights": Rights(RightsPolicy.QUOTE),
        "method": "feed",
        "digest": text_digest(f"Title {guid}", ("One.", "Two.")),
    }
    return Entry(source=source, guid=guid, **{**usual, **changes})  # type: ignore[arg-type]


def new(guid: str | None = "w-1", original: Original | None = None, **changes: object) -> New:
    return New(Reading(entry(guid, **changes), original))  # type: ignore[arg-type]


def record(store: Store, *changes: New | Changed, source: SourceId = WIRE, now: datetime = NOW) -> tuple[ItemId, ...]:
    return items.record(store, source, changes, SourceState(source=source, tried=now), now)


def found(store: Store, item: str) -> Item:
    there = items.find(store, ItemId(item))
    assert there is not None
    return there


def decision(state: Triage, now: datetime = NOW, why: str | None = None) -> Decision:
    return Decision(state=state, who="Ada", when=now, why=why)


# Recording and finding


def test_a_new_item_is_found_as_it_came(store: Store) -> None:
    """Its name is the source's and a number; it is new, first seen now, with one version."""
    assert record(store, new()) == ("wire-1",)
    assert items.find(store, ItemId("wire-1")) == Item(
        id=ItemId("wire-1"), entry=entry(), first_seen=NOW, changed=NOW, versions=1, decision=None
    )
    assert found(store, "wire-1").first_seen.tzinfo is UTC


def test_the_state_of_the_source_is_written_with_its_items(store: Store) -> None:
    """In one transaction; also where nothing new came."""
    record(store, new())
    assert sources.states(store)[WIRE].tried == NOW
    record(store, now=NOW + DAY)
    assert sources.states(store)[WIRE].tried == NOW + DAY


def test_numbers_go_up_for_each_source(store: Store) -> None:
    """Also where the state was saved in between."""
    assert record(store, new("a"), new("b")) == ("wire-1", "wire-2")
    sources.save(store, [SourceState(source=WIRE)])
    assert record(store, new("c")) == ("wire-3",)
    assert record(store, new("a", source=GAZETTE), source=GAZETTE) == ("gazette-1",)


def test_what_is_known_of_a_source(store: Store) -> None:
    """By what each of its items is recognised, the oldest first."""
    stamp = Stamp(written="yesterday", wall=None, zone=None, instant=None)
    record(store, new("b", published=stamp), new(None, link=None, title="Untitled", digest="d"))
    record(store, new("a", source=GAZETTE), source=GAZETTE)
    assert items.known(store, WIRE) == (
        Known(ItemId("wire-1"), "b", "https://wire.example.com/b", "Title b", "yesterday", entry("b").digest),
        Known(ItemId("wire-2"), None, None, "Untitled", None, "d"),
    )
    assert items.known(store, SourceId("nowhere")) == ()


def test_a_changed_entry_becomes_a_version(store: Store) -> None:
    """The item says what its source says now; what it said before is kept."""
    record(store, new())
    headline = entry(title="Another headline", digest="e")
    assert record(store, Changed(ItemId("wire-1"), Reading(headline, None)), now=NOW + DAY) == ("wire-1",)
    item = found(store, "wire-1")
    assert (item.entry, item.first_seen, item.changed, item.versions) == (headline, NOW, NOW + DAY, 2)
    assert items.versions(store, item.id) == ((NOW, entry()), (NOW + DAY, headline))
    assert items.known(store, WIRE)[0].title == "Another headline"


def test_the_same_change_twice_is_one_version(store: Store) -> None:
    """Two processes that read the same new headline record it once."""
    record(store, new())
    change = Changed(ItemId("wire-1"), Reading(entry(title="Another headline"), None))
    record(store, change, change)
    record(store, change)
    assert found(store, "wire-1").versions == 2


def test_an_entry_recorded_twice_is_one_item(store: Store) -> None:
    """What another process has recorded meanwhile keeps its name and counts as not new."""
    record(store, new("a"))
    batch = items.Batch(WIRE, (new("a"), new("b")), SourceState(source=WIRE))
    assert items.record_all(store, [batch], NOW) == (1,)
    assert record(store, new("b"), new("a")) == ("wire-2", "wire-1")
    assert [item.versions for item in items.items(store)] == [1, 1]


def test_an_entry_recorded_twice_with_another_deck_has_two_versions(store: Store) -> None:
    """What the second process read beside the same words is not lost."""
    record(store, new("a"))
    assert record(store, new("a", deck="A deck")) == ("wire-1",)
    assert [one.deck for _, one in items.versions(store, ItemId("wire-1"))] == [None, "A deck"]


@pytest.mark.parametrize(
    "second",
    [
        new("1"),
        new(title="Another title"),
        new(digest="other words"),
        new(link="https://wire.example.com/2"),
        new(published=Stamp(written="Tuesday", wall=None, zone=None, instant=None)),
        new(source=GAZETTE),
    ],
    ids=["GUID", "title", "words", "link", "date", "source"],
)
def test_entries_that_differ_are_two_items(store: Store, second: New) -> None:
    """Who read them has told them apart: a site may give all its entries one GUID, or the address of one page."""
    record(store, new())
    record(store, second, source=second.reading.entry.source)
    assert len(items.items(store)) == 2


def test_entries_of_one_reading_are_never_folded_into_one(store: Store) -> None:
    """Whoever read them has told them apart; reading them again in another process gives the same two."""
    twice = (new(None, title="Brief"), new(None, title="Brief", deck="A deck"))
    assert record(store, *twice) == ("wire-1", "wire-2")
    assert record(store, *twice) == ("wire-1", "wire-2")
    assert [item.versions for item in items.items(store)] == [1, 1]


def test_two_items_may_come_to_look_the_same(store: Store) -> None:
    """A change that gives an item all the marks of another changes that item only; two may swap theirs."""
    record(store, new("a"), new("b"))
    record(store, Changed(ItemId("wire-2"), Reading(entry("a"), None)))
    assert [known.guid for known in items.known(store, WIRE)] == ["a", "a"]
    swapped = (("wire-1", "b"), ("wire-2", "a"), ("wire-1", "c"), ("wire-2", "b"))
    changes = (Changed(ItemId(item), Reading(entry(guid), None)) for item, guid in swapped)
    assert record(store, new("a"), *changes)[0] == "wire-3"
    assert [known.guid for known in items.known(store, WIRE)] == ["c", "b", "a"]


def test_a_change_to_an_item_that_never_was_writes_nothing(store: Store) -> None:
    """All that came with it is left as well."""
    for name in ("wire-7", "nonsense"):
        with pytest.raises(UnknownItem, match=f"no item '{name}'"):
            record(store, new(), Changed(ItemId(name), Reading(entry(), None)))
    assert items.items(store) == ()
    assert sources.states(store) == {}


def test_several_sources_are_recorded_together(store: Store) -> None:
    """How many new items each brought, in the order in which they were handed in."""
    batches = [
        items.Batch(WIRE, (new("a"), new("b")), SourceState(source=WIRE)),
        items.Batch(GAZETTE, (new("a", source=GAZETTE),), SourceState(source=GAZETTE)),
        items.Batch(SourceId("quiet"), (), SourceState(source=SourceId("quiet"), failures=1)),
    ]
    assert items.record_all(store, batches, NOW) == (2, 1, 0)
    assert [item.id for item in items.items(store)] == ["gazette-1", "wire-1", "wire-2"]
    assert list(sources.states(store)) == ["gazette", "quiet", "wire"]
    assert items.record_all(store, [], NOW) == ()


def test_many_changes_at_once(store: Store) -> None:
    """More than a database takes values in one statement."""
    ids = record(store, *(new(str(at)) for at in range(1_100)))
    assert len(set(ids)) == 1_100
    assert record(store, *(new(str(at)) for at in range(1_100))) == ids
    assert tuple(item.id for item in items.find_many(store, reversed(ids))) == tuple(reversed(ids))


def test_items_are_asked_for_by_time_state_and_source(store: Store) -> None:
    """In the order in which they came."""
    record(store, new("a", source=GAZETTE), source=GAZETTE, now=NOW + DAY)
    record(store, *(new(str(at)) for at in range(10)))
    items.decide(store, ItemId("wire-2"), decision(Triage.KEPT))
    items.decide(store, ItemId("wire-3"), decision(Triage.REJECTED))

    def ids(**asked: object) -> list[str]:
        return [item.id for item in items.items(store, **asked)]  # type: ignore[arg-type]

    assert ids() == [*(f"wire-{at}" for at in range(1, 11)), "gazette-1"]
    assert ids(since=NOW + timedelta(microseconds=1)) == ["gazette-1"]
    assert len(ids(since=NOW)) == 11
    assert ids(states={Triage.KEPT, Triage.REJECTED}) == ["wire-2", "wire-3"]
    assert ids(states=set()) == []
    assert ids(source=GAZETTE, states={Triage.NEW}) == ["gazette-1"]


@pytest.mark.parametrize(
    "name", ["", "wire", "wire-", "wire-0", "wire-01", "wire-2", "wire-1 ", "Wire-1", "wire-" + "9" * 99]
)
def test_a_name_of_no_item_finds_nothing(store: Store, name: str) -> None:
    """Whatever somebody types: not there is None, or empty, and never a failure."""
    record(store, new())
    item = ItemId(name)
    assert items.find(store, item) is None
    assert items.find_many(store, [item, ItemId("wire-1")]) == (found(store, "wire-1"),)
    assert items.versions(store, item) == ()
    assert items.decisions(store, item) == ()
    assert items.original(store, item) is None


# Entries and originals

plain = st.text(st.characters(exclude_categories=()), max_size=20)
maybe = st.none() | plain
naive = st.none() | st.datetimes()
stamps = st.builds(
    Stamp, written=plain, wall=naive, zone=maybe, instant=st.none() | st.datetimes(timezones=st.just(UTC))
)
entries = st.builds(
    Entry,
    source=st.just(WIRE),
    guid=maybe,
    link=maybe,
    title=plain,
    kicker=maybe,
    deck=maybe,
    label=maybe,
    authors=st.lists(st.builds(Author, name=plain, role=maybe, institution=maybe), max_size=3).map(tuple),
    published=st.none() | stamps,
    updated=st.none() | stamps,
    dates_in_text=st.lists(st.dates(), max_size=3).map(tuple),
    passages=st.lists(st.builds(Passage, maybe, st.lists(plain, max_size=3).map(tuple)), max_size=3).map(tuple),
    related=st.lists(st.builds(Related, plain, maybe), max_size=3).map(tuple),
    language=plain,
    rights=st.builds(Rights, st.sampled_from(RightsPolicy), maybe),
    method=plain,
    warnings=st.lists(plain, max_size=3).map(tuple),
    digest=plain,
)


@given(one=entries)
def test_an_entry_is_read_as_it_was_written(one: Entry) -> None:
    """Every field, every character; naive times stay naive, aware ones aware."""
    back = from_json(to_json(one))
    assert back == one
    for stamp, was in ((back.published, one.published), (back.updated, one.updated)):
        if stamp and was and was.instant:
            assert stamp.instant is not None
            assert stamp.instant.tzinfo is UTC


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(several=st.lists(entries, max_size=8))
def test_an_entry_is_found_as_it_was_recorded(store: Store, several: list[Entry]) -> None:
    """Through either database: NUL, lone surrogates and all; the last version of each item is the one that is found."""
    ids = record(store, *(New(Reading(one, None)) for one in several))
    assert {item.id: item.entry for item in items.find_many(store, ids)} == dict(zip(ids, several, strict=True))


def test_an_entry_kept_by_a_newer_program_is_refused_in_words() -> None:
    """It is not read as something it is not."""
    with pytest.raises(StoreError, match="kept in form 2, .* install the newer version"):
        from_json(to_json(entry()).replace('"version":1', '"version":2'))


def test_an_original_is_kept_untouched(store: Store) -> None:
    """Octet by octet, with its type; the newest version's."""
    first, second = (Original(media_type="text/html", data=bytes(range(256)) * at) for at in (1, 0))
    record(store, new(original=first))
    assert items.original(store, ItemId("wire-1")) == first
    record(store, Changed(ItemId("wire-1"), Reading(entry(title="Another headline"), second)))
    assert items.original(store, ItemId("wire-1")) == second


def test_an_original_is_kept_once_for_all_that_was_read_from_it(store: Store) -> None:
    """In one reading and in the next; the same octets of another type are another original."""
    page = Original(media_type="text/html", data=b"<p>")
    record(store, new("a", page), new("b", replace(page)), new("c", replace(page, media_type="text/plain")))
    record(store, new("d", replace(page)))
    assert _originals(store) == 2
    assert [items.original(store, item.id) for item in items.items(store)] == [
        page,
        page,
        replace(page, media_type="text/plain"),
        page,
    ]


def test_too_large_an_original_is_not_kept(store: Store) -> None:
    """The item is; the largest that is kept comes back whole."""
    sizes = {"a": MAX_OCTETS, "b": MAX_OCTETS + 1}
    record(store, *(new(guid, Original(media_type="text/html", data=b"x" * size)) for guid, size in sizes.items()))
    assert [
        original and len(original.data) for item in items.items(store) for original in [items.original(store, item.id)]
    ] == [
        MAX_OCTETS,
        None,
    ]


def _originals(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM originals").scalar() or 0)


# Deciding


def test_decisions_are_added_never_changed(store: Store) -> None:
    """The item stands as the last one says; all are kept, the oldest first."""
    record(store, new())
    first = decision(Triage.REJECTED, why="not about us")
    second = decision(Triage.KEPT, NOW + DAY)
    assert items.decide(store, ItemId("wire-1"), first).state is Triage.REJECTED
    assert items.decide(store, ItemId("wire-1"), second) == replace(found(store, "wire-1"), decision=second)
    assert items.decisions(store, ItemId("wire-1")) == (first, second)
    assert found(store, "wire-1").state is Triage.KEPT


def test_a_decision_outlasts_a_change(store: Store) -> None:
    """A new headline does not take an item from the issue it is kept for."""
    record(store, new())
    items.decide(store, ItemId("wire-1"), decision(Triage.KEPT))
    record(store, Changed(ItemId("wire-1"), Reading(entry(title="Another headline"), None)))
    assert found(store, "wire-1").state is Triage.KEPT


@pytest.mark.parametrize("name", ["wire-1", "nonsense"])
def test_nothing_is_decided_about_an_unknown_item(store: Store, name: str) -> None:
    """The error names it."""
    with pytest.raises(UnknownItem, match=f"there is no item '{name}'") as caught:
        items.decide(store, ItemId(name), decision(Triage.KEPT))
    assert caught.value.item == name


def test_a_copy_arrives_rejected_until_somebody_says_otherwise(store: Store) -> None:
    """Under the item it repeats, with the likeness in words."""
    record(store, new("a"))
    items.decide(store, ItemId("wire-1"), decision(Triage.REJECTED, why="old"))
    record(store, replace(new("b"), copy_of=ItemId("wire-1"), likeness="the same words"))
    copy = found(store, "wire-2")
    assert (copy.copy_of, copy.likeness, copy.state) == ("wire-1", "the same words", Triage.REJECTED)
    assert items.items(store, states={Triage.NEW}) == ()
    items.decide(store, copy.id, decision(Triage.KEPT))
    assert [item.id for item in items.items(store, states={Triage.KEPT})] == ["wire-2"]


def test_rejected_items_are_found_by_when_they_were_last_touched(store: Store) -> None:
    """Came, changed or decided about since then; what is rejected no more is not among them."""
    record(store, *(new(guid) for guid in "abcd"), replace(new("e"), copy_of=ItemId("wire-1")))
    for number in (1, 2, 3, 4):
        items.decide(store, ItemId(f"wire-{number}"), decision(Triage.REJECTED, NOW + DAY * (number == 1)))
    items.decide(store, ItemId("wire-4"), decision(Triage.KEPT, NOW + DAY))
    record(store, Changed(ItemId("wire-2"), Reading(entry("b", title="Another headline"), None)), now=NOW + DAY)
    assert [item.id for item in items.rejected(store, NOW)] == ["wire-1", "wire-2", "wire-3", "wire-5"]
    assert [item.id for item in items.rejected(store, NOW + DAY)] == ["wire-1", "wire-2"]
    assert items.rejected(store, NOW + 2 * DAY) == ()


# Counting


def test_what_each_source_has_brought(store: Store) -> None:
    """How many items, and when the first and the last of them came."""
    record(store, new("a"))
    record(store, new("b"), new("c"), now=NOW + DAY)
    record(store, source=GAZETTE)
    assert items.counts(store) == {WIRE: items.Tally(3, NOW, NOW + DAY)}


def test_the_rhythm_goes_by_publication_where_that_is_known(store: Store) -> None:
    """The newest first, so many of each source; a date in the future is not believed."""

    def published(instant: datetime | None) -> Stamp:
        return Stamp(written=str(instant), wall=None, zone=None, instant=instant)

    record(store, new("a", published=published(NOW - 3 * DAY)), new("b", published=published(NOW + DAY)))
    record(store, new("c", published=published(None)), new("d"), now=NOW + 2 * DAY)
    record(store, new("a", source=GAZETTE), source=GAZETTE)
    arrivals = (NOW + 2 * DAY, NOW + 2 * DAY, NOW, NOW - 3 * DAY)
    assert items.recent_arrivals(store, 9) == {GAZETTE: (NOW,), WIRE: arrivals}
    assert items.recent_arrivals(store, 3) == {GAZETTE: (NOW,), WIRE: arrivals[:3]}


# Purging


def test_old_items_lose_their_texts(store: Store) -> None:
    """All but those that an issue cites, that are kept or held, or that changed since."""
    page = Original(media_type="text/html", data=b"<p>")
    record(store, *(new(guid, replace(page, data=guid.encode())) for guid in "abcdef"))
    for number, state in ((1, Triage.KEPT), (2, Triage.HELD), (3, Triage.REJECTED)):
        items.decide(store, ItemId(f"wire-{number}"), decision(state))
    record(store, Changed(ItemId("wire-5"), Reading(entry("e", title="Another headline"), None)), now=NOW + DAY)
    assert items.purge(store, NOW + DAY, {ItemId("wire-6")}) == 2
    assert [item.id for item in items.items(store)] == ["wire-1", "wire-2", "wire-5", "wire-6"]
    assert items.find(store, ItemId("wire-3")) is None
    assert items.versions(store, ItemId("wire-4")) == ()
    assert items.original(store, ItemId("wire-4")) is None
    assert _originals(store) == 4
    assert items.purge(store, NOW + DAY, {ItemId("wire-6")}) == 0


def test_an_original_stays_while_one_item_is_left_that_was_read_from_it(store: Store) -> None:
    """It is shared; it goes with the last of them."""
    page = Original(media_type="text/html", data=b"<p>")
    record(store, new("a", page), new("b", page))
    items.purge(store, NOW + DAY, {ItemId("wire-2")})
    assert items.original(store, ItemId("wire-2")) == page
    items.purge(store, NOW + DAY, set())
    assert _originals(store) == 0


def test_a_purged_entry_is_still_known_and_its_number_never_given_again(store: Store) -> None:
    """It may stand in its feed for years and must not come back as new; when it changes, it does come back."""
    record(store, new("a"))
    known = items.known(store, WIRE)
    items.purge(store, NOW + DAY, set())
    assert items.known(store, WIRE) == known
    assert record(store, new("b"), now=NOW + DAY) == ("wire-2",)
    assert items.counts(store)[WIRE].items == 2
    record(store, Changed(ItemId("wire-1"), Reading(entry("a", title="Another headline"), None)), now=NOW + 2 * DAY)
    assert found(store, "wire-1").entry.title == "Another headline"
    assert [one.title for _, one in items.versions(store, ItemId("wire-1"))] == ["Another headline"]


def test_nothing_is_decided_about_a_purged_item(store: Store) -> None:
    """Its decisions stay as they were."""
    record(store, new())
    items.decide(store, ItemId("wire-1"), decision(Triage.REJECTED, why="old"))
    items.purge(store, NOW + DAY, set())
    with pytest.raises(UnknownItem):
        items.decide(store, ItemId("wire-1"), decision(Triage.KEPT))
    assert items.decisions(store, ItemId("wire-1")) == (decision(Triage.REJECTED, why="old"),)


def test_many_items_are_purged_in_short_transactions(store: Store) -> None:
    """More than one transaction takes, cited ones in between."""
    ids = record(store, *(new(str(at)) for at in range(450)))
    cited = set(ids[::3])
    assert items.purge(store, NOW + DAY, cited) == 300
    assert {item.id for item in items.items(store)} == cited
