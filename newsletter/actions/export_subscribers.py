"""Export: the readers as a table, for a spreadsheet or another system."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.actions.app import App
from newsletter.actions.list_subscribers import pages
from newsletter.actions.readers import readers_store
from newsletter.model.subscriber import SubscriberState
from newsletter.readers import csv_out


def export_subscribers(
    app: App, write: Callable[[str], object], *, state: SubscriberState | None = None, tag: str | None = None
) -> int:
    """Hands each line of the table to `write`, and returns how many readers that were; a page of them is in memory.

    Those who must not be written to are among them, with the reason beside: a table without them would be sent to. No
    cell is one that a spreadsheet takes for a formula, and our import reads back exactly what was written.
    """
    count = 0
    with readers_store(app, "readers are exported") as readers:
        write(csv_out.header())
        for page in pages(readers.store, state=state, tag=tag):
            for listed in page:
                write(csv_out.row(listed.subscriber, listed.forbidding))
            count += len(page)
    return count
