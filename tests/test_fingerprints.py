"""Which items share words: kept up to date, found, let go of; on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from newsletter.actions.app import App
from newsletter.actions.witnesses import evidence_of, opened_store, witnesses
from newsletter.check.inspected import Inspected
from newsletter.check.runs import marks_of
from newsletter.check.wording import Wording
from newsletter.model.identity import Changed, New
from newsletter.model.item import CitedItem, Entry, ItemId, Reading, text_digest
from newsletter.model.kinds import Voice
from newsletter.model.source import RightsPolicy, SourceId, SourceState
from newsletter.store import items, schema
from newsletter.store.addresses import items_naming
from newsletter.store.engine import Store, open_store
from newsletter.store.fingerprints import bring_up_to_date, sharing
from newsletter.store.rows import is_one_of
from tests.checking import entry, inspected
from tests.conftest import opened
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
DAY = timedelta(days=1)
EIGHT, OTHER = "one two three four five six seven eight", "a bee came by and sat on the sill"
HERE = "https://gazette.example.com/here"


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as there:
        yield there


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample."""
    return inspected(opened(pristine))


def said(text: str, guid: str, title: str = "A title", link: str | None = None, source: str = "gazette") -> Entry:
    return replace(entry(text, title=title, link=link, source=source), guid=guid)


def record(store: Store, *entries: Entry, now: datetime = NOW) -> tuple[ItemId, ...]:
    source = entries[0].source
    changes = tuple(New(Reading(one, None)) for one in entries)
    return items.record(store, source, changes, SourceState(source=source, tried=now), now)


def change(store: Store, item: str, to: Entry) -> None:
    items.record(
        store, to.source, (Changed(ItemId(item), Reading(to, None)),), SourceState(source=to.source, tried=NOW), NOW
    )


def found(store: Store, text: str, at_most: int = 10) -> tuple[str, ...]:
    return sharing(store, marks_of(said(text, "x")), at_most)


# Fingerprints


def test_items_are_found_by_the_runs_they_share(store: Store) -> None:
    """Those that share most of them first, then by name; at most as many as are asked for."""
    record(store, said(f"{OTHER} today", "a"), said(f"{EIGHT} and {OTHER}", "b"), said(f"Not {OTHER}", "c"))
    record(store, said(f"Yes, {EIGHT.title()}!", "d", source="wire"))
    assert found(store, EIGHT) == ()
    assert bring_up_to_date(store, marks_of) == 4
    assert found(store, EIGHT) == ("gazette-2", "wire-1")
    assert found(store, f"{OTHER} and {EIGHT}") == ("gazette-2", "gazette-1", "gazette-3", "wire-1")
    assert found(store, f"{OTHER} and {EIGHT}", at_most=2) == ("gazette-2", "gazette-1")
    assert found(store, EIGHT.partition(" ")[2]) == ("gazette-2", "wire-1")
    assert found(store, "two three four five six seven") == ()
    assert sharing(store, frozenset(), 10) == ()


def test_chinese_is_found_by_its_characters(store: Store) -> None:
    """Whatever stands between them."""
    record(store, said("港口的书记员最先发现吊车的影子。", "a"))
    bring_up_to_date(store, marks_of)
    assert found(store, "“书记员，最先发现”") == ("gazette-1",)


def test_each_item_is_read_once(store: Store) -> None:
    """A text too short for a run, and an item without one, included."""
    record(store, said(EIGHT, "a"), said("Too short.", "b"), replace(said("", "c"), passages=()))
    assert bring_up_to_date(store, marks_of) == 3
    assert bring_up_to_date(store, lambda _: pytest.fail("read again")) == 0


def test_a_changed_item_is_read_again(store: Store) -> None:
    """It is found by what it says now."""
    record(store, said(EIGHT, "a"))
    bring_up_to_date(store, marks_of)
    change(store, "gazette-1", said(OTHER, "a"))
    assert bring_up_to_date(store, marks_of) == 1
    assert (found(store, EIGHT), found(store, OTHER)) == ((), ("gazette-1",))


