"""Export a reader: everything that is kept about one address, for the reader themselves (GDPR Art. 15 and 20)."""

from __future__ import annotations

import json

from newsletter.actions.access import accessed
from newsletter.actions.app import App
from newsletter.actions.way_out import read_schedule
from newsletter.model.subscriber import Subscriber
from newsletter.readers.own import Kept, own_data
from newsletter.store import happenings, importing, notices, receipts, requests, returned, suppressions
from newsletter.store.engine import Store


def export_reader(app: App, token: str) -> str:
    """All of it as JSON (RFC 8259), but for the link itself. Answers to an issue's question are not in it: no address
    stands beside them, so nobody can tell whose they are. Raises `ForgedToken`, `AccessOver`."""
    with accessed(app, token) as (readers, there):
        store, marks = readers.store, tuple(dict.fromkeys((there.mark, *readers.marks(there.address))))
        back = (*returned.of_marks(store, marks), *returned.unproven(store, there.address))
        kept = Kept(
            reader=there,
            brought=_brought(store, there),
            suppressions=suppressions.of(store, marks),
            happenings=happenings.of(store, marks),
            copies=receipts.of_reader(store, marks),
            returned=[(one, returned.raw(store, one.number)) for one in back],
            notices=notices.of(store, marks),
            requests=[one for one in requests.waiting(store) if one.address.lower() == there.address.lower()],
        )
    return json.dumps(own_data(kept, read_schedule(app).name, app.clock()), ensure_ascii=False, indent=2) + "\n"


def _brought(store: Store, reader: Subscriber) -> str | None:
    """The import that brought a reader, in words; who of the team did it is left out."""
    found = None if reader.imported is None else importing.get(store, reader.imported)
    return f"the file {found.file} on {found.at:%Y-%m-%d}, on this ground: {found.basis}" if found else None
