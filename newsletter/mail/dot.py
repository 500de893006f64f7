"""The content of a message as it goes over the wire, ended by a dot on a line of its own. Source: RFC 5321 4.5.2."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.mail.headers import LINE_LIMIT
from newsletter.model.errors import HeaderRefused

LAST = b".\r\n"  # after the CRLF that the content ends in


@dataclass(frozen=True, slots=True)
class Fit:
    """A message that may go over the wire, as it goes there: ASCII, dot-stuffed, without the last dot."""

    octets: bytes
    size: int  # in octets as a reader gets it, before a dot was stuffed (RFC 1870 5)

    @property
    def message(self) -> bytes:
        """The message as a reader gets it."""
        if len(self.octets) == self.size:
            return self.octets
        lines = self.octets.replace(b"\r\n..", b"\r\n.")
        return lines[1:] if lines.startswith(b"..") else lines


def fit(message: bytes) -> Fit:
    """The message, fit for the wire. Raises `HeaderRefused` where it holds what no server would take."""
    problem = unfit(message)
    if problem is None and not message.isascii():
        problem = "it holds more than ASCII"
    if problem:
        raise HeaderRefused("message", problem)
    return Fit(stuffed(message), len(message))


def stuffed(message: bytes) -> bytes:
    """The content with one more dot before each line that begins with one: no line of it can be taken for the last.

    `message` is free of what `unfit` finds; a line begins at the start and after each CRLF, and nowhere else.
    """
    lines = message.replace(b"\r\n.", b"\r\n..")
    return b"." + lines if message.startswith(b".") else lines


def unfit(message: bytes) -> str | None:
    """Why a message may not go over the wire, in words; None when it may.

    A bare CR or LF is taken for a line end by some servers and not by others, so that "LF . LF" ends the message for
    one of two only: SMTP smuggling (RFC 5321 2.3.8, CVE-2023-51764).
    """
    ends = message.count(b"\r\n")
    if message.count(b"\r") != ends or message.count(b"\n") != ends:
        return "it holds a bare CR or LF"
    if not message.endswith(b"\r\n"):
        return "it does not end in CRLF"
    if max(map(len, message.split(b"\r\n"))) > LINE_LIMIT:  # RFC 5321 4.5.3.1.6
        return f"a line of it has over {LINE_LIMIT} octets"
    return None