def test_it_goes_on_where_it_was(store: Store) -> None:
    """Over more items than go into one transaction."""
    record(store, *(said(f"{EIGHT} {number}", f"n-{number}") for number in range(230)))
    assert [bring_up_to_date(store, marks_of, at_most=most) for most in (7, 120, 0)] == [7, 120, 0]
    assert [bring_up_to_date(store, marks_of), bring_up_to_date(store, marks_of)] == [103, 0]
    assert len(found(store, EIGHT, at_most=500)) == 230


def test_hashes_of_any_size_are_kept(store: Store) -> None:
    """From the smallest to the largest."""
    record(store, said(EIGHT, "a"))
    bring_up_to_date(store, lambda _: [2**32 - 1, 0, 7])
    assert [sharing(store, {mark}, 1) for mark in (0, 7, 2**32 - 1, 8)] == [("gazette-1",)] * 3 + [()]


def test_purging_takes_the_fingerprint(store: Store) -> None:
    """Of what is purged, and of nothing else."""
    record(store, said(EIGHT, "a"), now=NOW - 9 * DAY)
    record(store, said(f"{EIGHT} nine", "b"))
    bring_up_to_date(store, marks_of)
    assert items.purge(store, NOW - DAY, frozenset()) == 1
    assert found(store, EIGHT) == ("gazette-2",)
    assert bring_up_to_date(store, marks_of) == 0


def test_what_is_purged_meanwhile_gets_no_fingerprint(store: Store) -> None:
    """Its text was read a moment before."""
    record(store, said(EIGHT, "a"), said(f"{EIGHT} nine", "b"))

    def purging(one: Entry) -> frozenset[int]:
        items.purge(store, NOW + DAY, {ItemId("gazette-2")})
        return marks_of(one)

    assert bring_up_to_date(store, purging) == 1
    assert found(store, EIGHT) == ("gazette-2",)


def test_items_are_found_by_their_site(store: Store) -> None:
    """In any spelling, and literally; those without a link never."""
    record(
        store,
        said(EIGHT, "a", link="https://WWW.Gazette.example.com/1"),
        said(EIGHT, "b", link="https://other.example.com/gazette_example.com"),
        said(EIGHT, "c"),
    )
    assert items_naming(store, {"gazette.example.com"}) == (("gazette-1", "https://WWW.Gazette.example.com/1"),)
    assert [name for name, _ in items_naming(store, {"gazette_example.com", "nowhere.test"})] == ["gazette-2"]
    assert items_naming(store, ()) == ()


# Witnesses


def wording(text: str) -> Wording:
    return Wording(
        section="note", kind="note", field="body", voice=Voice.OURS, text=text, path="note.md", line=1, source=text
    )


def test_witnesses_are_what_shares_words_with_the_issue(store: Store, sample: Inspected) -> None:
    """Fingerprinted as they are asked for, with the outlet's name."""
    record(store, said(f"It was {EIGHT}.", "a"), said(OTHER, "b"))
    (one,) = witnesses(store, [wording(f"We say {EIGHT}!")], sample.publication) or ()
    assert (one.item, one.outlet, one.entry.paragraphs) == ("gazette-1", "The Peninsula Gazette", (f"It was {EIGHT}.",))
    assert witnesses(store, [wording("Nothing of it.")], sample.publication) == ()


def cited(name: str, url: str = "https://nowhere.test/1", digest: str = "", outlet: str = "Somebody") -> CitedItem:
    return CitedItem(id=name, outlet=outlet, title="T", url=url, rights=RightsPolicy.QUOTE, text_digest=digest)


def test_evidence_is_found_by_id_by_words_and_by_address(store: Store, sample: Inspected) -> None:
    """In the order of items.yaml; what was never gathered is there without a text."""
    record(
        store, said(EIGHT, "a"), said(OTHER, "b", title="B"), said(f"{OTHER} too", "c", link=f"{HERE}?utm_source=rss")
    )
    asked = (
        cited("by-address", "http://www.gazette.example.com/here/"),
        cited("gazette-1"),
        cited("never"),
        cited("by-words", digest=text_digest("B", (OTHER,))),
        cited("front", "https://gazette.example.com/"),
    )
    given = evidence_of(store, replace(sample.draft, items=asked), sample.publication)
    assert tuple(one.cited for one in given) == asked
    assert [one.item for one in given] == ["gazette-3", "gazette-1", None, "gazette-2", None]
    assert [one.entry.paragraphs[0] if one.entry else None for one in given] == [
        f"{OTHER} too",
        EIGHT,
        None,
        OTHER,
        None,
    ]
    assert not any(one.forgotten for one in given)


