"""Erase: every word of a reader goes; that they must not be written to stays, as a keyed hash (GDPR Art. 17)."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path, readers_store, spelt
from newsletter.model.audit import Deed
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Act, Reason
from newsletter.store import audit, erasing, happenings, leavers, marks, subscribers, suppressions
from newsletter.store.leavers import Leaving


def erase_reader(app: App, address: str, *, by: str, note: str | None = None) -> bool:
    """Forgets a reader, and writes to the address no more unless it signs up and confirms anew. Whether it was known.

    An unknown address is suppressed all the same: a later import does not bring it. `by` is who does it, as the audit
    log names them; its line names the mark, never the address. Again, it changes nothing. Raises `ConfigError` for what
    is no address.
    """
    now = app.clock()
    with readers_store(app) as readers:
        address = spelt(address)
        own = readers.marks(address)
        with leavers.kept(leavers_path(app)) as log, readers.store.writing_alone() as connection:
            mark = subscribers.known_mark(connection, own)
            was_there = erasing.forget(connection, own, (address,))
            forbidding = {one.reason for one in suppressions.living(connection, (mark,))}
            if not was_there and Reason.ERASED in forbidding:
                return False
            marks.record(connection, (readers.key,))
            # a row each time: replaying the log tells by it which of two erasures the database has seen
            suppressions.add(connection, mark, Reason.ERASED, now)
            happenings.write(connection, mark, Act.ERASED, by, now)
            told = ", ".join(filter(None, (f"the reader {mark_text(mark)}", note)))
            deed = Deed(happened=now, who=by, act="erase", issue=None, digest=None, note=told)
            audit.write(connection, deed)
            log.append([Leaving(now, Reason.ERASED, mark)])
        return was_there
