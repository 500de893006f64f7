"""What somebody asks of a page of the desk: read once, at the door, into a value that a page can work with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from newsletter.publication.schedule import Member, Role
from newsletter.serving.limits import network_of
from newsletter.serving.visitors import Network, visitor_of

PATIENCE = 120.0  # seconds for a body to arrive: a picture from a phone in a train gets through
_FIELDS = 2_000  # of a form: a list of many lines has some for each
_FILES = 10
_LONGEST = 2_000_000  # octets of one field
LONGEST_FORM = 4_000_000  # octets of all fields: the longest text there is, written in the longest way
STRANGERS_FORM = 1_000_000  # the same for who is not signed in: taking it apart keeps the others waiting
_PLAIN = b"application/x-www-form-urlencoded"
# Starlette decodes by whatever codec of Python's a request names: one of them takes minutes for a megabyte, others fail
# in ways that it does not expect.
_CHARSETS = (b"utf-8", b"utf8")
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
class Upload:
    """A file that was sent with a form."""

    name: str  # as the sender's machine calls it: anything
    data: bytes


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


async def read_form(
    request: Request, patience: float, most: int = LONGEST_FORM
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Upload]]:
    """The fields and files of a form, plain or with files (RFC 7578).

    Raises `HTTPException`: 400 for one that cannot be read, 408 where it takes more seconds than `patience`, 413 where
    its fields hold more than `most` octets.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() not in _CHARSETS:
        raise HTTPException(400, "This form is written in characters that no browser sends; send it as UTF-8.")
    try:
        pairs = await asyncio.wait_for(_plain(request, most) if kind == _PLAIN else _with_files(request), patience)
    except TimeoutError as error:
        raise HTTPException(408, "This took too long to arrive; try again.", {"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "Nothing has arrived.") from error
    several: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in pairs:
        if isinstance(value, Upload):
            files.setdefault(name, value)
        else:
            several.setdefault(name, []).append(value)
    if sum(len(name) + sum(map(len, all_of)) for name, all_of in several.items()) > most:
        raise HTTPException(413, "This is more text than any form of ours holds.")
    return {name: tuple(all_of) for name, all_of in several.items()}, files


async def _plain(request: Request, most: int) -> Iterable[tuple[str, str | Upload]]:
    """The fields of a plain form. It is read as one piece: a parser that goes from sign to sign is busy for seconds
    with what means nothing."""
    body = await request.body()
    if len(body) > most:
        raise HTTPException(413, "This is more text than any form of ours holds.")
    try:
        # away from the loop, which serves the others meanwhile
        return await run_in_threadpool(
            parse_qsl, body.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS, errors="replace"
        )
    except ValueError as error:
        raise HTTPException(400, "This form has more fields than any of ours.") from error


async def _with_files(request: Request) -> Iterable[tuple[str, str | Upload]]:
    """The fields and files of any other form; nothing of what is none."""
    form = await request.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_LONGEST)
    found: list[tuple[str, str | Upload]] = []
    try:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                found.append((name, value))
            elif value.filename:
                found.append((name, Upload(value.filename, await value.read())))
    finally:
        await form.close()
    return found


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
