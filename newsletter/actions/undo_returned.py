"""Undo: an address that bounced or complained is written to again, because somebody here knows better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path, readers_store, spelt
from newsletter.model.audit import Deed, claimed
from newsletter.model.marks import mark_text
from newsletter.model.returned import Nature
from newsletter.model.subscriber import Act, Reason, Suppression
from newsletter.store import audit, happenings, leavers, returned, suppressions
from newsletter.store.leavers import Leaving

_THESE = (Reason.HARD_BOUNCE, Reason.COMPLAINT)
_COUNTING = (Nature.HARD, Nature.SOFT, Nature.COMPLAINT)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was lifted, and what is left."""

    lifted: tuple[Suppression, ...]  # empty: there was nothing to lift, and nothing was written
    left: tuple[Suppression, ...]  # what only the reader's own new word lifts: they have left, or were erased


def undo_returned(app: App, address: str, who: str, *, login: str | None, note: str | None = None) -> Undone:
    """Lifts hard bounces and complaints of one address, told by a mail or by the mail server itself.

    That a reader has left, or was erased, stays as it is. The audit log gets a line with the mark, never the address;
    `note` is kept there and in the reader's story. What came back until now counts no more: the next soft bounce is
    the first. Raises `ConfigError` for what is no address, `NotAtHome`, `StoreError`.
    """
    now, by = app.clock(), claimed(who, login)
    with readers_store(app) as readers, leavers.kept(leavers_path(app)) as log:
        marks = readers.marks(spelt(address))
        known = {(line.mark, line.reason, line.at) for line in leavers.read(leavers_path(app)).lines}
        with readers.store.writing_alone() as connection:
            forbidding = suppressions.living(connection, marks)
            lifting = tuple(one for one in forbidding if one.reason in _THESE)
            left = tuple(one for one in forbidding if one.reason not in _THESE)
            if not lifting:
                return Undone((), left)
            for one in lifting:
                suppressions.lift_one(connection, one, now, by)
            returned.undo(connection, marks, _COUNTING, now, by)
            told = ", ".join(filter(None, (*dict.fromkeys(one.reason.value for one in lifting), note)))
            for mark in dict.fromkeys(one.mark for one in lifting):
                happenings.write(connection, mark, Act.LIFTED, by, now, told)
                what = f"the reader {mark_text(mark)}, {told}"
                audit.write(connection, Deed(happened=now, who=by, act="undo", issue=None, digest=None, note=what))
            # A bounce that the sender saw is written here later, by the end of its run: then it would stand below.
            log.append(
                Leaving(one.since, one.reason, one.mark)
                for one in lifting
                if (one.mark, one.reason, one.since) not in known
            )
        log.append(_over(lifting, left, now))
    return Undone(lifting, left)


def _over(lifting: tuple[Suppression, ...], left: tuple[Suppression, ...], now: datetime) -> Iterator[Leaving]:
    """The lines that say so. "lifted" lifts all that stands above it, so none is written for a reader who has left as
    well: their next confirmation writes one for all."""
    still = {one.mark for one in left}
    for mark in sorted({one.mark for one in lifting} - still):
        yield Leaving(now, None, mark)
