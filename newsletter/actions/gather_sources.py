"""Gather: ask every source that is due, and keep what is new."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter import __version__
from newsletter.actions.app import App, read_publication
from newsletter.check.runs import marks_of
from newsletter.fetch.answer import Limits
from newsletter.fetch.client import Fetcher
from newsletter.fetch.guard import Guard
from newsletter.gather.local import password_name
from newsletter.gather.outcome import SourceOutcome
from newsletter.gather.parsing import Parsers
from newsletter.gather.round import Round, due_of
from newsletter.model.errors import ConfigError
from newsletter.model.item import ItemId
from newsletter.model.source import Source, SourceId
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, issue_ids
from newsletter.publication.publication import Publication
from newsletter.store import items
from newsletter.store.engine import Store, open_store
from newsletter.store.fingerprints import bring_up_to_date
from newsletter.store.locks import hold

LOCK = "gather"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one round brought."""

    started: datetime  # our clock, UTC
    outcomes: tuple[SourceOutcome, ...]  # in the order of sources.yaml
    resting: int  # sources whose time has not come
    forgotten: int  # items that nobody needs any more


def gather_sources(app: App, only: tuple[SourceId, ...] = (), *, regardless: bool = False) -> Gathered:
    """Asks the sources that are due, or those named; all that are not gone when `regardless`.

    Raises `AlreadyHeld` while another round is running, `ConfigError` for a source that sources.yaml does not know or
    says is paused, `StoreError` when the database cannot be written: what was gathered until then is kept, the rest
    comes next time.
    """
    publication = read_publication(app, Folder(app.root))
    chosen = _chosen(publication, only)
    now = app.clock()
    with open_store(app.database) as store, hold(store, LOCK, app.root, now):
        due = tuple(due_of(chosen, store, now, regardless=regardless or bool(only)))
        processes = max(1, min(os.cpu_count() or 1, len(due)))
        agent = f"newsletter/{__version__} (+{publication.schedule.site})"
        guard = Guard(frozenset(publication.schedule.gather.allow_hosts))
        with Fetcher(guard, Limits(), agent, now) as fetcher, Parsers(processes) as parsers:
            passwords = _passwords(app, chosen)
            outcomes = Round(store, Folder(app.root), fetcher, parsers, passwords, now).gather(due)
        before = now - timedelta(days=publication.schedule.gather.keep_days)
        forgotten = items.purge(store, before, _cited(app, store))
        bring_up_to_date(store, marks_of)  # here, where nobody waits, and not when an issue is next held against them
    order = {source.id: at for at, source in enumerate(publication.sources)}
    return Gathered(
        started=now,
        outcomes=tuple(sorted(outcomes, key=lambda outcome: order[outcome.source])),
        resting=len(chosen) - len(due),
        forgotten=forgotten,
    )


def _chosen(publication: Publication, only: tuple[SourceId, ...]) -> tuple[Source, ...]:
    known = {source.id: source for source in publication.sources}
    for name in only:
        if name not in known:
            raise ConfigError("source", f"sources.yaml knows no source '{name}'; it knows {', '.join(sorted(known))}")
        if known[name].paused:
            what = f"sources.yaml says that '{name}' is paused"
            raise ConfigError("source", f"{what}; take its line `paused: true` out, then gather it")
    return tuple(source for source in publication.sources if source.id in only or not (only or source.paused))


def _passwords(app: App, sources: tuple[Source, ...]) -> dict[SourceId, str]:
    if not any(source.mailbox for source in sources):
        return {}
    secrets, ids = app.secrets, [SourceId(source.id) for source in sources if source.mailbox]
    return {source: secrets[name] for source in ids if (name := password_name(source)) in secrets}


def _cited(app: App, store: Store) -> frozenset[ItemId]:
    """All that any issue leans on: by the name that `attach` gave it, or by its words where an editor renamed it."""
    read = (issuefiles.read(Folder(app.root), issue)[0] for issue in issue_ids(app.root))
    cited = [item for files in read for item in files.items]
    named = frozenset(ItemId(item.id) for item in cited)
    return named | items.with_digests(store, {item.text_digest for item in cited if item.text_digest})
