"""Take returns: read what came back to us, keep it beside the copies it is about, and act on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from newsletter.actions.app import App
from newsletter.actions.keys import key_ring
from newsletter.actions.readers import Readers, leavers_path, readers_store, spelt
from newsletter.actions.way_out import domain_of, read_schedule
from newsletter.deliver.returned import consequence, recognise
from newsletter.deliver.returned.reasons import reason
from newsletter.deliver.returned.table import rows
from newsletter.mail.mailbox import Arrived, read_imap, read_maildir
from newsletter.model import secrets
from newsletter.model.answer import Answer
from newsletter.model.errors import ConfigError
from newsletter.model.returned import BOUNCES, Nature, Reading, Returned
from newsletter.model.subscriber import Mark, Reason
from newsletter.publication.schedule import Schedule
from newsletter.publication.sending import Returns
from newsletter.readers.softness import soft_in_a_row
from newsletter.store import cursors, leavers, returned, returning
from newsletter.store.leavers import Leaving
from newsletter.store.locks import hold
from newsletter.store.returning import Case, Judge, MarksOf
from newsletter.tokens import KeyRing

PASSWORD = secrets.RETURNS_PASSWORD
_KEY = "sending.returns"
_AT_HOME = "what comes back is kept"
_READING = 1_000  # mails of one reading
_AT_ONCE = 20  # mails in one transaction: about 50 ms in which nobody else writes, a mailing that goes out included


_COUNTING = (*BOUNCES, Nature.COMPLAINT)

_Outcome = tuple[Reading, tuple[Returned, ...] | None]  # None: taken before; without a fact: left for a person


@dataclass(frozen=True, slots=True)
class Taken:
    """What a round came to."""

    mails: int  # that were looked at
    before: int  # of them, those that were taken before
    others: int  # of them, those that are no bounce, complaint or auto-reply, and were left where they are
    natures: tuple[tuple[Nature, int], ...]  # what is kept now, address by address, in the order of the enum
    suppressed: tuple[tuple[Reason, int], ...]  # readers who are not written to any more
    unproven: int  # bounces and complaints that name no copy they could prove; nobody is suppressed for them
    forged: int  # mails that name a copy by a mac which is not ours
    notes: tuple[str, ...]  # what an operator should know of the mailbox, in words


def take_returns(app: App) -> Taken:
    """Takes every mail that has come to the mailbox of schedule.yaml since the last time, or waits in its Maildir.

    Facts and suppressions are on disk, in batches, before it is noted how far the mailbox was read: one that is killed
    takes the rest the next time, and nothing twice. No mail is marked, moved or deleted. Mails older than `keep_days`
    are forgotten, what they said is kept. Raises `ConfigError` where schedule.yaml names no place or two,
    `MailboxError`, `AlreadyHeld` while another process does it, `NotAtHome`, `ContentError`, `StoreError`.
    """
    schedule = read_schedule(app)
    name, read = returns_place(app, schedule.sending.returns)
    outcomes: list[_Outcome] = []
    notes: list[str] = []
    with readers_store(app, _AT_HOME) as readers, hold(readers.store, "returns", app.root, app.clock()):
        for arrived in _arrivals(readers, name, read):
            outcomes += _taken(app, readers, schedule, arrived.mails, keeps_others=False)
            notes += _lasting(arrived.note)
            cursors.write(readers.store, name, arrived.cursor)
        returned.purge(readers.store, app.clock() - timedelta(days=schedule.sending.returns.keep_days))
    return _summed(outcomes, notes)


def take_one(app: App, mail: bytes) -> Taken:
    """The same for a mail that a mail server hands to us, which is kept whatever it is: nobody else has it.

    It is on disk when this returns. Several processes may do so at once.
    """
    schedule = read_schedule(app)
    _refuse_unfit(schedule.sending.returns)
    with readers_store(app, _AT_HOME) as readers:
        return _summed(list(_taken(app, readers, schedule, (mail,), keeps_others=True)), ())


def read_returns(app: App, mails: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, ...]]:
    """What mails in files are, as rows of `deliver.returned.table`. Nothing is kept, and nothing follows."""
    schedule, ring = read_schedule(app), key_ring(app)
    rings = _each_key(ring) if ring else ()
    return rows(mails, bounces=schedule.sending.bounces, domain=domain_of(schedule), rings=rings)


def returns_place(app: App, returns: Returns) -> tuple[str, Callable[[str | None], Arrived]]:
    """The name under which it is noted how far the mailbox was read, and how it is read from there."""
    _refuse_unfit(returns)
    if (box := returns.mailbox) is not None and returns.maildir is None:
        password = app.secrets.get(PASSWORD)
        if not password:
            what = f"the mailbox of {box.user} on {box.host} wants a password"
            raise ConfigError(PASSWORD, f"{what}; set {PASSWORD} in the environment or in .env")
        name = f"{box.user} {box.host}:{box.port} {box.folder}"
        return name, lambda cursor: read_imap(box, password, cursor, _READING)
    if (maildir := returns.maildir) is not None and returns.mailbox is None:
        folder = app.root / maildir
        return str(folder.absolute()), lambda cursor: read_maildir(folder, cursor, _READING)
    what = "names a mailbox and a Maildir; keep one of them"
    if returns.mailbox is None:
        what = "names no place to read; write below it `mailbox:` with host and user, or `maildir:` with a path"
    raise ConfigError(_KEY, f"`{_KEY}` in schedule.yaml {what}")


def _refuse_unfit(returns: Returns) -> None:
    for key, value, unit in (("soft_issues", returns.soft_issues, "issues"), ("keep_days", returns.keep_days, "days")):
        if value < 1:
            what = f"`{_KEY}.{key}` in schedule.yaml is {value}"
            raise ConfigError(f"{_KEY}.{key}", f"{what}; write how many {unit}, 1 or more")


def _arrivals(readers: Readers, name: str, read: Callable[[str | None], Arrived]) -> Iterator[Arrived]:
    """What comes out of the mailbox, reading after reading, until one brings nothing. Each goes on from what is noted
    when it begins."""
    while True:
        before = cursors.read(readers.store, name)
        arrived = read(before)
        yield arrived
        if arrived.cursor == before or not arrived.mails:
            return


def _lasting(note: str | None) -> list[str]:
    """What a reading has noted that is still so when all of the mailbox was read."""
    parts = note.split("; ") if note else []
    lasting = [part for part in parts if not part.endswith("for the next reading")]
    return ["; ".join(lasting)] if lasting else []


def _taken(
    app: App, readers: Readers, schedule: Schedule, mails: Iterable[bytes], *, keeps_others: bool
) -> Iterator[_Outcome]:
    """What became of each mail, once it is on disk, batch after batch."""
    judge, rings = _judge(schedule.sending.returns.soft_issues), _each_key(readers.ring)
    left = iter(mails)
    while batch := list(islice(left, _AT_ONCE)):
        read = [(mail, _recognised(rings, schedule, mail)) for mail in batch]
        ours = [one for one in read if keeps_others or not _is_other(one[1])]
        yield from ((reading, ()) for _, reading in read if not keeps_others and _is_other(reading))
        yield from _kept(app, readers, ours, judge) if ours else ()


def _recognised(rings: Sequence[KeyRing], schedule: Schedule, mail: bytes) -> Reading:
    return recognise(mail, bounces=schedule.sending.bounces, domain=domain_of(schedule), rings=rings)


def _each_key(ring: KeyRing) -> tuple[KeyRing, ...]:
    """A ring for each key, the newest first: what came back was signed with any of them."""
    return tuple(KeyRing((key,)) for key in ring.keys)


def _kept(app: App, readers: Readers, read: list[tuple[bytes, Reading]], judge: Judge) -> list[_Outcome]:
    now = app.clock()
    with leavers.kept(leavers_path(app)) as log, readers.store.writing_alone() as connection:
        kept = [
            (reading, returning.take(connection, mail, reading, judge, _marks_in(readers), now))
            for mail, reading in read
        ]
        facts = [one for _, told in kept for one in told or ()]
        log.append(Leaving(now, one.consequence, one.mark) for one in facts if one.consequence is not None and one.mark)
    return kept


def _marks_in(readers: Readers) -> MarksOf:
    """The marks of an address as a stranger's mail has it; none where it is nothing that we could write to."""

    def marks(address: str) -> tuple[Mark, ...]:
        try:
            return readers.marks(spelt(address))
        except ConfigError:
            return ()

    return marks


