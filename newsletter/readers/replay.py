"""What var/leavers.log says that the database, put back from a backup, does not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.subscriber import Reason, Suppression
from newsletter.store.leavers import Leaving


@dataclass(frozen=True, slots=True)
class Missing:
    """A line that the database has no row of."""

    reason: Reason
    since: datetime  # UTC
    lifted: datetime | None  # UTC: a later line lifted it


@dataclass(frozen=True, slots=True)
class Replay:
    """What is to be done about one mark; nothing where the database knows all of the log."""

    missing: tuple[Missing, ...]  # in the order of the log
    lifting: tuple[tuple[Suppression, datetime], ...]  # rows of the database that the log says were lifted, and when


def replayed(lines: Sequence[Leaving], rows: Sequence[Suppression]) -> Replay:
    """What the log adds to the rows of one mark. `lines` are all of this mark, in order; so are `rows`.

    A line and a row are the same when reason and time are, to the microsecond: one `now` is written to both. Rows that
    the log does not know, such as a bounce that the sender saw, stay as they are, and what a row says of itself is
    taken back only by a line that follows it: in doubt, an address is not written to.
    """
    unmatched, missing, lifting = list(rows), list[Missing](), list[tuple[Suppression, datetime]]()
    for at, line in enumerate(lines):
        if line.reason is None:
            continue
        lifted = next((later.at for later in lines[at:] if later.reason is None), None)
        row = next((one for one in unmatched if (one.reason, one.since) == (line.reason, line.at)), None)
        if row is None:
            missing.append(Missing(line.reason, line.at, lifted))
            continue
        unmatched.remove(row)
        if lifted is not None and row.lifted is None:
            lifting.append((row, lifted))
    return Replay(tuple(missing), tuple(lifting))
