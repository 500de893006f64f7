"""What the ledger writes: answers and intents, gathered in memory and put on disk in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.deliver.progress import Tally
from newsletter.deliver.rows import Row, Rows
from newsletter.deliver.verdicts import expired, verdict
from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import Committed, DeliveryState, Intent, MailingId, Verdict
from newsletter.store import ledger as book
from newsletter.store.errors import StoreUnreachable
from newsletter.store.owning import Owned

_AWAY = Answer(Phase.CONTENT, 0, None, "the database was away when the mail was to be handed over; nothing was sent")


@dataclass(frozen=True, slots=True)
class Wish:
    """A row whose envelope is accepted, and the edition it would get."""

    row: Row
    digest: str

    @property
    def intent(self) -> Intent:
        return Intent(self.row.seq, self.row.waiting.attempt, self.digest)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of a row, not yet on disk."""

    row: Row
    before: DeliveryState
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one commit writes."""

    judged: tuple[_Judged, ...]
    wishes: tuple[Wish, ...]
    now: datetime


class Commits:
    """One commit after the other. An answer stays in memory until it is on disk, however often that fails."""

    def __init__(self, owned: Owned, mailing: MailingId, rows: Rows, tally: Tally, jitter: Callable[[], float]) -> None:
        self._owned, self._mailing, self._rows, self._tally, self._jitter = owned, mailing, rows, tally, jitter
        self._judged: list[_Judged] = []
        self._doubtful: _Batch | None = None  # its own answer was lost: nobody knows whether it is on disk

    @property
    def pending(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._judged or self._doubtful)

    def judge(self, row: Row, answer: Answer, now: datetime, *, ahead: bool) -> DeliveryState:
        """Takes an answer: to content, or (`ahead`) to an envelope before any intent. What it makes of the row."""
        before = row.state if ahead else DeliveryState.HANDING_OVER
        one = verdict(row.waiting, answer, ahead=ahead, now=now, jitter=self._jitter())
        self._judged.append(_Judged(row, before, one))
        return one.state

    def expire(self, row: Row, now: datetime) -> bool:
        """Whether a deferred row has been tried for long enough; then that is taken down."""
        end = expired(row.waiting, now) if row.state is DeliveryState.DEFERRED else None
        if end:
            self._judged.append(_Judged(row, row.state, end))
        return end is not None

    def commit(self, wishes: tuple[Wish, ...], now: datetime) -> Committed | None:
        """Writes all answers and these wishes; None where there are neither. Raises `StoreError`.

        What was suppressed is done with; what was granted is the caller's to carry, and all else to give back. After
        `StoreUnreachable` the wishes are no longer the caller's: `regain` finds out what became of them.
        """
        if not self._judged and not wishes:
            return None
        batch = _Batch(tuple(self._judged), wishes, now)
        try:
            committed = self._write(batch)
        except StoreUnreachable:
            self._judged, self._doubtful = [], batch
            raise
        self._judged = []
        return committed

    def regain(self, now: datetime) -> None:
        """After a lost connection: takes the right to send anew, and repeats the commit it was lost in.

        Nobody waits for its intents any more: their lanes were sent away, so those rows are due again at once.
        """
        self._owned.again(now)
        if batch := self._doubtful:
            committed = self._write(batch)
            self._doubtful = None
            for wish in batch.wishes:
                if wish.row.seq in committed.granted:
                    self.judge(wish.row, _AWAY, now, ahead=False)
                elif wish.row.seq not in committed.suppressed:
                    self._rows.back(wish.row)

    def _write(self, batch: _Batch) -> Committed:
        verdicts = [one.verdict for one in batch.judged]
        intents = [wish.intent for wish in batch.wishes]
        committed = book.commit(self._owned, self._mailing, verdicts, intents, batch.now)
        for one in batch.judged:
            self._rows.close(one.row)
            self._tally.answered(one.before, one.verdict.state)
        for wish in batch.wishes:
            if wish.row.seq in committed.granted:
                self._tally.moved(wish.row.state, DeliveryState.HANDING_OVER)
            elif wish.row.seq in committed.suppressed:
                self._rows.close(wish.row)
                self._tally.moved(wish.row.state, DeliveryState.SUPPRESSED)
        return committed