def test_of_two_items_at_one_address_the_cited_outlets_own_counts(store: Store, sample: Inspected) -> None:
    """Two feeds may carry one page."""
    record(store, said(EIGHT, "a", link=HERE))
    record(store, said(OTHER, "b", link=HERE, source="wire"), now=NOW + DAY)
    for outlet, name in (("The Peninsula Gazette", "gazette-1"), ("Wire", "wire-1")):
        draft = replace(sample.draft, items=(cited("here", HERE, outlet=outlet),))
        (one,) = evidence_of(store, draft, sample.publication)
        assert one.item == name


def test_a_purged_item_is_forgotten(store: Store, sample: Inspected) -> None:
    """It is known that it was here."""
    record(store, said(EIGHT, "a", link=HERE))
    items.purge(store, NOW + DAY, frozenset())
    draft = replace(sample.draft, items=(cited("here", HERE),))
    (one,) = evidence_of(store, draft, sample.publication)
    assert (one.item, one.entry, one.forgotten) == ("gazette-1", None, True)


def test_evidence_carries_the_limit_of_its_source(store: Store, sample: Inspected) -> None:
    """By the entry's source, else by the outlet's name; 0 where there is none."""
    record(store, said(EIGHT, "a", source="campus-ledger"))
    asked = (cited("campus-ledger-1"), cited("never", outlet="Ministry press office"), cited("other"))
    given = evidence_of(store, replace(sample.draft, items=asked), sample.publication)
    assert [one.quote_limit for one in given] == [40, 60, 0]


def test_a_clone_has_no_evidence_and_gets_no_database(app: App, publication: Path, sample: Inspected) -> None:
    """Looking makes none."""
    with opened_store(app) as store:
        assert store is None
        assert witnesses(store, sample.wordings, sample.publication) is None
        given = evidence_of(store, sample.draft, sample.publication)
    assert [one.cited for one in given] == list(sample.draft.items)
    assert all(one.entry is None and not one.forgotten for one in given)
    assert not (publication / "var" / "newsletter.db").exists()


def test_at_home_the_store_is_opened(app: App) -> None:
    """Where there is one."""
    path = app.root / "var" / "newsletter.db"
    path.parent.mkdir(exist_ok=True)
    open_store(app.database).close()
    with opened_store(app) as store:
        assert store is not None
        assert record(store, said(EIGHT, "a")) == (ItemId("gazette-1"),)


def test_a_gathering_leaves_none_to_be_fingerprinted(home: App) -> None:
    """It does so at its end, where nobody waits; whoever checks an issue next would have to."""
    with open_store(home.database) as store:
        assert bring_up_to_date(store, lambda _: pytest.fail("read again")) == 0
        some = next(one for one in items.items(store) if len(marks_of(one.entry)) > 20)
        assert some.id in sharing(store, marks_of(some.entry), 60)


@pytest.mark.parametrize("table", [schema.items, schema.versions, schema.fingerprints], ids=lambda table: table.name)
def test_items_are_asked_for_by_name_through_the_index(table: Table, tmp_path: Path) -> None:
    """Of however many sources: SQLite looks each of them up, and never reads all rows."""
    names = [(SourceId(source), number) for source in ("gazette", "ledger", "wire") for number in (1, 2)]
    with fresh_database("sqlite", tmp_path) as address, open_store(address) as store, store.reading() as connection:
        query = select(table.c.number).where(is_one_of(table, names))
        asked = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
        assert any(step.startswith(f"SEARCH {table.name}") for step in plan)
        assert not any(step.startswith("SCAN") for step in plan)
        assert connection.execute(select(table).where(is_one_of(table, ()))).all() == []
