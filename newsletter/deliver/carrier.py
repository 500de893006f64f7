"""A few messages, one behind the other, where no ledger is kept: notices and test mails."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from newsletter.deliver.blame import is_about_the_connection
from newsletter.deliver.transport import Connect, Session
from newsletter.mail.dot import Fit
from newsletter.model.answer import Answer, Envelope, Phase
from newsletter.model.errors import HeaderRefused


def not_sent(error: HeaderRefused) -> Answer:
    """What is said of a message that cannot be made: this reader's name or address, or what a notice is to say."""
    return Answer(Phase.CONTENT, 554, "5.6.0", f"not sent: {error}"[:500])


class Carrier:
    """Carries messages over one session, and opens another where that is lost. Takes leave when the block is left."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._session: Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is None:
            return
        if error is None:
            self._session.quit()
        else:
            self._session.abandon()

    def carry(self, envelope: Envelope, message: Fit) -> Answer:
        """The last word on this message, whatever it was. Raises `SendingRefused` and `ConnectionLost`.

        A session that turns out to be gone when the next envelope is given was only tired of waiting: one more is
        opened for it. Nothing whose content was begun is carried twice.
        """
        used = self._session is not None
        session = self._opened()
        answer = session.begin(envelope)
        if used and is_about_the_connection(answer):
            session.abandon()
            session = self._opened()
            answer = session.begin(envelope)
        if answer.positive:
            answer = session.hand_over(message, None).answer
        return answer

    def _opened(self) -> Session:
        if self._session is None or not self._session.usable:
            self._session = None
            self._session = self._connect()
        return self._session
