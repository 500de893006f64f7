"""What the desk asks of the database and keeps in it, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.model.identity import New
from newsletter.model.issue import IssueId
from newsletter.model.item import Decision, Entry, ItemId, Passage, Reading, Rights, Triage, text_digest
from newsletter.model.saving import DraftText, KeptText
from newsletter.model.source import RightsPolicy, SourceId, SourceState
from newsletter.store import arrivals, drafts, items, kept_texts, triage_pages
from newsletter.store.engine import Store, open_store
from newsletter.store.triage_pages import Span, Standing
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
DAY = timedelta(days=1)
WIRE, CITY, DESK = SourceId("wire"), SourceId("city"), SourceId("city-desk")
WEEK = Span(since=NOW - 7 * DAY, out_since=NOW - 9 * DAY)
FRIDAY, NEXT = IssueId(date(2026, 11, 27)), IssueId(date(2026, 12, 4))
PATH = "content/issues/2026-11-27/quote.md"
DRAFT = DraftText(issue=FRIDAY, path=PATH, member="mei", text="Half a\n\ud800", base="0" * 64, saved=NOW)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


def brought(store: Store, source: SourceId, title: str, at: datetime = NOW) -> ItemId:
    entry = Entry(
        source=source,
        guid=title,
        link=None,
        title=title,
        passages=(Passage(None, ("One.",)),),
        language="en",
        rights=Rights(RightsPolicy.QUOTE),
        method="feed",
        digest=text_digest(title, ("One.",)),
    )
    (name,) = items.record(store, source, (New(Reading(entry, None)),), SourceState(source=source, tried=at), at)
    return name


def decide(store: Store, name: ItemId, state: Triage, why: str | None = None) -> None:
    items.decide(store, name, Decision(state=state, who="mei", when=NOW, why=why))


# What came


def test_arrivals_are_counted_by_source_and_window(store: Store) -> None:
    """One query for all sources gives what the query for one gives, the earliest first, and nothing older."""
    times = tuple(NOW - back * DAY for back in (9, 5, 2, 0))
    for at in (times[2], times[0], times[3], times[1]):
        brought(store, WIRE, f"Came {at}", at)
    brought(store, CITY, "Long ago", NOW - 30 * DAY)
    every = arrivals.arrivals(store, NOW - 9 * DAY)
    assert set(every) == {WIRE}
    assert every[WIRE].since(NOW - 90 * DAY) == times
    assert every[WIRE].since(times[1]) == times[1:]
    assert every[WIRE].last(2) == times[2:]
    assert (every[WIRE].count(times[2]), len(every[WIRE])) == (2, 4)
    assert arrivals.arrivals_of(store, WIRE, times[2]).last(9) == times[2:]
    assert arrivals.arrivals_of(store, SourceId("nobody"), NOW - 90 * DAY) == arrivals.NONE
    assert arrivals.last_arrivals(store) == {WIRE: NOW, CITY: NOW - 30 * DAY}
    assert [(one.title, one.appeared) for one in arrivals.newest(store, WIRE, 1)] == [(f"Came {NOW}", NOW)]


def test_items_are_found_in_the_order_in_which_they_are_named(store: Store) -> None:
    """Of several sources, one of whose names begins another's; what is unknown or no name is left out."""
    names = [brought(store, source, f"{source} {at}") for source in (WIRE, CITY, DESK) for at in range(3)]
    asked = [names[7], names[0], ItemId("city-9"), names[3], ItemId("nonsense"), ItemId("nobody-1"), names[0]]
    assert [item.id for item in items.find_many(store, asked)] == [names[7], names[0], names[3], names[0]]
    assert items.find_many(store, ()) == ()


# Triage


