"""Confirm: the owner of a mailbox says that the newsletter is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.sign_up import WAITING, read_confirm_token
from newsletter.model.errors import NewsletterError
from newsletter.model.subscriber import Act, Subscriber, SubscriberState, Suppression
from newsletter.store import happenings, leavers, marks, subscribers, suppressions
from newsletter.store.leavers import Leaving

_ANEW = "confirmed anew"


class NothingToConfirm(NewsletterError):
    """A link that was right once, and has nothing to confirm now."""

    def __init__(self) -> None:
        super().__init__("this link is too old, or was used before; sign up again, and use the link in the new mail")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A reader, and what their word has lifted."""

    subscriber: Subscriber
    lifted: tuple[Suppression, ...]  # empty for most


def confirm_subscription(app: App, token: str) -> Confirmed:
    """Makes who asked a reader, with the proof; their own new will lifts whatever forbade writing to them.

    A second time changes nothing. Raises `ForgedToken`; `NothingToConfirm` for a link of an asking that the reader has
    left after, that is forgotten, or that is over 30 days old.
    """
    now = app.clock()
    with readers_store(app) as readers:
        mark, asked = read_confirm_token(readers.ring, token)
        with leavers.kept(leavers_path(app)) as log:
            with readers.store.writing_alone() as connection:
                there = subscribers.find(connection, (mark,))
                own = readers.marks(there.address) if there else (mark,)
                forbidding = suppressions.living(connection, own)
                if there is None or not _is_good(there, asked, forbidding, now):
                    raise NothingToConfirm
                if _is_done(there, forbidding):
                    return Confirmed(there, ())
                marks.record(connection, (readers.key,))
                consent = replace(there.consent, asked=asked, confirmed=now)
                confirmed = subscribers.confirm(connection, there, consent, "reader", now)
                for one in forbidding:
                    suppressions.lift_one(connection, one, now, _ANEW)
                if forbidding:
                    told = ", ".join(one.reason.value for one in forbidding)
                    happenings.write(connection, mark, Act.LIFTED, "reader", now, f"{_ANEW}: {told}")
            log.append(Leaving(now, None, one) for one in sorted({one.mark for one in forbidding}))
        return Confirmed(confirmed, forbidding)


def _is_good(there: Subscriber, asked: datetime, forbidding: Sequence[Suppression], now: datetime) -> bool:
    """Whether a link of this asking may speak for the reader: not where they have said something else since."""
    if there.state is SubscriberState.UNSUBSCRIBED or asked < now - WAITING:
        return False
    if there.state is SubscriberState.UNCONFIRMED:  # by the very time: a clock that was set back makes no link newer
        return asked == there.consent.asked or not forbidding
    return all(one.since < asked for one in forbidding)


def _is_done(there: Subscriber, forbidding: Sequence[Suppression]) -> bool:
    member = there.state in (SubscriberState.CONFIRMED, SubscriberState.PAUSED)
    return member and not forbidding and there.consent.confirmed is not None
