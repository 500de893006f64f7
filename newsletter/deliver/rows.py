"""The rows that the ledger has in its memory: those to be sent next, and those that a lane has."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.deliver.retries import is_over
from newsletter.model.mailing import DeliveryState, Mailing, Waiting
from newsletter.store import ledger
from newsletter.store.engine import Store
from newsletter.store.planned import PlannedRows

PAGE = 1_000  # rows read at once
_PAUSE = timedelta(seconds=1)  # between two looks that find nothing


@dataclass(slots=True)
class Row:
    """A row on its way."""

    waiting: Waiting
    state: DeliveryState  # PLANNED or DEFERRED: as it was read
    returned: int = 0  # how often a connection was lost under its envelope

    @property
    def seq(self) -> int:
        return self.waiting.recipient.seq

    @property
    def domain(self) -> str:
        """Of the reader's address, as rates name it."""
        address = self.waiting.recipient.address
        return address[address.rfind("@") + 1 :].lower()


class Rows:
    """The planned rows in order of seq, and deferred ones as they fall due. No row is given out twice at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._page, self._taken = PlannedRows(), 0  # planned rows, and how many of them were given out
        self._queue: deque[Row] = deque()  # behind them
        self._held: dict[int, Row] = {}
        self._after = 0
        self._planned_done = False
        self._asked: datetime | None = None  # when a look found nothing

    def fill(self, mailing: Mailing, team_only: bool, now: datetime) -> None:
        """Reads on, where all that was read has been given out. `team_only`: the rest of the rows has to wait."""
        if self.at_hand or (self._asked and not is_over(self._asked, _PAUSE, now)):
            return
        self._read_planned(mailing, mailing.team if team_only else None)
        due = ledger.due(self._store, mailing.id, now, PAGE + len(self._held))
        self._queue += (Row(row, DeliveryState.DEFERRED) for row in due if row.recipient.seq not in self._held)
        self._asked = None if self.at_hand else now

    def take(self) -> Row | None:
        """The next row; it is the caller's until it is given `back` or closed."""
        if not self.at_hand:
            return None
        if self._taken < len(self._page):
            row = Row(self._page[self._taken], DeliveryState.PLANNED)
            self._taken += 1
        else:
            row = self._queue.popleft()
        self._held[row.seq] = row
        return row

    def back(self, row: Row) -> None:
        """The row is as it was, and comes up again behind the others."""
        del self._held[row.seq]
        self._queue.append(row)

    def close(self, row: Row) -> None:
        """The row is of no more concern: what becomes of it is on disk."""
        del self._held[row.seq]

    def from_the_start(self) -> None:
        """Reads the planned rows once more: there is one that was missed."""
        self._after, self._planned_done, self._asked = 0, False, None

    def look_again(self) -> None:
        """Something has fallen due."""
        self._asked = None

    @property
    def count(self) -> int:
        """How many there are, those that were given out included."""
        return len(self._page) - self._taken + len(self._queue) + len(self._held)

    @property
    def at_hand(self) -> bool:
        """Whether a row may be taken."""
        return self._taken < len(self._page) or bool(self._queue)

    @property
    def more(self) -> bool:
        """Whether all that was read has been given out, and reading on may bring more at once."""
        return not self.at_hand and self._asked is None

    @property
    def dry(self) -> bool:
        """Whether no row is at hand, nor was one to be had a moment ago."""
        return not self.at_hand and not self._held and self._asked is not None

    def _read_planned(self, mailing: Mailing, last: int | None) -> None:
        limit = PAGE if last is None else min(PAGE, last - self._after)
        if self._planned_done or limit <= 0:
            return
        page = ledger.planned(self._store, mailing.id, self._after, limit)
        if last is not None:  # the first that are left may be behind it
            page = page.up_to(last)
        self._page, self._taken = page.without(self._held.keys()), 0
        if page:
            self._after = page.last
        self._planned_done = not page
