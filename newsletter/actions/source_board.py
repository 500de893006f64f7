"""The sources as the desk shows them: how each is doing, what it brought, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from newsletter.actions.app import App
from newsletter.actions.edit_list import entry_of
from newsletter.actions.edit_source import DECLARED
from newsletter.actions.list_sources import ARRIVALS
from newsletter.gather import health
from newsletter.gather.health import Health, Mood, span
from newsletter.gather.local import address_of, is_at_hand
from newsletter.gather.politeness import afresh
from newsletter.model.source import Source, SourceId, SourceState
from newsletter.store import sources
from newsletter.store.arrivals import NONE, Arrived, Brief, arrivals, arrivals_of, last_arrivals, newest
from newsletter.store.engine import open_store

WEEK = timedelta(days=7)
DAYS = 84  # of a rhythm that is shown: twelve weeks
LOOKS_BACK = timedelta(days=400)  # for what is usual: what comes once a month has a rhythm as well
NEWEST = 12  # items on a source's own page
PATIENCE = timedelta(days=1)  # of failing, after which a source is not only backing off


class Doing(Enum):
    """How a source is doing, in one word for a list; those that want a person's eye first."""

    FAILING = "failing"
    GONE = "gone"
    BACKING_OFF = "backing off"  # it failed a short while ago, and is left alone until it is tried again
    QUIET = "quiet"
    OK = "ok"
    NEW = "not asked yet"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """One source in the list."""

    source: Source
    state: SourceState | None  # None: never asked
    doing: Doing
    health: Health
    gathered: datetime | None  # when it last answered well
    next: datetime | None  # None: it is asked no more, or lies at hand
    at_hand: bool  # it lies on this machine and is looked at in every round
    newest: datetime | None
    week: int  # items of the last seven days
    arrived: Arrived  # what it brought


@dataclass(frozen=True, slots=True)
class Board:
    """The sources that were asked for, in the order of sources.yaml, and how many there are of each kind of state."""

    cards: tuple[SourceCard, ...]
    counts: Mapping[Doing, int]  # of all that the words look for
    pages: int  # that they fill
    page: int  # which of them this is, from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """All that is known of one source."""

    card: SourceCard
    newest: tuple[Brief, ...]
    declared: Mapping[str, str]  # what sources.yaml says of it, as a form shows it
    text: str  # its lines there
    base: str  # their digest


def source_board(
    app: App, all_sources: Sequence[Source], words: str = "", doing: Doing | None = None, page: int = 1, most: int = 25
) -> Board:
    """The sources whose name, id or address holds every one of the words; of them those that are doing so."""
    now = app.clock()
    with open_store(app.database) as store:
        states, last = sources.states(store), last_arrivals(store)
        found = arrivals(store, now - LOOKS_BACK)
    cards = []
    for source in all_sources:
        if _holds(source, words):
            key = SourceId(source.id)
            cards.append(_card(source, states.get(key), last.get(key), found.get(key, NONE), now))
    counts = Counter(card.doing for card in cards)
    wanted = [card for card in cards if doing is None or card.doing is doing]
    pages = max(-(-len(wanted) // most), 1)
    page = min(max(page, 1), pages)
    shown = wanted[(page - 1) * most : page * most]
    return Board(tuple(shown), {one: counts[one] for one in Doing if counts[one]}, pages, page)


def source_page(app: App, source: Source) -> SourcePage:
    """One source. Raises `ConfigError` for one that sources.yaml does not have any more."""
    now, key = app.clock(), SourceId(source.id)
    entry, said = entry_of(app, DECLARED.listed, source.id)
    with open_store(app.database) as store:
        states, briefs = sources.states(store), newest(store, key, NEWEST)
        found = arrivals_of(store, key, now - LOOKS_BACK)
    last = briefs[0].appeared if briefs else max(found.last(1), default=None)
    card = _card(source, states.get(key), last, found, now)
    return SourcePage(card=card, newest=briefs, declared=DECLARED.shown(said), text=entry.text, base=entry.digest)


def doing_of(state: SourceState | None, health: Health, now: datetime) -> Doing:
    """The one word for how a source is doing."""
    if health.mood is Mood.FAILING and state is not None and state.next_try and state.failing_since:
        waits = state.next_try > now and now - state.failing_since < PATIENCE
        return Doing.BACKING_OFF if waits else Doing.FAILING
    return {
        Mood.WELL: Doing.OK,
        Mood.QUIET: Doing.QUIET,
        Mood.FAILING: Doing.FAILING,
        Mood.GONE: Doing.GONE,
        Mood.PAUSED: Doing.PAUSED,
        Mood.NEW: Doing.NEW,
    }[health.mood]


def since_when(moment: datetime, now: datetime) -> str:
    """How long ago that was: "3 hours ago"."""
    return f"{span(max(now - moment, timedelta()))} ago"


def _card(
    source: Source, known: SourceState | None, last: datetime | None, found: Arrived, now: datetime
) -> SourceCard:
    state = afresh(known, address_of(source)) if known else None
    told = health.health_of(state, found.last(ARRIVALS) or ((last,) if last else ()), now, paused=source.paused)
    asked = told.mood not in (Mood.GONE, Mood.PAUSED)
    return SourceCard(
        source=source,
        state=state,
        doing=doing_of(state, told, now),
        health=told,
        gathered=state.succeeded if state else None,
        next=state.next_try if state and asked and not is_at_hand(source) else None,
        at_hand=is_at_hand(source),
        newest=last,
        week=found.count(now - WEEK),
        arrived=found,
    )


def _holds(source: Source, words: str) -> bool:
    text = " ".join((source.id, source.name, source.url or "", source.path or "")).casefold()
    return all(word in text for word in words.casefold().split())
