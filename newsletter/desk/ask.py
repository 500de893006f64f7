"""What somebody asks of a page of the desk: read once, at the door, into a value that a page can work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from newsletter.desk.body import Upload
from newsletter.publication.schedule import Member, Role
from newsletter.serving.limits import network_of
from newsletter.serving.visitors import Network, visitor_of

_BROWSER = 200  # characters of what a browser says it is


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, proved by the session that their browser holds."""

    member: Member
    session: str  # SHA-256, hex, of what the browser keeps

    @property
    def id(self) -> str:
        """The member's id."""
        return self.member.id

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles."""
        return any(role in self.member.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a page."""

    path: str = "/"  # with its query, as the browser asked for it
    parts: Mapping[str, str] = field(default_factory=dict)  # of the path, by the names that the route gives them
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)  # of a POST: of several fields with one name, the first
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the same, all of them
    files: Mapping[str, Upload] = field(default_factory=dict)
    network: str = "unknown"  # of the visitor: what limits count by
    browser: str = ""
    cookie: str = ""  # of the session; "" where the browser has none
    bound: str = ""  # what the forms shown to this browser are bound to
    token: str = ""  # what every form of ours has to carry
    who: SignedIn | None = None
    secure: bool = False  # asked over https, as far as schedule.yaml says
    is_part: bool = False  # asked for by a page that puts the answer into itself
    said: str = ""  # what the page before has to say, shown once

    def text(self, name: str) -> str:
        """A field of the form in one piece: without line breaks and spaces around it; "" where it is not there."""
        return " ".join(self.form.get(name, "").split())

    def body(self, name: str) -> str:
        """A field of many lines, with the line ends of our files: browsers send CRLF (HTML 4.10.21.7)."""
        return self.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n")

    def lists(self, name: str) -> tuple[str, ...]:
        """All fields of this name, in the order of the form."""
        return self.several.get(name, ())

    @property
    def me(self) -> SignedIn:
        """Who asks, on a page that nobody sees without signing in."""
        assert self.who is not None, "the route list lets nobody else in"
        return self.who


def of_query(request: Request) -> Mapping[str, str]:
    """The fields of the query; of several with one name, the first. Raises `HTTPException` 400 for too many."""
    try:
        pairs = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=100, errors="replace")
    except ValueError as error:
        raise HTTPException(400, "This address asks for more than any of ours.") from error
    return dict(reversed(pairs))


def network_asking(request: Request, behind: Sequence[Network]) -> str:
    """What limits count a visitor by."""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    return network_of(visitor_of(request.client.host if request.client else None, forwarded, behind))


def browser_asking(request: Request) -> str:
    """What the browser says it is, cut."""
    return request.headers.get("user-agent", "")[:_BROWSER]


def is_ours(request: Request) -> bool:
    """Whether a page of ours sends this: Fetch Metadata, else Origin (RFC 6454 7).

    A request that says neither comes from no page: a program that has the session's cookie needs no page to lie for it.
    "null" is refused: what has no origin is a page in a sandbox, and those show what is not ours.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == request.headers["host"].lower()
