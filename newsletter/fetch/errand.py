"""One request on its way through redirects to its answer. What is decided between two exchanges is decided here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from yarl import URL

from newsletter.fetch import fields
from newsletter.fetch.answer import Answer, FailureKind, Fault, Request
from newsletter.fetch.wire import Allowance, Reply
from newsletter.model.urls import NotAnAddress, parse_url

_PERMANENT = (301, 308)
_REDIRECTS = (*_PERMANENT, 302, 303, 307)


@dataclass(slots=True)
class Errand:
    """A request and how far it has come. The one thing in this room that changes as it goes."""

    request: Request
    url: URL  # what is asked next
    allowance: Allowance  # seconds left
    redirects: int = 0
    moved_to: str | None = None
    all_permanent: bool = True  # every redirect so far was one for good

    @property
    def host(self) -> str:
        """Whose turn it takes: the host name, with any port."""
        return self.url.raw_host or ""

    def headers(self) -> dict[str, str]:
        """The fields that make it a conditional GET. They go out on every hop: the last one gave them to us."""
        found = {
            "Accept": self.request.accept,
            "If-None-Match": fields.validator(self.request.etag),
            "If-Modified-Since": fields.validator(self.request.last_modified),
        }
        return {name: value for name, value in found.items() if value}


def begin(request: Request, seconds: float) -> Errand:
    """The errand at its beginning. Raises `Fault` when the address is none that can be asked."""
    try:
        return Errand(request, _url(request.url), Allowance(seconds))
    except ValueError as error:
        what = f"The address is not one of the web{_why(error)}. Correct it where it is written down."
        raise Fault(FailureKind.REFUSED, what) from error


def follow(errand: Errand, reply: Reply, most: int) -> bool:
    """Turns the errand towards the next address and says True; False when the reply is an answer, not a redirect.

    Raises `Fault` after `most` redirects, or when one leads to what is no web address.
    """
    location = reply.headers.get("Location")
    if reply.status not in _REDIRECTS or not location:
        return False
    if errand.redirects == most:
        what = f"{errand.host} was the last of {most} redirects that led nowhere. Look up the address in a browser."
        raise Fault(FailureKind.LOOP, what)
    try:
        errand.url = _url(_joined(str(errand.url), location))
    except ValueError as error:
        what = f"{errand.host} leads to what is not an address of the web{_why(error)}. Tell the site."
        raise Fault(FailureKind.REFUSED, what) from error
    errand.redirects += 1
    errand.all_permanent = errand.all_permanent and reply.status in _PERMANENT
    if errand.all_permanent:
        errand.moved_to = str(errand.url)
    return True


def answer(errand: Errand, reply: Reply, now: datetime) -> Answer:
    """The reply as a value."""
    found = reply.headers
    media_type, charset = fields.content_type(found.get("Content-Type"))
    cache_control = ",".join(found.getall("Cache-Control", ()))
    return Answer(
        key=errand.request.key,
        url=str(errand.url),
        status=reply.status,
        body=reply.body,
        media_type=media_type,
        charset=charset,
        etag=fields.validator(found.get("ETag")),
        last_modified=fields.validator(found.get("Last-Modified")),
        moved_to=errand.moved_to,
        retry_after=fields.retry_after(found.get("Retry-After"), now),
        max_age=fields.max_age(cache_control, found.get("Expires"), found.get("Date"), now),
    )


def _url(text: str) -> URL:
    """Parsed once: the host that the guard judges is read from the same object that is connected to."""
    return URL(parse_url(text), encoded=True)


def _joined(base: str, location: str) -> str:
    # QUIRK: Location holds raw octets and spaces in real life; RFC 3986 wants them percent-encoded. What was not UTF-8
    # stands there as lone surrogates, one an octet.
    text = re.sub("[\udc80-\udcff]", lambda octet: f"%{ord(octet[0]) - 0xDC00:02X}", location.strip())
    return urljoin(base, text.replace(" ", "%20"))


def _why(error: ValueError) -> str:
    """Why it is none, where the words are ours."""
    return f": {error}" if isinstance(error, NotAnAddress) else ""
