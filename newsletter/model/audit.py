"""The audit log: who did what, one entry behind the other, each bound to the one before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.issue import IssueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that somebody did and that must be known for ever."""

    happened: datetime  # our clock, aware, UTC
    who: str  # as it was claimed, and the login it was claimed from
    act: str  # a verb: "approve", "release", "withdraw"
    issue: IssueId | None
    digest: str | None  # of the edition it was about
    note: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in the log."""

    number: int  # from 1, without gaps
    deed: Deed
    chain: str  # SHA-256, hex, over the entry before it and this one


BEGINNING = ""  # stands for the entry before the first


def chained(before: str, number: int, deed: Deed) -> str:
    """The chain of an entry."""
    at = deed.happened.isoformat(timespec="microseconds")
    issue = None if deed.issue is None else str(deed.issue)
    return chained_fields(before, number, (at, deed.who, deed.act, issue, deed.digest, deed.note))


def chained_fields(before: str, number: int, fields: tuple[str | None, ...]) -> str:
    """The same of its fields as they are written: SHA-256 over the chain before and each field with its length."""
    digest = hashlib.sha256()
    for field in (before, str(number), *fields):
        data = b"-" if field is None else b"+" + field.encode(errors="surrogatepass")
        digest.update(b"%d:%s" % (len(data), data))
    return digest.hexdigest()


def claimed(who: str, login: str | None) -> str:
    """Somebody as the log names them: what was claimed, and from which login. None: they have signed in at the desk,
    which alone proves who they are."""
    return f"{who} (signed in)" if login is None else f"{who} (login {login})"
