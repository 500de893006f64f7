"""Access: a link that was mailed to a reader just now opens what is kept about them, for a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.readers import Readers, readers_store
from newsletter.model.errors import ForgedToken, NewsletterError
from newsletter.model.marks import timed_of, timed_text
from newsletter.model.subscriber import Mark, Reason, Subscriber
from newsletter.store import subscribers, suppressions
from newsletter.tokens import KeyRing, Purpose

VALID = timedelta(hours=24)  # mails get forwarded, and lie about: who needs longer asks for another link


class AccessOver(NewsletterError):
    """A link that was right once: a day has passed, or everything about this reader was erased since."""

    def __init__(self) -> None:
        super().__init__("this link is over a day old, or everything it led to was erased; ask for a new link")


def access_token(ring: KeyRing, mark: Mark, mailed: datetime) -> str:
    """The token of the link that opens a reader's own page from now on."""
    return ring.sign(Purpose.ACCESS, timed_text(mark, mailed))


@contextmanager
def accessed(app: App, token: str) -> Iterator[tuple[Readers, Subscriber]]:
    """Whom the token lets in, with the store they are kept in, open for the block.

    Erasing ends every link that was mailed before, also for one who has signed up anew since. Raises `ForgedToken`,
    `AccessOver`.
    """
    with readers_store(app) as readers:
        mark, mailed = _read(readers.ring, token)
        if not mailed <= app.clock() < mailed + VALID:
            raise AccessOver
        there = subscribers.find(readers.store, (mark,))
        erased = (one for one in suppressions.of(readers.store, (mark,)) if one.reason is Reason.ERASED)
        if there is None or any(one.since >= mailed for one in erased):
            raise AccessOver
        yield readers, there


def _read(ring: KeyRing, token: str) -> tuple[Mark, datetime]:
    found = timed_of(ring.verify(Purpose.ACCESS, token))
    if found is None:
        raise ForgedToken("this link is not one of ours, or it was cut short; use the link in the newest mail")
    return found
