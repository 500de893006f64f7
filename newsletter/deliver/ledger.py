"""The ledger: the one process that owns a mailing's rows, and decides what goes out and when. See design.md 8.

It hears what the lanes report, writes it down together with the intents they wait for, all in one transaction on disk,
and only then lets content go. There is no timer: while one commit runs, what the next one writes gathers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from newsletter.deliver.commits import Commits, Wish
from newsletter.deliver.crew import Crew
from newsletter.deliver.lines import Line, Lines
from newsletter.deliver.messages import Drop, Go, Next, Order, Rest, Stop
from newsletter.deliver.pacing import Pacing
from newsletter.deliver.progress import Progress, Tally
from newsletter.deliver.reports import Reports
from newsletter.deliver.retries import back_off, is_over
from newsletter.deliver.rows import Row, Rows
from newsletter.deliver.spares import Spares
from newsletter.deliver.work import Work
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.mailing import Committed, DeliveryState, Mailing, MailingState, Pause
from newsletter.store import ledger as book
from newsletter.store import mailings, receipts
from newsletter.store.errors import AlreadyHeld, StoreBusy, StoreFull, StoreUnreachable
from newsletter.store.owning import Owned

PATIENCE = 1.0  # seconds between two looks at the clock and the mailing while nothing else happens

_SECOND = timedelta(seconds=1)
_ENOUGH = 3  # tries to write of one who is to stop
_LOST = 6  # looks, over two and a half minutes, for the right to send: until then it may be our own lost session's
_PASSING = (StoreBusy, StoreFull, StoreUnreachable, AlreadyHeld)


class StopSign(Protocol):
    """Says that the run shall end, as `threading.Event` does."""

    def is_set(self) -> bool:
        """Whether it has been said."""


def run(
    owned: Owned,
    mailing: Mailing,
    work: Work,
    *,
    clock: Callable[[], datetime],
    jitter: Callable[[], float],
    watch: Callable[[Progress], None],
    stop: StopSign,
    patience: float = PATIENCE,
    spares: Spares | None = None,
) -> MailingState:
    """Sends a mailing that is SENDING until no row is open, and says how it stands then.

    SENT or UNRESOLVED: nothing is open. PAUSED or CANCELLED: somebody said so, or the server refuses us, or the time is
    over. SENDING: `stop` was set, or the mailing was given an edition that `work` does not hold; another run goes on.
    In each case what was being carried has been carried to its end and written down.

    What an owner before us was handing over becomes UNKNOWN first. `clock` gives UTC, `jitter` 0 to 1. `watch` is told
    about once a second, and at the end. The clock and the mailing are looked at every `patience` seconds or sooner.
    Workers that were started ahead may be among `spares`.
    Raises `AlreadyHeld` when the right to send was lost to another process, and `StoreError` for a database that
    waiting does not mend; rows whose answer could not be written down are UNKNOWN for the next owner.
    """
    book.recover(owned, mailing.id, clock())
    with Lines(Crew(work, owned.fileno, spares)) as lines:
        return _Run(owned, mailing, work, lines, clock, jitter, watch).to_its_end(stop, patience)


class _Run:
    """One mailing under way."""

    def __init__(
        self,
        owned: Owned,
        mailing: Mailing,
        work: Work,
        lines: Lines,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        watch: Callable[[Progress], None],
    ) -> None:
        self._owned, self._mailing, self._work, self._lines = owned, mailing, work, lines
        self._clock, self._watch = clock, watch
        self._rows = Rows(owned.store)
        self._tally = Tally(receipts.counts(owned.store, mailing.id))
        self._commits = Commits(owned, mailing.id, self._rows, self._tally, jitter)
        refused = dict(self._tally.counts)[DeliveryState.REFUSED]
        self._pacing = Pacing(owned.store, mailing, work.rates, self._rows, lines, refused)
        self._reports = Reports(lines, self._rows, self._commits, self._pacing)
        self._closing = self._stopped = False  # nothing more is begun, and that because we were told to stop
        self._stalls, self._stalled = 0, clock()  # how often in a row the database could not, and when last
        self._stalled_by: NewsletterError | None = None
        self._looked: datetime | None = None
        self._shown: datetime | None = None
        self._waits_until: datetime | None = None

    def to_its_end(self, stop: StopSign, patience: float) -> MailingState:
        """One turn after the other: hear, write, order, show."""
        while not self._is_over():
            heard = self._lines.hear(self._pacing.wait(self._clock, patience))
            now = self._clock()
            for line, reports in heard:
                if reports is None:
                    self._reports.gone(line, now, replace=not self._closing)
                elif reports:
                    self._reports.take(line, reports, now)
            self._stopped = stop.is_set()
            self._closing |= self._stopped
            if not self._closing:
                self._reports.count_lanes()
            self._write(now, idle=not heard and self._pacing.opens is None)
            self._order(now)
            self._show(now, idle=not heard)
        return self._mailing.state

    def _is_over(self) -> bool:
        return self._closing and not (self._commits.pending or self._reports.refusal or self._lines.carrying)

    # What is written

    def _write(self, now: datetime, *, idle: bool) -> None:
        """What the database is asked for in one turn. While it cannot, answers wait in memory, and no Go is given."""
        if self._stalls and not self._stopped and not is_over(self._stalled, back_off(self._stalls), now):
            return
        try:
            if self._stalls:
                self._commits.regain(now)
                self._pacing.recount()
            if self._reports.refusal:
                self._pause(self._reports.pause, self._reports.refusal, now)
                self._reports.refusal = None
            self._look(now, idle=idle)
            self._commit(now)
            self._pacing.look(now)
            self._fill(now)
            self._settle(now)
        except _PASSING as error:
            self._stall(error, now)
        else:
            self._stalls, self._stalled_by = 0, None

    def _stall(self, error: NewsletterError, now: datetime) -> None:
        self._stalls, self._stalled, self._stalled_by = self._stalls + 1, now, error
        self._reports.trouble = str(error)
        hopeless = self._stopped and not self._lines.carrying
        if self._stalls >= (_ENOUGH if hopeless else _LOST) and (hopeless or isinstance(error, AlreadyHeld)):
            raise error

    def _pause(self, why: Pause, words: str, now: datetime) -> None:
        store, number = self._owned.store, self._mailing.id
        expect = (MailingState.SENDING,)
        mailings.move(store, number, MailingState.PAUSED, expect=expect, now=now, pause=why, words=words)
        self._mailing, self._closing = mailings.get(store, number), True

    def _look(self, now: datetime, *, idle: bool) -> None:
        """What others have made of the mailing meanwhile."""
        if self._closing or (self._looked and not idle and not is_over(self._looked, _SECOND, now)):
            return
        self._looked = now
        self._mailing = mailing = mailings.get(self._owned.store, self._mailing.id)
        if mailing.state is not MailingState.SENDING or mailing.digest not in self._work.editions:
            self._closing = True  # what is ready is for an edition that nobody is to get any more, or for nobody
        elif now >= mailing.expires:
            self._pause(Pause.EXPIRED, f"it was not done by {mailing.expires:%Y-%m-%d %H:%M} UTC", now)

    def _commit(self, now: datetime) -> None:
        """Answers and intents, in one transaction that is on disk before any content leaves."""
        asking = [] if self._closing else [line for line in self._lines.all if line.ready and self._is_current(line)]
        try:
            committed = self._commits.commit(tuple(Wish(_reserved(line), line.digest) for line in asking), now)
        except StoreUnreachable:
            for line in asking:
                line.reserved = None
            raise
        if committed is None:
            return
        self._pacing.granted(len(committed.granted))
        for line in asking:
            self._answer_wish(line, committed)
        if committed.state is not MailingState.SENDING:
            self._mailing, self._closing = replace(self._mailing, state=committed.state), True

    def _answer_wish(self, line: Line, committed: Committed) -> None:
        seq = _reserved(line).seq
        line.granted = seq in committed.granted
        if seq in committed.suppressed:
            line.reserved = None
        elif not line.granted:  # the row, the mailing or its edition has changed under us: all is read anew
            self._rows.close(_reserved(line))
            self._rows.from_the_start()
            line.reserved = self._looked = None

    def _is_current(self, line: Line) -> bool:
        """Whether what a lane would carry is still what the reader is to get: somebody may have mended the edition."""
        return line.digest == self._digest(_reserved(line))

    def _digest(self, row: Row) -> str:
        digest = row.waiting.digest or self._mailing.digest
        if digest not in self._work.editions:
            what = f"row {row.seq} of {self._mailing.issue} has to be sent with the edition {digest[:16]} once more"
            raise ConfigError("edition", f"{what}, which is not at hand; put back a backup of the database")
        return digest

    def _fill(self, now: datetime) -> None:
        if not self._closing and not self._pacing.full and any(line.free for line in self._lines.all):
            self._rows.fill(self._mailing, self._team_only(now), now)

    def _team_only(self, now: datetime) -> bool:
        """Whether the rows behind the team's own have to wait."""
        start = self._mailing.rest_from
        return self._mailing.team > 0 and (start is None or now < start)

    def _settle(self, now: datetime) -> None:
        """Where nothing can be sent at present: what is waited for, or that all is done."""
        self._waits_until = None
        if self._closing or self._commits.pending:
            return
        if not self._rows.dry:
            rests = [line.rests_until(now) for line in self._lines.all if line.free]
            if len(rests) == len(self._lines.all) and None not in rests:
                self._waits_until = min(filter(None, rests), default=None)
            return
        store, number = self._owned.store, self._mailing.id
        start = self._mailing.rest_from if self._team_only(now) else None
        if waits := [moment for moment in (book.next_due(store, number), start) if moment]:
            self._waits_until = min(waits)
            if self._waits_until <= now:
                self._rows.look_again()
            return
        state = book.settle(self._owned, number, now)
        if state is not MailingState.SENDING:
            self._mailing, self._closing = mailings.get(store, number), True
            return
        book.commit(self._owned, number, (), (), now)  # lets the others' time begin where the team has had its copies
        book.recover(self._owned, number, now)  # of ours nothing is under way
        self._rows.from_the_start()
        self._looked = None

    # What the lanes are told

    def _order(self, now: datetime) -> None:
        self._pacing.opens = None
        for line in self._lines.all:
            if line.free and (orders := self._orders(line, now)):
                self._lines.tell(line, orders)

    def _orders(self, line: Line, now: datetime) -> tuple[Order, ...]:
        orders: list[Order] = []
        if line.ready:
            orders.append(self._go_or_drop(line))
        if self._closing:
            return (*orders, Stop())
        if following := self._next(line, now):
            line.resting, line.waiting = False, None
            return (*orders, following)
        if (orders and line.carried) or (not line.resting and self._pacing.keeps(line, now)):
            return tuple(orders)
        rest = () if line.resting else (Rest(),)
        line.resting = True
        return (*orders, *rest)

    def _go_or_drop(self, line: Line) -> Go | Drop:
        row, granted = line.reserved, line.granted
        line.reserved, line.ready, line.granted = None, False, False
        if row is None:
            return Drop(0)
        if granted:
            line.carried = row
            return Go(row.seq, row.waiting.attempt + 1)
        self._rows.back(row)
        return Drop(row.seq)

    def _next(self, line: Line, now: datetime) -> Next | None:
        if self._stalls or self._reports.refusal or line.rests_until(now):
            return None
        while row := self._pacing.take(now):
            if self._commits.expire(row, now):
                continue
            self._pacing.begun(row, now)
            line.reserved, line.digest = row, self._digest(row)
            person = row.waiting.recipient
            return Next(person.seq, person.subscriber, person.address, person.name, line.digest)
        return None

    # What is shown

    def _show(self, now: datetime, *, idle: bool) -> None:
        over = self._is_over()
        if self._shown and not idle and not over and not is_over(self._shown, _SECOND, now):
            return
        self._shown = now
        rate = self._tally.rate(now)
        turn = None if self._lines.busy else self._pacing.opens
        self._watch(
            Progress(
                state=self._mailing.state,
                counts=self._tally.counts,
                rate=rate,
                left=self._tally.left(rate),
                under_way=sum(line.carried is not None for line in self._lines.all),
                waits_until=self._waits_until or turn,
                pace=self._pacing.words(now),
                paced=self._waits_until is None and turn is not None,
                trouble=self._reports.trouble,
                pause=Pause.DISK if isinstance(self._stalled_by, StoreFull) else self._mailing.pause,
            )
        )


def _reserved(line: Line) -> Row:
    assert line.reserved is not None, "a lane is ready with a row that it was not given"
    return line.reserved
