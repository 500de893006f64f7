"""Change preferences: what a reader decides on their own page, by the link that was just mailed to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from newsletter.actions.access import AccessOver, accessed
from newsletter.actions.app import App, frame_languages
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.unsubscribe_reader import unsubscribe_reader
from newsletter.actions.way_out import read_schedule
from newsletter.model.errors import NewsletterError
from newsletter.model.subscriber import Reason, Subscriber, SubscriberState, Suppression
from newsletter.store import subscribers, suppressions

LONGEST_PAUSE = timedelta(days=366)  # who wants to hear nothing for longer wants to leave
_NOTE = "on their own page"
_MEMBERS = (SubscriberState.CONFIRMED, SubscriberState.PAUSED)


class Standing(Enum):
    """Whether issues come to a reader, as their own page tells it; what forbids writing to them counts first."""

    GETS = "gets"
    PAUSED = "paused"
    UNCONFIRMED = "unconfirmed"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class NotPossible(NewsletterError):
    """What was asked for cannot be done for this reader, or not in this way; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a reader's own page shows."""

    reader: Subscriber
    forbidding: tuple[Suppression, ...]  # why nothing is sent, whatever their state says; empty for most
    first: date | None  # the day a pause ends, in the sending zone; None where none runs
    earliest: date  # the days that a pause may end on
    latest: date

    @property
    def standing(self) -> Standing:
        reasons = {one.reason for one in self.forbidding}
        if self.reader.state is SubscriberState.UNSUBSCRIBED or reasons & {Reason.OPT_OUT, Reason.ERASED}:
            return Standing.LEFT
        if reasons:
            return Standing.COMPLAINED if Reason.COMPLAINT in reasons else Standing.BOUNCED
        if self.reader.state is SubscriberState.UNCONFIRMED:
            return Standing.UNCONFIRMED
        return Standing.PAUSED if self.first else Standing.GETS


def show_preferences(app: App, token: str) -> Own:
    """Who the link lets in, and what they have chosen. Raises `ForgedToken`, `AccessOver`."""
    now, zone = app.clock(), _zone(app)
    with accessed(app, token) as (readers, there):
        pauses = there.state is SubscriberState.PAUSED and there.until is not None and there.until > now
        today = now.astimezone(zone).date()
        return Own(
            reader=there,
            forbidding=suppressions.living(readers.store, (there.mark, *readers.marks(there.address))),
            first=there.until.astimezone(zone).date() if pauses and there.until else None,
            earliest=today + timedelta(days=1),
            latest=today + LONGEST_PAUSE,
        )


def change_language(app: App, token: str, language: str) -> None:
    """Writes to the reader in this language from now on, and shows them their pages in it.

    Raises `NotPossible` for a language that we have no standing texts in, `ForgedToken`, `AccessOver`.
    """
    if language not in frame_languages(app.root):
        raise NotPossible("there are no texts of ours in that language; choose one of those shown")
    with accessed(app, token) as (readers, found), readers.store.writing_alone() as connection:
        there = _still(subscribers.find(connection, (found.mark,)))
        if there.language != language:
            wanted = replace(there, language=language)
            subscribers.change(connection, wanted, "reader", app.clock(), f"language {language}, {_NOTE}")


def pause_until(app: App, token: str, first: date) -> None:
    """Sends the reader nothing before this day begins in the sending zone; the issue of the day itself comes.

    Raises `NotPossible` for a day that is not to come or over a year away, and for who gets no issues; `ForgedToken`,
    `AccessOver`.
    """
    zone = _zone(app)
    today = app.clock().astimezone(zone).date()
    if not today < first <= today + LONGEST_PAUSE:
        raise NotPossible("a pause ends on a day to come, within a year; choose such a day")
    until = datetime.combine(first, time(), zone).astimezone(UTC)
    with accessed(app, token) as (readers, found), readers.store.writing_alone() as connection:
        there = _still(subscribers.find(connection, (found.mark,)))
        if there.state not in _MEMBERS:
            raise NotPossible("no issues come to this address, so there is nothing to pause")
        if (there.state, there.until) != (SubscriberState.PAUSED, until):
            subscribers.pause(connection, there, until, "reader", app.clock())


def resume(app: App, token: str) -> None:
    """Ends the reader's pause; where there is none it changes nothing. Raises `ForgedToken`, `AccessOver`."""
    with accessed(app, token) as (readers, found), readers.store.writing_alone() as connection:
        there = _still(subscribers.find(connection, (found.mark,)))
        if there.state is SubscriberState.PAUSED:
            subscribers.resume(connection, there, "reader", app.clock())


def leave(app: App, token: str) -> None:
    """Takes the reader's leave, as the link in every mail does. Raises `ForgedToken`, `AccessOver`."""
    with accessed(app, token) as (_, there):
        mark = there.mark
    unsubscribe_reader(app, mark, note=_NOTE)


def erase_me(app: App, token: str) -> None:
    """Forgets the reader; this link and all that were mailed before end with it. Raises `ForgedToken`, `AccessOver`."""
    with accessed(app, token) as (_, there):
        address = there.address
    erase_reader(app, address, by="reader", note=_NOTE)


def _still(there: Subscriber | None) -> Subscriber:
    """The reader as the transaction finds them, who may have been erased a moment ago."""
    if there is None:
        raise AccessOver
    return there


def _zone(app: App) -> ZoneInfo:
    return ZoneInfo(read_schedule(app).calendar.send.zone)
