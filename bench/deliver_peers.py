"""Peers of `bench.deliver` in Python, each in a process of its own: what people send newsletters with.

`python -m bench.deliver_peers smtplib|django LETTER PORT COUNT [KEY]`; with KEY each message is signed by dkimpy.
"""

from __future__ import annotations

import json
import resource
import smtplib
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from html import escape
from pathlib import Path
from time import perf_counter
from typing import Any

_HOST = "127.0.0.1"


class Newsletter:
    """The newsletter as `deliver_ready.for_peers` writes it, and a reader's own in it."""

    def __init__(self, path: Path) -> None:
        self._letter: dict[str, Any] = json.loads(path.read_text("utf-8"))
        self.bounces: str = self._letter["bounces"]
        self.domain, self.selector = self._letter["domain"].encode(), self._letter["selector"].encode()
        self.sender = formataddr(self._letter["from"])
        self.reply_to: str = self._letter["reply_to"]
        self.subject: str = self._letter["subject"]

    def values(self, number: int) -> dict[str, str]:
        return {
            "greeting": f"Dear Reader {number},",
            "unsubscribe_url": f"https://{self._letter['domain']}/u/{number}",
            "preferences_url": f"https://{self._letter['domain']}/p/{number}",
        }

    def headers(self, values: dict[str, str]) -> dict[str, str]:
        own = {"List-Unsubscribe": f"<{values['unsubscribe_url']}>"}
        return {**self._letter["headers"], **own, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

    def text(self, values: dict[str, str]) -> str:
        return self._filled("text", values)

    def html(self, values: dict[str, str]) -> str:
        return self._filled("html", {name: escape(value) for name, value in values.items()})

    def _filled(self, part: str, values: dict[str, str]) -> str:
        pieces = self._letter[part]
        return "".join(piece if isinstance(piece, str) else values[piece["slot"]] for piece in pieces)


def address(number: int) -> str:
    return f"reader-{number}@example.org"


def by_smtplib(letter: Newsletter, port: int, count: int, key: bytes | None) -> Callable[[], None]:
    """One connection of the standard library, messages of `EmailMessage`, signatures of dkimpy."""
    import dkim  # type: ignore[import-untyped]  # it has no types

    def signed(data: bytes) -> bytes:
        if key is None:
            return data
        relaxed = (b"relaxed", b"relaxed")
        return bytes(dkim.sign(data, letter.selector, letter.domain, key, canonicalize=relaxed)) + data

    def send() -> None:
        with smtplib.SMTP(_HOST, port) as server:
            for number in range(count):
                data = _message(letter, number).as_bytes(policy=SMTP)
                server.sendmail(letter.bounces, [address(number)], signed(data))

    return send


def by_django(letter: Newsletter, port: int, count: int, key: bytes | None) -> Callable[[], None]:
    """One connection for all messages, as its `send_mass_mail` does, which itself knows plain text alone."""
    from django.conf import settings  # type: ignore[import-untyped]  # nor have these
    from django.core.mail import EmailMultiAlternatives, get_connection  # type: ignore[import-untyped]

    assert key is None, "Django signs nothing"
    settings.configure(EMAIL_HOST=_HOST, EMAIL_PORT=port, USE_I18N=False)

    def mails() -> Iterator[EmailMultiAlternatives]:
        for number in range(count):
            values = letter.values(number)
            mail = EmailMultiAlternatives(
                letter.subject,
                letter.text(values),
                letter.sender,
                [address(number)],
                reply_to=[letter.reply_to],
                headers=letter.headers(values),
            )
            mail.attach_alternative(letter.html(values), "text/html")
            yield mail

    def send() -> None:
        assert get_connection().send_messages(list(mails())) == count

    return send


def _message(letter: Newsletter, number: int) -> EmailMessage:
    values = letter.values(number)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Reply-To"] = letter.sender, address(number), letter.reply_to
    message["Subject"], message["Message-ID"] = letter.subject, f"<{number}@{letter.domain.decode()}>"
    for name, value in letter.headers(values).items():
        message[name] = value
    message.set_content(letter.text(values), cte="quoted-printable")
    message.add_alternative(letter.html(values), subtype="html", cte="quoted-printable")
    return message


def main(which: str, path: str, port: str, count: str, key: str | None = None) -> None:
    """Prints seconds and CPU of the sending, imports and the reading of the letter not counted."""
    secret = None if key is None else Path(key).read_bytes()
    send = {"smtplib": by_smtplib, "django": by_django}[which](Newsletter(Path(path)), int(port), int(count), secret)
    before, began = resource.getrusage(resource.RUSAGE_SELF), perf_counter()
    send()
    seconds, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main(*sys.argv[1:])
