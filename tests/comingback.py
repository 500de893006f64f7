"""An installation whose issues have gone out, and the mails that come back to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path
from newsletter.deliver.verp import verp
from newsletter.model.answer import Answer
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState, Intent, Mailing, MailingKind, MailingState
from newsletter.model.returned import Returned
from newsletter.model.subscriber import Mark, Reason, SubscriberState
from newsletter.store import leavers, ledger, mailings, planning, receipts, returned, schema, suppressions
from newsletter.store.engine import Store, open_store
from newsletter.store.leavers import Leaving
from newsletter.store.owning import own
from newsletter.tokens import KeyRing, ring_of
from tests.conftest import ROOT
from tests.mailing import DIGEST, EVERY, keep_editions, verdict
from tests.postgres import KINDS, fresh_database

BOUNCES = "bounces@news.example.org"
ANA, BEN = "ana@example.org", "ben@example.org"
ON_BOTH = pytest.mark.parametrize("home", KINDS, indirect=True)
NOW = datetime.fromisoformat("2026-12-01T09:00:00+00:00")
FIRST = date(2026, 11, 27)
_KEYS = "k1:a-secret-of-the-tests-of-what-comes-back"


@dataclass(frozen=True, slots=True)
class Installation:
    """A publication of which only the database and schedule.yaml are there."""

    app: App
    store: Store
    ring: KeyRing

    @property
    def maildir(self) -> Path:
        """Where mails come back to."""
        return self.app.root / "returned"

    def mark(self, address: str) -> Mark:
        return Mark(self.ring.marks(address)[0][1])

    def at(self, days: float) -> Installation:
        """The same, so many days later."""
        moment = self.app.clock() + timedelta(days=days)
        return replace(self, app=App(self.app.root, lambda: moment))

    def add(self, *addresses: str) -> None:
        """Readers who want the newsletter."""
        state = SubscriberState.CONFIRMED.value
        rows = [
            {"mark": self.mark(one), "address": one, "name": "A Reader", "state": state, "added": NOW}
            for one in addresses
        ]
        with self.store.writing() as connection:
            connection.execute(insert(schema.subscribers), rows)

    def issue(self, week: int = 0, answers: dict[str, Answer] | None = None) -> Mailing:
        """Sends the issue of a week to every reader who may be written to; who is not in `answers` got it."""
        issue, due = IssueId(FIRST + timedelta(weeks=week)), self.app.clock() - timedelta(hours=1)
        made = mailings.create(
            self.store, issue, MailingKind.ISSUE, DIGEST, due, due + timedelta(days=2), key=self.ring.ids[0]
        )
        with own(self.store, self.app.root, due) as held:
            mailing = planning.plan(held, made.id, due)
            mailings.move(self.store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=due)
            rows = receipts.people(self.store, mailing.id, EVERY, 0, 100_000)
            ledger.commit(held, mailing.id, (), [Intent(one.seq, one.attempt, DIGEST) for one in rows], due)
            came = []
            for one in receipts.people(self.store, mailing.id, EVERY, 0, 100_000):
                answer = (answers or {}).get(str(one.address))
                state = DeliveryState.REFUSED if answer else DeliveryState.ACCEPTED
                came.append(verdict(one, state, answer=answer))
            ledger.commit(held, mailing.id, came, (), due)
            ledger.settle(held, mailing.id, due)
        return mailings.get(self.store, mailing.id)

    def seq(self, mailing: Mailing, address: str) -> int:
        rows = receipts.of_reader(self.store, (self.mark(address),))
        return next(one.seq for found, one in rows if found.id == mailing.id)

    def sender(self, mailing: Mailing, address: str) -> str:
        """The envelope sender of this reader's copy."""
        return verp(mailing.id, self.seq(mailing, address), BOUNCES, self.ring)

    def senders(self, mailing: Mailing) -> dict[str, str]:
        """The same of every reader, by address."""
        rows = receipts.people(self.store, mailing.id, EVERY, 0, 100_000)
        return {str(one.address): verp(mailing.id, one.seq, BOUNCES, self.ring) for one in rows}

    def arrives(self, *mails: bytes) -> None:
        """Puts mails into the Maildir."""
        arrive(self.maildir, *mails)

    def living(self, address: str) -> list[Reason]:
        return [one.reason for one in suppressions.living(self.store, (self.mark(address),))]

    def facts(self, address: str) -> tuple[Returned, ...]:
        return returned.of_marks(self.store, (self.mark(address),))

    def log(self) -> tuple[Leaving, ...]:
        return leavers.read(leavers_path(self.app)).lines


