"""What a mailbox gives: mails as bytes, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.errors import NewsletterError

MAX_MAIL = 10_000_000  # octets of one mail; a newsletter with its pictures inside has a tenth of it
MAX_READING = 50_000_000  # octets of one reading; what is beyond waits for the next


@dataclass(frozen=True, slots=True)
class Arrived:
    """The mails that have come since a cursor, untouched, the oldest first."""

    mails: tuple[bytes, ...]
    cursor: str  # to be kept once these mails are kept, and given to the next reading
    note: str | None = None  # what an operator should know, in words


class MailboxError(NewsletterError):
    """A mailbox could not be read. Nothing is lost by it: the next reading begins where this one began."""

    def __init__(self, where: str, what: str, todo: str) -> None:
        self.where = where
        super().__init__(f"{where}: {what}; {todo}")


def count_of(number: int) -> str:
    """A number of mails, in words."""
    return "1 mail" if number == 1 else f"{number} mails"


def waiting(number: int) -> str:
    """The note about mails that one reading has left for the next."""
    return f"{number} more mail{' waits' if number == 1 else 's wait'} for the next reading"


def too_large(names: str, number: int) -> str:
    """The note about mails that are never read, with their names in the mailbox."""
    what = "is larger" if number == 1 else "are larger"
    return f"{count_of(number)} {what} than {MAX_MAIL // 1_000_000} MB and left out ({names}); read them by hand"
