"""Mails that come to a mailbox."""

from __future__ import annotations


def mail(number: int, body: str = "Text.") -> bytes:
    return (
        f"From: wire@example.org\r\nMessage-ID: <{number}@example.org>\r\nSubject: {number}\r\n\r\n{body}\r\n".encode()
    )


def mails(*numbers: int) -> tuple[bytes, ...]:
    return tuple(mail(number) for number in numbers)
