"""Deliveries for the tests: the work of a mailing, a clock that runs when nothing else does, a run and what it gave."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsletter.deliver import ledger
from newsletter.deliver.progress import Progress
from newsletter.deliver.spares import Spares
from newsletter.deliver.work import Copy, Files, Smtp, Work
from newsletter.mail.mime import Heading, compile_letter
from newsletter.mail.smtp_opening import Limits, Server
from newsletter.model.letter import Greeting, Slot, Slotted
from newsletter.model.mailing import DeliveryState, Mailing, MailingId, MailingState
from newsletter.model.tls import Tls
from newsletter.store import mailings, receipts
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from newsletter.tokens import Key
from tests.mailing import COMING, DIGEST, DUE, MENDED, add_readers, at, mark, sending
from tests.smtpserver import Received, SmtpServer

KEYS = (Key("k2", b"the newest key of the tests"), Key("k1", b"an older key of the tests"))
BOUNCES = "bounces@news.example.org"
LIMITS = Limits(connect=5, greeting=5, command=5, data=5, block=5, dot=5, quit=1)  # seconds
MANY = 40  # readers of a mailing of no special size
ANA = "reader1@example.org"


def edition(words: str = "The news of the week.") -> Copy:
    """A small letter with every slot in it."""
    heading = Heading(
        sender_name="The Focus",
        sender_address="focus@news.example.org",
        reply_to="desk@news.example.org",
        subject="The week",
        list_name="The Focus",
        list_id="focus.news.example.org",
        feedback_id="2026-11-27:focus",
    )
    foot = (Slot.GREETING, f"\n\n{words}\n", Slot.UNSUBSCRIBE_URL, "\n", Slot.PREFERENCES_URL, "\n")
    letter = compile_letter(heading, Slotted(foot), Slotted(("<p>", *foot, "</p>\n")))
    return Copy(letter, Greeting(plain="Dear reader,", named="Dear {name},"))


def smtp(port: int, limits: Limits = LIMITS) -> Smtp:
    """The way to a server of the tests."""
    server = Server(host="127.0.0.1", port=port, privacy=Tls.NONE, name="client.example.org")
    return Smtp(server, limits)


def work_of(mailing: MailingId, transport: Files | Smtp, *, lanes: int = 2, processes: int = 0) -> Work:
    """The work of a mailing of the tests, with both editions."""
    return Work(
        mailing=mailing,
        issue=COMING,
        kind="issue",
        live="https://news.example.org",
        domain="news.example.org",
        due=DUE,
        editions={DIGEST: edition(), MENDED: edition("The mended news of the week.")},
        keys=KEYS,
        bounces=BOUNCES,
        verp=True,
        transport=transport,
        lanes=lanes,
        processes=processes,
    )


@dataclass(slots=True)
class Clock:
    """Our clock: stands still, but runs ahead to what a mailing waits for as soon as it says so."""

    now: datetime = DUE
    seen: list[Progress] = field(default_factory=list)
    tick: timedelta = timedelta(0)  # what passes whenever nothing happens
    ahead: timedelta = timedelta(days=9)  # so far it runs ahead at most
    then: Callable[[Progress], None] | None = None  # what else a watcher does

    def __call__(self) -> datetime:
        return self.now

    def watch(self, progress: Progress) -> None:
        self.seen.append(progress)
        self.now += self.tick
        if progress.waits_until is not None and self.now < progress.waits_until <= self.now + self.ahead:
            self.now = progress.waits_until
        if self.then:
            self.then(progress)

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class After:
    """Does something once, when the server is given its nth message and has not answered it."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        self._left, self._act, self._lock = number, act, threading.Lock()

    def __call__(self, message: Received) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._act()


def mailing_to(held: Owned, count: int, team: int = 0) -> Mailing:
    """A mailing to so many readers, that may go out; the first of them are the team."""
    add_readers(held.store, *range(1, count + 1))
    return sending(held, tuple(mark(number) for number in range(1, team + 1)))


def run(
    held: Owned,
    mailing: Mailing,
    transport: Files | Smtp,
    clock: Clock | None = None,
    *,
    lanes: int = 2,
    processes: int = 0,
    stop: threading.Event | None = None,
    spares: Spares | None = None,
) -> MailingState:
    """One run to its end. Jitter is 0."""
    clock = clock or Clock()
    return ledger.run(
        held,
        mailing,
        work_of(mailing.id, transport, lanes=lanes, processes=processes),
        clock=clock,
        jitter=lambda: 0.0,
        watch=clock.watch,
        stop=stop or threading.Event(),
        patience=0.01,
        spares=spares,
    )


def one_pass(held: Owned, mailing: Mailing, transport: Files | Smtp, *, lanes: int = 2) -> MailingState:
    """A run that ends as soon as only rows are left that were deferred."""
    stop = threading.Event()

    def look(progress: Progress) -> None:
        if progress.waits_until and progress.waits_until > clock.now:
            stop.set()

    clock = Clock(ahead=timedelta(minutes=4), then=look)
    return run(held, mailing, transport, clock, lanes=lanes, stop=stop)


def resumed(store: Store, mailing: Mailing) -> Mailing:
    """The mailing, sending again."""
    found = mailings.move(store, mailing.id, MailingState.SENDING, expect=(MailingState.PAUSED,), now=at(1))
    assert found
    return found


def sums(store: Store, mailing: Mailing) -> dict[DeliveryState, int]:
    """How many rows are in each state, those without any left out; all rows are in one."""
    receipt = receipts.receipt(store, mailing.id)
    assert receipt.balanced
    return {state: count for state, count in receipt.counts if count}


def got(server: SmtpServer) -> Counter[str]:
    """How many messages each reader has got."""
    return Counter({reader: len(messages) for reader, messages in server.by_recipient().items()})


def everyone_once(server: SmtpServer, count: int) -> bool:
    """Whether each of so many readers has got one message, and nobody else any."""
    return got(server) == Counter(f"reader{number}@example.org" for number in range(1, count + 1))
