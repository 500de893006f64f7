"""Look out: what is wrong at this moment, read from what is there. Nothing is told from here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.concerns.house import of_watch
from newsletter.actions.concerns.issues import of_issues
from newsletter.actions.concerns.kinds import Kind, kind_of
from newsletter.actions.concerns.machine import of_machine
from newsletter.actions.concerns.mailings import of_mailings
from newsletter.actions.concerns.running import of_running
from newsletter.actions.concerns.view import View
from newsletter.actions.home import home_store
from newsletter.actions.way_out import read_schedule
from newsletter.model.alarm import Concern
from newsletter.model.errors import NewsletterError
from newsletter.publication.schedule import Schedule
from newsletter.store import alarms
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError

_LOG = logging.getLogger(__name__)
_ORDER = list(Kind)
_LOOKS: dict[str, Callable[[View], Iterator[Concern]]] = {
    "issues": of_issues,
    "mailings": of_mailings,
    "jobs": of_running,
    "the machine": of_machine,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look around came to."""

    concerns: tuple[Concern, ...]  # the most pressing first; no two have one key
    whole: bool  # False: a part of the watch is broken, which is among the concerns


def concerns(app: App) -> tuple[Concern, ...]:
    """Everything that needs a person now, the most pressing first. Changes nothing.

    Raises `ContentError` for schedule.yaml, `NotAtHome`, `StoreError`: those are concerns as well, which `keep_watch`
    knows how to tell.
    """
    with home_store(app, "alarms are kept") as store:
        return seen(app, store, read_schedule(app)).concerns


def seen(app: App, store: Store, schedule: Schedule) -> Seen:
    """The same with what is opened already. A part that is broken keeps no other from looking. Raises `StoreError`."""
    view = View(app=app, store=store, schedule=schedule, now=app.clock(), told=alarms.unfinished(store))
    found: dict[str, Concern] = {}
    whole = True
    for what, look in _LOOKS.items():
        try:
            found |= {one.key: one for one in look(view)}
        except StoreError:
            raise
        except NewsletterError as error:
            broken, whole = of_watch(what, str(error)), False
            found[broken.key] = broken
        except Exception:  # the top of a look: whatever it is, the others are taken
            _LOG.exception("the watch cannot look at %s", what)
            broken, whole = of_watch(what, "a fault of the program; see the log"), False
            found[broken.key] = broken
    return Seen(tuple(sorted(found.values(), key=_place)), whole)


def _place(concern: Concern) -> int:
    kind = kind_of(concern)
    return len(_ORDER) if kind is None else _ORDER.index(kind)
