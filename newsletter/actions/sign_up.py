"""Sign up: somebody asks for the newsletter, and has to say so again from their mailbox."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.readers import Readers, readers_store, spelt
from newsletter.model.errors import ForgedToken
from newsletter.model.marks import timed_of, timed_text
from newsletter.model.subscriber import Act, Consent, Mark, Subscriber, SubscriberState
from newsletter.store import happenings, marks, subscribers
from newsletter.tokens import KeyRing, Purpose

WAITING = timedelta(days=30)  # so long a confirmation may take; then who asked is forgotten
_ONCE_IN = timedelta(days=1)  # asking again within it changes nothing: a stranger may fill in the form all day


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody who asked is to be sent: a notice with the link that confirms. Nothing in it is typed by them."""

    address: str  # where it goes: as we know it, or as it was typed
    mark: Mark  # by which notices count: one confirmation for an address a day
    language: str | None  # of the notice; None: the publication's
    token: str  # of Purpose.CONFIRM, for the link
    asked: datetime  # UTC
    member: bool  # gets the newsletter already. The mail may say so, what the visitor is shown never


def sign_up(
    app: App,
    address: str,
    *,
    page: str,
    words: str,
    name: str | None = None,
    language: str | None = None,
    zone: str | None = None,
    tags: tuple[str, ...] = (),
) -> Asked:
    """Notes that an address asks for the newsletter, on `page`, shown `words`; it gets no issue until it confirms.

    A member stays as they are, whatever was typed, and somebody who has left stays unwritten to: who fills in a form
    need not be who owns the address. Asking twice in a day is asking once. The answer has the same shape for everybody.
    Raises `ConfigError` for what is no address.
    """
    now, address = app.clock(), spelt(address)
    with readers_store(app) as readers, readers.store.writing_alone() as connection:
        known = readers.marks(address)
        there = subscribers.find(connection, known)
        mark = there.mark if there else subscribers.known_mark(connection, known)
        told = f"on {page}, shown: {words}"
        if there and _is_member(there):
            last = happenings.last(connection, mark, Act.ASKED)
            if last is None or not now - _ONCE_IN < last <= now:
                happenings.write(connection, mark, Act.ASKED, "reader", now, told)
            return _asked(readers, there, now)
        if there and _has_just_asked(there, now):
            return _asked(readers, there, there.consent.asked or now)
        marks.record(connection, (readers.key,))
        bare = there or Subscriber(mark=mark, address=address, state=SubscriberState.UNCONFIRMED, added=now)
        wanted = replace(
            bare,
            address=address,
            name=name or bare.name,
            language=language or bare.language,
            zone=zone or bare.zone,
            tags=tuple(sorted({*bare.tags, *tags})),
            consent=Consent(asked=now, page=page, words=words),
        )
        return _asked(readers, subscribers.ask(connection, wanted, "reader", now, told), now)


def forget_unconfirmed(app: App) -> int:
    """Forgets those who asked over 30 days ago and never confirmed; how many."""
    with readers_store(app) as readers:
        return subscribers.purge(readers.store, app.clock() - WAITING)


def confirm_token(ring: KeyRing, mark: Mark, asked: datetime) -> str:
    """The token of the link that confirms what was asked at this time."""
    return ring.sign(Purpose.CONFIRM, timed_text(mark, asked))


def read_confirm_token(ring: KeyRing, token: str) -> tuple[Mark, datetime]:
    """Who asked, and when. Raises `ForgedToken`."""
    found = timed_of(ring.verify(Purpose.CONFIRM, token))
    if found is None:
        raise ForgedToken("this link is not one of ours, or it was cut short; use the link in the newest mail")
    return found


def _is_member(subscriber: Subscriber) -> bool:
    return subscriber.state in (SubscriberState.CONFIRMED, SubscriberState.PAUSED)


def _has_just_asked(subscriber: Subscriber, now: datetime) -> bool:
    asked = subscriber.consent.asked
    unconfirmed = subscriber.state is SubscriberState.UNCONFIRMED
    return unconfirmed and asked is not None and now - _ONCE_IN < asked <= now


def _asked(readers: Readers, subscriber: Subscriber, at: datetime) -> Asked:
    return Asked(
        address=subscriber.address,
        mark=subscriber.mark,
        language=subscriber.language,
        token=confirm_token(readers.ring, subscriber.mark, at),
        asked=at,
        member=_is_member(subscriber),
    )
