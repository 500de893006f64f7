"""What is asked of a web server, within which limits, and what came of it. Importing this imports no HTTP library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of our time and memory a web server may take."""

    bytes: int = 10 * 1024 * 1024  # of one body, before and after decompression
    seconds: float = 30  # of one request, its redirects included; waiting for one's turn does not count
    connect: float = 10  # seconds for finding the host, connecting and the TLS handshake together
    redirects: int = 5
    per_host: int = 1  # requests at a time to one host name
    connections: int = 100  # requests at a time to all hosts
    waiting: int = 64  # while so many outcomes wait to be taken, no further request is begun
    header_bytes: int = 16 * 1024  # of one header field; an answer may have 128 of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One address to ask for, with what is known of it from the last time."""

    key: str  # the caller's own name for it; comes back in the outcome, never goes out
    url: str  # as it is written down; it is parsed here, on every hop
    accept: str = "*/*"  # media types, as in the header field Accept
    etag: str | None = None  # the validators that came with the last body, for a conditional GET
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered in the end, whatever the status. All fields but `key` are its own claims."""

    key: str
    url: str  # the address that answered, after all redirects
    status: int  # 200 to 599
    body: bytes  # decoded of its content encoding; empty unless the status is 2xx, for no other is read
    media_type: str  # lower case, without parameters; "" when none was declared
    charset: str | None  # lower case, as declared, which may be wrong or unknown
    etag: str | None  # as sent; None as well for one that could not be sent back: not ASCII, or overlong
    last_modified: str | None
    moved_to: str | None  # where it moved for good: the end of the unbroken run of 301 and 308 at the beginning
    retry_after: int | None  # seconds from now, at most a year; None when not said
    max_age: int | None  # seconds for which asking again is pointless, at most a year; 0: not to be kept


class FailureKind(Enum):
    """Why there is no answer, by what the caller would do about it."""

    REFUSED = "refused"  # by us: the guard, the scheme, an address that is none; asking again changes nothing
    UNREACHABLE = "unreachable"  # no such host, no connection, no TLS
    TOO_SLOW = "too slow"
    TOO_LARGE = "too large"
    BROKEN = "broken"  # cut short, wrongly encoded, against the protocol, a flood of header fields
    LOOP = "loop"  # more redirects than are followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that ended without an answer."""

    key: str
    kind: FailureKind
    what: str  # for an operator: what happened, and what to do; a whole sentence, free of the server's own words


Outcome = Answer | Failure


class Fault(Exception):
    """Ends a request inside this room; it leaves the room as a `Failure`."""

    def __init__(self, kind: FailureKind, what: str) -> None:
        self.kind = kind
        self.what = what
        super().__init__(what)
