"""The board of triage: what came this week as stories, by where they stand; what came before, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.read_inbox import Card
from newsletter.actions.week_stories import Past, Told, Week, marks_of, past, week_lately, week_span
from newsletter.model.item import Item, ItemId, Triage
from newsletter.model.source import Source, SourceId
from newsletter.model.story import FigureCandidate, Story
from newsletter.publication.publication import Publication
from newsletter.store import items, triage_pages
from newsletter.store.engine import Store, open_store
from newsletter.store.triage_pages import Standing

AT_ONCE = 30  # stories on one page
REASONS = 8  # usual reasons that are offered
FOLDED = 20  # rejected items whose copies are shown by name; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which stories somebody wants to see."""

    state: Triage = Triage.NEW  # those that hold an item which stands so
    words: tuple[str, ...] = ()  # each stands in a title, an outlet, an author or the beginning of the text
    older: bool = False  # what came before this week, item by item; searched by titles alone
    after: ItemId | None = None  # only what stands behind this item's story


@dataclass(frozen=True, slots=True)
class Folded:
    """Copies of one rejected item that came this week."""

    original: Item | None  # None: its text was purged
    copies: tuple[Item, ...]  # the earliest first
    number: int | None  # of the issue in preparation when the original was rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One page of triage."""

    now: datetime
    since: datetime  # when the last issue went out
    wanted: Wanted
    cards: tuple[Card, ...]  # stories of several outlets first, then by what came last
    after: ItemId | None  # what `Wanted.after` is for the next page; None: this is the last one
    counts: Mapping[Triage, int]  # of stories that hold an item in each state, and the words looked for
    figures: int  # candidates for the number of the week
    sorting: int | None  # new items that are being sorted into stories while this is shown; None: nothing is
    folded: tuple[Folded, ...]  # the copies of rejected items, on the first page of what is new
    folded_copies: int  # all of them
    reasons: tuple[str, ...]  # that items were rejected for, the most used first
    sources: Mapping[SourceId, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNow:
    """One story of the board, and what stands around it."""

    now: datetime
    card: Card | None  # None: there is no such item
    counts: Mapping[Triage, int]
    figures: int
    reasons: tuple[str, ...]
    sources: Mapping[SourceId, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Candidates for the number of the week."""

    now: datetime
    shown: tuple[tuple[FigureCandidate, tuple[Item, ...]], ...]  # each with its items; the best first
    total: int
    sorting: int | None  # as of a board: there may be others once it is done
    counts: Mapping[Triage, int]
    sources: Mapping[SourceId, Source]


def read_board(app: App, publication: Publication, wanted: Wanted) -> Board:
    """The page of triage that is wanted. Changes nothing."""
    with open_store(app.database) as store:
        look = _look(app, store, publication)
        told = look.having(wanted.words)
        counts = look.counts(told)
        folded = [one for one in told if look.is_folded(one)]
        first = wanted.state is Triage.NEW and not wanted.older and wanted.after is None
        if wanted.older:
            counts = triage_pages.older_counts(store, look.span)
            cards, after = _older(store, look, wanted)
        else:
            cards, after = _page(store, look, told, wanted)
        return Board(
            now=app.clock(),
            since=look.span.since,
            wanted=wanted,
            cards=cards,
            after=after,
            counts=counts,
            figures=len(look.figures),
            sorting=look.week.sorting,
            folded=_folded(store, look, folded) if first else (),
            folded_copies=len(folded),
            reasons=triage_pages.usual_reasons(store, REASONS),
            sources=_sources(publication),
        )


def read_card(app: App, publication: Publication, item: ItemId, words: Sequence[str] = ()) -> CardNow:
    """The story of an item, as it stands now, with what stands around it. Changes nothing."""
    with open_store(app.database) as store:
        look = _look(app, store, publication)
        told = look.week.story_of(item) or _alone(item)
        return CardNow(
            now=app.clock(),
            card=next(iter(_cards(store, look, (told,))), None),
            counts=look.counts(look.having(words)),
            figures=len(look.figures),
            reasons=triage_pages.usual_reasons(store, REASONS),
            sources=_sources(publication),
        )


def read_items(app: App, names: Sequence[ItemId]) -> tuple[Item, ...]:
    """Those of these items that there are, in this order. Changes nothing."""
    with open_store(app.database) as store:
        return items.find_many(store, names)


def usual_reasons(app: App) -> tuple[str, ...]:
    """The reasons that items were rejected for, the most used first. Changes nothing."""
    with open_store(app.database) as store:
        return triage_pages.usual_reasons(store, REASONS)


def read_figures(app: App, publication: Publication, words: Sequence[str], at_most: int) -> Figures:
    """The candidates for the number of the week whose sentence holds these words; those of rejected items are left out.

    Changes nothing."""
    with open_store(app.database) as store:
        look = _look(app, store, publication)
        offered = [one for one in look.figures if _has(_figure_said(one), words)]
        names = {item for one in offered[:at_most] for item in one.items}
        found = {item.id: item for item in items.find_many(store, names)}
        return Figures(
            now=app.clock(),
            shown=tuple(
                (one, tuple(found[name] for name in one.items if name in found and look.state(name) in _OFFERED))
                for one in offered[:at_most]
            ),
            total=len(offered),
            sorting=look.week.sorting,
            counts=look.counts(look.told),
            sources=_sources(publication),
        )


_SIMPLY_NEW = frozenset({Triage.NEW})
_OFFERED = frozenset(Triage) - {Triage.REJECTED}


@dataclass(frozen=True, slots=True)
class _Look:
    """What a page is chosen from."""

    span: triage_pages.Span
    week: Week
    told: tuple[Told, ...]  # the week's, and what is held from before
    standings: Mapping[ItemId, Standing]  # of the week's items; those that are simply new are not in it
    past: Past

    def state(self, item: ItemId) -> Triage:
        standing = self.standings.get(item)
        return standing.state if standing else Triage.NEW

    def is_folded(self, told: Told) -> bool:
        """Whether it repeats a rejected item, and nobody has said otherwise."""
        if told.copy_of is None:
            return False
        standing = self.standings.get(told.story.items[0])
        return standing is not None and not standing.by_a_person

    def states(self, told: Told) -> Set[Triage]:
        """Where its items stand; a folded copy is on no list but its own."""
        if self.standings.keys().isdisjoint(told.story.items):
            return _SIMPLY_NEW
        return set() if self.is_folded(told) else {self.state(item) for item in told.story.items}

    def having(self, words: Sequence[str]) -> tuple[Told, ...]:
        """The stories that hold all these words."""
        return tuple(one for one in self.told if _has(one.said, words)) if words else self.told

    def counts(self, told: Iterable[Told]) -> dict[Triage, int]:
        """How many of these stories hold an item in each state."""
        return Counter(state for one in told for state in self.states(one))

    @property
    def figures(self) -> list[FigureCandidate]:
        """The candidates that an item gives which was not rejected."""
        rejected = {name for name, one in self.standings.items() if one.state is Triage.REJECTED}
        return [one for one in self.week.figures if not rejected.issuperset(one.items)]


def _look(app: App, store: Store, publication: Publication) -> _Look:
    span = week_span(app, publication)
    week = week_lately(app, store, publication, span.since)
    standings = triage_pages.standings(store, span.since)
    held = triage_pages.held_before(store, span.since)
    standings.update((name, Standing(Triage.HELD, True, None)) for name, _ in held)
    before = tuple(_alone(name, title) for name, title in held)
    return _Look(span, week, (*week.told, *before), standings, past(app, publication))


def _alone(item: ItemId, title: str = "") -> Told:
    """An item that is not of this week, as a story; by its text it is not known yet."""
    return Told(Story((item,), ""), title.casefold(), frozenset())


def _has(said: str, words: Iterable[str]) -> bool:
    return all(word.casefold() in said for word in words)


def _figure_said(figure: FigureCandidate) -> str:
    return f"{figure.value} {figure.unit or ''} {figure.sentence}".casefold()


def _page(store: Store, look: _Look, told: Sequence[Told], wanted: Wanted) -> tuple[tuple[Card, ...], ItemId | None]:
    """The stories of one page, and the item behind which the next one begins."""
    behind = _behind(look.told, wanted.after)
    chosen = [one for one in told if (behind is None or one in behind) and wanted.state in look.states(one)]
    after = chosen[AT_ONCE - 1].story.items[0] if len(chosen) > AT_ONCE else None
    return _cards(store, look, chosen[:AT_ONCE]), after


def _behind(told: Sequence[Told], after: ItemId | None) -> frozenset[Told] | None:
    """The stories behind that of an item; None where all are: no item is named, or it is none of these."""
    at = next((at for at, one in enumerate(told) if after in one.story.items), None) if after else None
    return None if at is None else frozenset(told[at + 1 :])


def _cards(store: Store, look: _Look, told: Iterable[Told]) -> tuple[Card, ...]:
    """The stories with their items, as they stand now; an item that was purged meanwhile is left out."""
    wanted = tuple(told)
    found = {item.id: item for item in items.find_many(store, {name for one in wanted for name in one.story.items})}
    there = ((one, tuple(found[name] for name in one.story.items if name in found)) for one in wanted)
    return tuple(_card(look, one, here) for one, here in there if here)


def _card(look: _Look, told: Told, here: tuple[Item, ...]) -> Card:
    entries = tuple(item.entry for item in here)
    return Card(told.story, here, look.past.uses(entries, told.marks or marks_of(entries)))


def _older(store: Store, look: _Look, wanted: Wanted) -> tuple[tuple[Card, ...], ItemId | None]:
    found = triage_pages.older(store, look.span, wanted.state, wanted.words, AT_ONCE + 1, wanted.after)
    cards = tuple(_card(look, _alone(item.id), (item,)) for item in found[:AT_ONCE])
    return cards, found[AT_ONCE - 1].id if len(found) > AT_ONCE else None


def _folded(store: Store, look: _Look, told: Iterable[Told]) -> tuple[Folded, ...]:
    """The copies under what they repeat, as they came."""
    copies: dict[ItemId, list[ItemId]] = {}
    for one in told:
        if one.copy_of is not None:
            copies.setdefault(one.copy_of, []).append(one.story.items[0])
    shown = dict(list(copies.items())[:FOLDED])
    names = {*shown, *(name for some in shown.values() for name in some)}
    found = {item.id: item for item in items.find_many(store, names)}
    return tuple(
        Folded(
            original := found.get(name),
            tuple(sorted((found[one] for one in some if one in found), key=lambda item: (item.first_seen, item.id))),
            look.past.number_at(original.decision.when) if original and original.decision else None,
        )
        for name, some in shown.items()
    )


def _sources(publication: Publication) -> dict[SourceId, Source]:
    return {SourceId(source.id): source for source in publication.sources}
