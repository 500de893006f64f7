"""Export: the readers as a table, for a spreadsheet or another system."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.actions.app import App
from newsletter.actions.list_subscribers import pages
from newsletter.actions.readers import readers_store
from newsletter.model.audit import Deed
from newsletter.model.subscriber import SubscriberState
from newsletter.readers import csv_out
from newsletter.store import audit


def export_subscribers(
    app: App, write: Callable[[str], object], *, by: str, state: SubscriberState | None = None, tag: str | None = None
) -> int:
    """Hands each line of the table to `write`, and returns how many readers that were; a page of them is in memory.

    Those who must not be written to are among them, with the reason beside: a table without them would be sent to. No
    cell is one that a spreadsheet takes for a formula, and our import reads back exactly what was written.

    `by` is who asked for it, as the audit log names them: it keeps that, and how many were handed out, also where
    `write` fails on the way.
    """
    count = 0
    with readers_store(app, "readers are exported") as (store, _):
        try:
            write(csv_out.header())
            for page in pages(store, state=state, tag=tag):
                for listed in page:
                    count += 1
                    write(csv_out.row(listed.subscriber, listed.forbidding))
        finally:
            note = _noted(count, state, tag)
            audit.append(store, Deed(happened=app.clock(), who=by, act="export", issue=None, digest=None, note=note))
    return count


def _noted(count: int, state: SubscriberState | None, tag: str | None) -> str:
    """How many, and of which: "12 readers, of those who are confirmed, with the tag press"."""
    of = f", of those who are {state.value}" if state else ""
    return f"{count:,} reader{'' if count == 1 else 's'}{of}{f', with the tag {tag}' if tag else ''}"