def _judge(soft_issues: int) -> Judge:
    """What follows from a report. A bounce of a copy whose end came before a suppression was lifted is history: the
    reader, or somebody here, has said since that the address works. A complaint counts whenever it comes."""

    def judge(case: Case) -> Reason | None:
        report, copy = case.report, case.copy
        lifted = case.lifted is not None and copy.changed is not None and copy.changed <= case.lifted
        if lifted and report.nature is not Nature.COMPLAINT:
            return None
        soft = 0
        if report.nature is Nature.SOFT:
            soft = soft_in_a_row(case.copies, case.soft, copy.mailing, case.lifted, _is_soft)
        return consequence(report, True, soft, soft_issues)

    return judge


def _is_soft(answer: Answer) -> bool:
    return reason(answer.status, f"{answer.code} {answer.said}") is Nature.SOFT


def _is_other(reading: Reading) -> bool:
    return all(one.nature is Nature.OTHER for one in reading.reports)


def _summed(outcomes: Sequence[_Outcome], notes: Iterable[str]) -> Taken:
    facts = [one for _, told in outcomes for one in told or ()]
    natures = Counter(one.report.nature for one in facts)
    suppressed = Counter(one.consequence for one in facts)
    return Taken(
        mails=len(outcomes),
        before=sum(told is None for _, told in outcomes),
        others=sum(told == () for _, told in outcomes),
        natures=tuple((nature, natures[nature]) for nature in Nature if natures[nature]),
        suppressed=tuple((one, suppressed[one]) for one in Reason if suppressed[one]),
        unproven=sum(one.mark is None and one.report.nature in _COUNTING for one in facts),
        forged=sum(reading.forged for reading, told in outcomes if told),
        notes=tuple(dict.fromkeys(notes)),
    )
