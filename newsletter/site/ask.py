"""What a visitor asks of a live page: read once, at the door, into a value that a page can work with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from newsletter.serving.limits import network_of
from newsletter.serving.visitors import Network, visitor_of

PATIENCE = 15.0  # seconds for a body to arrive; a phone in a tunnel gets through, who holds connections does not
MOST = 65_536  # octets of a body: an answer of 2,000 characters takes up to 24,000 in a form
_FIELDS = 40
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a live page."""

    parts: Mapping[str, str] = field(default_factory=dict)  # of the path, by the names that the route gives them
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)  # of a POST; empty for what is no plain form
    network: str = "unknown"  # of the visitor: what limits count by
    is_ours: bool = True  # not sent by a page of somebody else's, as far as the browser tells

    def text(self, name: str) -> str:
        """A field of the form in one piece: without line breaks and spaces around it; "" where it is not there."""
        return " ".join(self.form.get(name, "").split())


async def read_ask(request: Request, behind: Sequence[Network], patience: float = PATIENCE) -> Ask:
    """The request, read whole.

    Raises `HTTPException`: 400 for a form that cannot be read, 408 where its body takes more seconds than `patience`,
    413 for more octets than `MOST`.
    """
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    peer = request.client.host if request.client else None
    return Ask(
        parts={name: str(value) for name, value in request.path_params.items()},
        query=_fields(request.url.query),
        form=_fields(await _body(request, patience)) if request.method == "POST" else {},
        network=network_of(visitor_of(peer, forwarded, behind)),
        is_ours=_is_ours(request),
    )


async def _body(request: Request, patience: float) -> str:
    """The body of a plain form; "" for a body of another kind, which is read all the same."""
    try:
        body = await asyncio.wait_for(_octets(request), patience)
    except TimeoutError as error:
        raise HTTPException(408, "This took too long to arrive; try again.", {"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "Nothing has arrived.") from error
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return body.decode("utf-8", "replace") if kind == _FORM else ""


async def _octets(request: Request) -> bytes:
    """What is sent. Too long a body is not read: it may say its length beforehand."""
    if int(request.headers.get("content-length", "0")) > MOST:  # h11 takes figures alone
        raise _too_long()
    pieces, size = [], 0
    async with aclosing(request.stream()) as stream:
        async for piece in stream:
            pieces.append(piece)
            size += len(piece)
            if size > MOST:
                raise _too_long()
    return b"".join(pieces)


def _too_long() -> HTTPException:
    return HTTPException(413, "This is more than any form of ours holds.")


def _fields(text: str) -> Mapping[str, str]:
    """The fields by name; of several with one name, the first."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS, errors="replace")
    except ValueError as error:
        raise HTTPException(400, "This form has more fields than ours.") from error
    return dict(reversed(pairs))


def _is_ours(request: Request) -> bool:
    """What the browser says of the page that sends this: Fetch Metadata, else Origin (RFC 6454 7).

    A client that says nothing is led astray by no page, and neither is "null", which an old browser says of our own
    pages because they send no referrer.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "null")
    return origin == "null" or origin.partition("://")[2].lower() == request.headers["host"].lower()
