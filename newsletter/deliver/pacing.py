"""Joins the pace with the rows, the lanes and the database: which row goes next, and what is told of the waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from newsletter.deliver.aside import Aside
from newsletter.deliver.lines import Line, Lines
from newsletter.deliver.pace import Pace
from newsletter.deliver.retries import is_over
from newsletter.deliver.rows import Row, Rows
from newsletter.model.answer import Answer
from newsletter.model.mailing import DeliveryState, Mailing
from newsletter.model.rates import Rates
from newsletter.store import days, mailings
from newsletter.store.engine import Store

_KEPT = timedelta(seconds=5)  # that a connection without anything to carry is held for its turn
_NOTED = timedelta(seconds=5)  # between two notes of what holds the mailing back
_REFUSED = "`newsletter receipt {issue} --show refused` shows them; mend what is wrong, then resume"


class Pacing:
    """The rows of a mailing, each as soon as the pace lets it go."""

    def __init__(self, store: Store, mailing: Mailing, rates: Rates, rows: Rows, lines: Lines, refused: int) -> None:
        """`refused`: copies of the mailing that were refused before this run."""
        self._store, self._mailing, self._rates, self._rows, self._lines = store, mailing, rates, rows, lines
        self._pace = Pace(rates, refused)
        self._aside = Aside()
        self._seen: datetime | None = None  # when a row was asked for last
        self._noted = mailing.pace
        self._noted_at: datetime | None = None
        self.opens: datetime | None = None  # when a row could go that a free lane was not given; None: none waits

    # What goes

    def take(self, now: datetime) -> Row | None:
        """The next row that may go now; it is the caller's, and has gone with `begun`."""
        if not (self._pace.limited or self._aside):
            return self._rows.take()
        if self._seen and now < self._seen:
            self._aside.look_again(now)
        self._seen = now
        if not (self._aside or self._rows.at_hand):
            return None
        self.opens = self._pace.opens(now, self._ahead)
        return None if self.opens else self._waited(now) or self._new(now)

    def begun(self, row: Row, now: datetime) -> None:
        """A row goes that was taken."""
        self._pace.sent(row.domain, now)

    @property
    def full(self) -> bool:
        """Whether no more rows should be read: so many wait for their turn."""
        return self._aside.full

    def _waited(self, now: datetime) -> Row | None:
        """A row that was set aside, and whose turn has come."""
        while domain := self._aside.due(now):
            opens = self._pace.opens_for(domain, now)
            if opens is None:
                return self._aside.take(domain)
            self._aside.later(domain, opens)
        return None

    def _new(self, now: datetime) -> Row | None:
        """A row that need not wait; those before it that have to are set aside."""
        while row := self._rows.take():
            opens = self._pace.opens_for(row.domain, now)
            if opens is None and row.domain not in self._aside:
                return row
            self._aside.put(row, opens or now)
        more = self._rows.more and not self.full
        self.opens = now if more else self._aside.opens
        return None

    @property
    def _ahead(self) -> int:
        """Rows whose envelope has gone, and whose intent is not on disk yet."""
        if self._pace.cap is None:
            return 0
        return sum(line.reserved is not None and not line.granted for line in self._lines.all)

    # How long is waited

    def wait(self, clock: Callable[[], datetime], patience: float) -> float:
        """How many seconds there is nothing to do, unless something is heard: `patience` at most."""
        if self.opens is None:
            return patience
        return min(patience, max(0.0, (self.opens - clock()).total_seconds()))

    def keeps(self, line: Line, now: datetime) -> bool:
        """Whether a lane without anything to carry keeps its connection: its turn may be near."""
        if self.opens is None or self.opens > now + _KEPT:
            return False
        if line.waiting is None:
            line.waiting = now
        return not is_over(line.waiting, _KEPT, now)

    # What is heard

    def answered(self, row: Row, answer: Answer, state: DeliveryState, now: datetime) -> str | None:
        """What a server has said to a row, and what was made of it. Words where the mailing should pause."""
        if state is DeliveryState.ACCEPTED and not self._pace.watches:
            self._pace.accepted += 1
            return None
        words = self._pace.answered(row.domain, answer, state, now, first=row.waiting.tries == 0)
        return words and f"{words}; {_REFUSED.format(issue=self._mailing.issue)}"

    def cut_off(self, answer: Answer, now: datetime) -> None:
        """A connection came to nothing, or ended before anything was sent over it."""
        self._pace.cut_off(answer, now)

    def granted(self, count: int) -> None:
        """So many intents are on disk."""
        self._pace.handed += count

    # What the database is asked, and told

    def recount(self) -> None:
        """A commit may be on disk that we know nothing of."""
        self._pace.day = None

    def look(self, now: datetime) -> None:
        """How far the warm-up is, where the day is another; and, now and then, a note of what holds the mailing back.

        Raises `StoreError`.
        """
        if self._rates.warm_up and self._pace.day != now.date():
            standing = days.standing(self._store, now.date())
            self._pace.warm(now.date(), standing.number, standing.handed)
        if self._noted_at is not None and not is_over(self._noted_at, _NOTED, now):
            return
        self._noted_at = now
        if (words := self._pace.words(now)) != self._noted:
            mailings.note_pace(self._store, self._mailing.id, words)
            self._noted = words

    def words(self, now: datetime) -> str | None:
        """What holds the mailing back, for people; None: nothing does."""
        return self._pace.words(now)
