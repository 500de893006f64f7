"""A session: somebody who is signed in at the desk, in one browser. And the links that sign in once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(days=14)  # after that a browser asks again, whoever sits at it
IDLE = timedelta(hours=12)  # a night without a request; a shared machine is left behind sooner than that
SEEN_EVERY = timedelta(minutes=1)  # how fine `seen` is, so that reading pages writes next to nothing
_BROWSER = 300  # characters of what a browser says of itself
_NAME = 16  # hex digits


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from, as the shell saw it."""

    browser: str  # what it says of itself (User-Agent, RFC 9110 10.1.5); not believed, only shown
    network: str  # the network its address lies in

    @property
    def cut(self) -> Visit:
        """The same on one line, cut where it is long: what is kept."""
        return Visit(" ".join(self.browser.split())[:_BROWSER], self.network)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a password, a link or a session belongs to: one of the team.

    Whoever leaves may come to be followed by somebody with the same id; their address is another then.
    """

    member: str  # an id of the team
    address: str  # theirs when it was made, in small letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in. What it may do stands in schedule.yaml and is read at each request."""

    digest: str  # of what the browser keeps, SHA-256 in hex: whoever reads the database cannot sign in with it
    account: Account  # of the team, when it began
    began: datetime  # UTC
    seen: datetime  # UTC: the last request, to a minute
    visit: Visit  # when it began

    @property
    def member(self) -> str:
        """The id of whose it is."""
        return self.account.member

    @property
    def name(self) -> str:
        """What a page calls it by: enough to tell it from the others of the same member."""
        return self.digest[:_NAME]

    @property
    def ends(self) -> datetime:
        """When it ends if nobody asks for anything until then."""
        return min(self.began + LONGEST, self.seen + IDLE)

    def is_over(self, now: datetime) -> bool:
        """Whether it lets nobody in any more."""
        return now >= self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """A link that signs in once."""

    digest: str  # of what stands in the address, SHA-256 in hex
    account: Account | None  # None: whoever opens it says who they are, while nobody has a password
    made: datetime  # UTC
    ends: datetime  # UTC


def digest_of(token: str) -> str:
    """What the database knows of a secret that is a browser's, or stands in a link."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
