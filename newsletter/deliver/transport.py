"""What carries messages: an SMTP connection, a folder of files. One session carries one message after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from newsletter.mail.dot import Fit
from newsletter.model.answer import Answer, Envelope, Handed


class Session(Protocol):
    """An open way out. Everything that can happen to one message is an `Answer`, never an exception."""

    @property
    def usable(self) -> bool:
        """Whether another envelope may follow; False once the connection is lost or closed."""

    def begin(self, envelope: Envelope) -> Answer:
        """Gives the envelope: 354 at DATA, then content must follow or `abandon`; or the refusal, at its phase."""

    def hand_over(self, message: Fit, ahead: Envelope | None) -> Handed:
        """Writes the content of the message that was begun, its last dot, and the next envelope, all at once.

        Reads all answers before it returns. The answer's phase says whether a byte of the last dot was written: DOT, or
        CONTENT where none was.
        """

    def abandon(self) -> None:
        """Hangs up, whatever was begun: an unfinished message is not delivered (RFC 5321 4.1.1.4)."""

    def quit(self) -> None:
        """Takes leave (QUIT) and hangs up; a lost connection is no matter."""


# Opens a session. Raises `SendingRefused` and `ConnectionLost`.
Connect = Callable[[], Session]
