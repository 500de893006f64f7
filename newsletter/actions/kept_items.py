"""Kept items: what editors have kept lately, for whoever looks for something to cite."""

from __future__ import annotations

from datetime import timedelta

from newsletter.actions.app import App
from newsletter.actions.witnesses import opened_store
from newsletter.model.item import Item, Triage
from newsletter.store import items

LATELY = timedelta(days=60)  # since an item came


def kept_items(app: App, words: str = "", most: int = 40) -> tuple[Item, ...]:
    """The items that were kept, came lately and hold all of these words in id or title; what came last first.

    Empty away from home.
    """
    wanted = words.casefold().split()
    with opened_store(app) as store:
        there = () if store is None else items.items(store, since=app.clock() - LATELY, states={Triage.KEPT})
    found = [one for one in reversed(there) if _holds(f"{one.id} {one.entry.title}".casefold(), wanted)]
    return tuple(found[:most])


def _holds(text: str, wanted: list[str]) -> bool:
    return all(word in text for word in wanted)
