"""Upgrade: the database of an older version of the program brought to today's tables, once a backup of it is there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.back_up import BackedUp, back_up_before
from newsletter.actions.gather_sources import LOCK as GATHERING
from newsletter.actions.home import NotAtHome
from newsletter.store.engine import open_as_it_is, step_of, upgrade_store
from newsletter.store.holding import CLOCK
from newsletter.store.locks import hold
from newsletter.store.owning import NAME as SENDING
from newsletter.store.schema import HEAD


@dataclass(frozen=True, slots=True)
class Upgraded:
    """How far the database was brought."""

    before: str | None  # the step it stood at; None: it had no tables yet
    after: str
    backup: BackedUp | None  # None: there was nothing to do, or nothing to lose


def upgrade(app: App) -> Upgraded:
    """Brings the database to today's tables, whole or not at all; a backup is made first, and stays.

    Nothing is done where it stands there already. Raises `NotAtHome`, `AlreadyHeld` while the program runs, sends or
    gathers here, `ConfigError` for a database of a newer version, `StoreError`, `OSError` where there is no room for
    the backup.
    """
    if not app.is_home:
        raise NotAtHome("the database is upgraded")
    with open_as_it_is(app.database) as store, ExitStack() as locks:
        before = step_of(store)
        if before == HEAD:
            return Upgraded(before, HEAD, None)
        for name in (CLOCK, SENDING, GATHERING):
            locks.enter_context(hold(store, name, app.root, app.clock()))
        backup = None if before is None else back_up_before(app, HEAD)
        upgrade_store(app.database)
    return Upgraded(before, HEAD, backup)