def test_what_stands_where_is_told_for_the_week_and_counted_before_it(store: Store) -> None:
    """Items that are simply new are left out; the mark is another one when something comes, not when it is decided."""
    fresh, kept = brought(store, WIRE, "Fresh"), brought(store, WIRE, "Kept")
    old = [brought(store, CITY, f"Old {at}", NOW - (20 - at) * DAY) for at in range(3)]
    before = triage_pages.mark(store, WEEK.since)
    decide(store, kept, Triage.KEPT)
    decide(store, old[1], Triage.HELD)
    assert triage_pages.mark(store, WEEK.since) == before
    assert triage_pages.standings(store, WEEK.since) == {kept: Standing(Triage.KEPT, by_a_person=True, copy_of=None)}
    assert triage_pages.older_counts(store, WEEK) == {Triage.NEW: 2, Triage.HELD: 1}
    assert triage_pages.held_before(store, WEEK.since) == ((old[1], "Old 1"),)
    brought(store, WIRE, "Fresher")
    assert triage_pages.mark(store, WEEK.since).count == before.count + 1
    assert fresh not in triage_pages.standings(store, WEEK.since)


def test_older_items_come_page_by_page(store: Store) -> None:
    """Those first seen last come first; of one moment each comes once; a percent sign is what it says."""
    at = NOW - 20 * DAY
    names = [brought(store, source, f"{source} {number} 5%", at) for source in (CITY, WIRE) for number in range(3)]
    last = brought(store, DESK, "The last, 50 of them", at + DAY)
    found, after = [], None
    while page := triage_pages.older(store, WEEK, Triage.NEW, (), 2, after):
        found += [item.id for item in page]
        after = found[-1]
    assert found == [last, *reversed(names)]
    assert [item.id for item in triage_pages.older(store, WEEK, Triage.NEW, ("5%", "WIRE"), 9)] == names[:2:-1]


def test_the_usual_reasons_are_counted(store: Store) -> None:
    """The most used first."""
    for at, why in enumerate(("too thin", "promotional", "promotional", None)):
        decide(store, brought(store, WIRE, f"No {at}"), Triage.REJECTED, why)
    assert triage_pages.usual_reasons(store, 9) == ("promotional", "too thin")
    assert triage_pages.usual_reasons(store, 1) == ("promotional",)


# What is written and not saved


def test_a_draft_is_kept_found_moved_and_forgotten(store: Store) -> None:
    """Of each text the last for each who writes it, whatever characters it holds."""
    for text in ("one", DRAFT.text):
        drafts.keep(store, replace(DRAFT, text=text))
    theirs = replace(DRAFT, member="daniel", saved=NOW + DAY)
    drafts.keep(store, theirs)
    assert drafts.since(store, FRIDAY, NOW) == (theirs, DRAFT)
    assert drafts.since(store, FRIDAY, NOW + DAY) == (theirs,)
    drafts.move(store, FRIDAY, lambda one: replace(one, issue=NEXT, text=f"{one.text}!"))
    assert drafts.issues(store) == (NEXT,)
    assert drafts.find(store, NEXT, PATH, "mei") == replace(DRAFT, issue=NEXT, text=f"{DRAFT.text}!")
    drafts.drop(store, NEXT, PATH, "mei")
    assert drafts.find(store, NEXT, PATH, "mei") is None
    assert drafts.purge(store, NEXT, NOW + DAY) == 0
    assert drafts.purge(store, NEXT, NOW + 2 * DAY) == 1


def test_a_text_that_stands_in_no_file_is_kept_moved_and_dropped_by_its_writer(store: Store) -> None:
    """The very same once; its number stays its own."""
    numbers = [kept_texts.keep(store, FRIDAY, PATH, "mei", text, "", NOW) for text in ("\0one", "two", "\0one")]
    assert numbers == [1, 2, 1]
    kept_texts.move(store, FRIDAY, lambda one: replace(one, issue=NEXT, base="f" * 64))
    assert kept_texts.of_issue(store, FRIDAY) == ()
    second, first = kept_texts.of_issue(store, NEXT)
    assert second.text == "two"
    assert first == KeptText(number=1, issue=NEXT, path=PATH, member="mei", text="\0one", base="f" * 64, kept=NOW)
    assert (kept_texts.drop(store, 1, "daniel"), kept_texts.drop(store, 1, "mei")) == (False, True)
    assert (kept_texts.purge(store, NOW), kept_texts.purge(store, NOW + DAY)) == (0, 1)
