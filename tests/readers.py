"""Readers of a running site for the tests: how they come to it, where their links lead, and what is kept of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from newsletter.actions.access import access_token
from newsletter.actions.confirm_subscription import confirm_subscription
from newsletter.actions.readers import readers_store
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sign_up import sign_up
from newsletter.actions.take_requests import take_requests
from newsletter.model.marks import mark_text, timed_text
from newsletter.model.subscriber import Subscriber, SubscriberState
from newsletter.store import subscribers
from newsletter.tokens import Purpose
from tests.living import Living
from tests.smtpserver import Received

ANA = "ana@example.org"
BEN = "ben@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}  # RFC 8058 3.1


def mailed(site: Living) -> list[Received]:
    """Every mail that has arrived, once all that was asked for is seen to."""
    assert take_requests(site.app).trouble is None
    assert send_notices(site.app).trouble is None
    return site.mails.messages


def a_reader(site: Living, address: str = ANA, language: str | None = None) -> Subscriber:
    """Somebody who has signed up and confirmed."""
    asked = sign_up(site.app, address, page="/subscribe", words="Send it.", language=language, name="Ana Example")
    return confirm_subscription(site.app, asked.token).subscriber


def found(site: Living, address: str = ANA) -> Subscriber | None:
    """What is kept about a reader, or None."""
    with readers_store(site.app) as readers:
        return subscribers.find(readers.store, readers.marks(address))


def state_of(site: Living, address: str = ANA) -> SubscriberState | None:
    """Whether they are written to."""
    there = found(site, address)
    return None if there is None else there.state


def signed(site: Living, reader: Subscriber, purpose: Purpose) -> str:
    """A token as the mails of this reader have it."""
    if purpose in (Purpose.ACCESS, Purpose.CONFIRM):
        return site.live.ring.sign(purpose, timed_text(reader.mark, site.clock()))
    return site.live.ring.sign(purpose, mark_text(reader.mark))


def leaving(site: Living, reader: Subscriber) -> str:
    """The page behind the link that leaves."""
    return f"/u/{signed(site, reader, Purpose.UNSUBSCRIBE)}"


def own_page(site: Living, reader: Subscriber) -> str:
    """The page behind a link that was mailed just now."""
    return f"/me/{access_token(site.live.ring, reader.mark, site.clock())}"


def rows(site: Living) -> list[str]:
    """The whole database but for what holds no word, as SQL."""
    with closing(sqlite3.connect(site.root / "var" / "newsletter.db")) as database:
        return list(database.iterdump())
