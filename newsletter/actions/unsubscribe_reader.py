"""Unsubscribe: a reader has left, or an address must not be written to for another reason."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.readers import Readers, leavers_path, readers_store, spelt
from newsletter.model.errors import ForgedToken
from newsletter.model.marks import mark_of
from newsletter.model.subscriber import Act, Mark, Reason, Subscriber, SubscriberState
from newsletter.store import happenings, leavers, marks, subscribers, suppressions
from newsletter.store.leavers import Leaving
from newsletter.tokens import Purpose


@dataclass(frozen=True, slots=True)
class Left:
    """An address that is not written to any more."""

    mark: Mark
    subscriber: Subscriber | None  # as they are now; None for one who was erased, or is known by the mark alone
    already: bool  # it was so before, and nothing was written


def unsubscribe_reader(app: App, by: str | Mark, *, who: str = "reader", note: str | None = None) -> Left:
    """Takes a reader's leave, by the token in the link of a mail or by the mark, once it is on disk twice.

    Again, it changes nothing. Works for an erased address and for one that we do not know any more: whoever holds a
    link that we signed has been written to, and shall not be again. Raises `ForgedToken`.
    """
    with readers_store(app) as readers:
        mark = token_mark(readers, by) if isinstance(by, str) else by
        left = _suppressed(app, readers, mark, Reason.OPT_OUT, who, note)
        if left.subscriber is None and not left.already and (other := _elsewhere(readers, mark)):
            return _suppressed(app, readers, other, Reason.OPT_OUT, who, note)
        return left


def suppress_reader(app: App, address: str, reason: Reason, *, who: str, note: str | None = None) -> Left:
    """The same for an address that complained or does not exist; `who` has told us, `note` in which words.

    Raises `ConfigError` for what is no address.
    """
    with readers_store(app) as readers:
        mark = subscribers.known_mark(readers.store, readers.marks(spelt(address)))
        return _suppressed(app, readers, mark, reason, who, note)


def token_mark(readers: Readers, token: str) -> Mark:
    """Whom the token of an unsubscribe link names. Raises `ForgedToken`."""
    mark = mark_of(readers.ring.verify(Purpose.UNSUBSCRIBE, token))
    if mark is None:
        raise ForgedToken("this link is not one of ours, or it was cut short; use the link in the newest mail")
    return mark


def _elsewhere(readers: Readers, mark: Mark) -> Mark | None:
    """The mark of the same reader by another key: their row was lost with a backup, and they came back since."""
    return subscribers.other_mark(readers.store, mark, readers.marks) if len(readers.ring.ids) > 1 else None


def _suppressed(app: App, readers: Readers, mark: Mark, reason: Reason, who: str, note: str | None) -> Left:
    now, leaves = app.clock(), reason is Reason.OPT_OUT
    with leavers.kept(leavers_path(app)) as log, readers.store.writing_alone() as connection:
        there = subscribers.find(connection, (mark,))
        stays = there is None or there.state is SubscriberState.UNSUBSCRIBED or not leaves
        if stays and not suppressions.suppress(connection, mark, reason, now, note):
            return Left(mark, there, already=True)
        if there is not None and not stays:
            suppressions.suppress(connection, mark, reason, now, note)
            there = subscribers.unsubscribe(connection, there)
        marks.record(connection, (readers.key,))
        told = ": ".join(filter(None, (reason.value, note)))
        happenings.write(connection, mark, Act.SUPPRESSED, who, now, told)
        log.append([Leaving(now, reason, mark)])
    return Left(mark, there, already=False)