@contextmanager
def installed(kind: str, root: Path, returns: str = "maildir: returned") -> Iterator[Installation]:
    """An installation without a reader; `returns` is what stands below `sending: returns:`."""
    with fresh_database(kind, root) as address, open_store(address) as store:
        keep_editions(store)
        (root / ".env").write_text(f"DATABASE_URL={address}\nNEWSLETTER_KEYS={_KEYS}\n")
        shutil.copy(ROOT / "schedule.yaml", root / "schedule.yaml")
        write_returns(root, returns)
        maildir(root / "returned")
        yield Installation(App(root, lambda: NOW), store, ring_of(_KEYS, "the tests"))


def write_returns(root: Path, *lines: str) -> None:
    """Writes `sending:` into schedule.yaml, with where mails come back to."""
    path = root / "schedule.yaml"
    kept = path.read_text("utf-8").partition("\nsending:")[0].rstrip("\n")
    below = "".join(f"    {line}\n" for line in lines)
    path.write_text(f"{kept}\nsending:\n  bounces: {BOUNCES}\n  returns:\n{below}", "utf-8")


def maildir(folder: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    return folder


def arrive(folder: Path, *mails: bytes) -> None:
    there = len(list((folder / "new").iterdir()))
    for at, mail in enumerate(mails, there):
        (folder / "new" / f"{at:06}.mx.example.org").write_bytes(mail)


def bounce(to: str, *told: tuple[str, str, str], number: int = 0, of: str | None = None) -> bytes:
    """A notification as Postfix writes one, about so many recipients: address, status, the server's words.

    `of`: the Message-ID of the mail that it encloses the header of; None encloses nothing.
    """
    enclosed = ""
    if of is not None:
        enclosed = f"\n--b\nContent-Type: text/rfc822-headers\n\nSubject: The week\nMessage-ID: {of}\n"
    blocks = "".join(
        f"\nFinal-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n"
        for address, status, said in told
    )
    return _mail(
        f"""\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.com. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
{blocks}{enclosed}
--b--
"""
    )


def hard(to: str, address: str, number: int = 0) -> bytes:
    """No such mailbox."""
    return bounce(to, (address, "5.1.1", f"550 5.1.1 <{address}>: user unknown"), number=number)


def soft(to: str, address: str, number: int = 0) -> bytes:
    """A full mailbox."""
    return bounce(to, (address, "5.2.2", "552 5.2.2 mailbox full"), number=number)


def policy(to: str, address: str, number: int = 0) -> bytes:
    """A server that dislikes us."""
    said = "550 5.7.1 message rejected as spam by our policy"
    return bounce(to, (address, "5.7.1", said), number=number)


def complaint(to: str, address: str) -> bytes:
    """A report of abuse (RFC 5965)."""
    return _mail(
        f"""\
Return-Path: <>
Delivered-To: {to}
From: feedback@mailbox.example.com
To: {to}
Subject: complaint about a message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report for a message that we have received.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: mailbox.example.com/1.0
Version: 1
Original-Rcpt-To: <{address}>

--b
Content-Type: text/rfc822-headers

From: focus@news.example.org
Subject: The week

--b--
"""
    )


def letter(number: int = 0) -> bytes:
    """A person writes."""
    return _mail(
        f"""\
From: Ana Reis <ana@example.org>
To: {BOUNCES}
Subject: Thank you
Message-ID: <letter-{number}@example.org>

I read every issue. Ana
"""
    )


def natures(facts: Sequence[Returned]) -> list[str]:
    return [one.report.nature.value for one in facts]


def _mail(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation with two readers, on SQLite unless a test asks for both databases."""
    with installed(getattr(request, "param", "sqlite"), tmp_path) as there:
        there.add(ANA, BEN)
        yield there
