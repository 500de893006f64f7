"""What every answer of the desk is guarded by: for which host it answers, and what a browser may do with it."""

from __future__ import annotations

from itertools import chain
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.serving.lengths import has_two_lengths

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_METHODS = ("GET", "HEAD", "POST")
_YEAR = 31_536_000  # seconds
_HEAD = 32_768  # octets of a request's head
_HEADERS = {
    "Cache-Control": "no-store",  # but for files that are the same for everybody
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # "no-referrer" has old browsers send forms with the origin "null"
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class Gate:
    """Answers by the desk's own names only, to GET, HEAD and POST.

    A page elsewhere that has its own name resolve to our address sends that name as Host, and is refused.
    """

    def __init__(self, application: ASGIApp, hosts: frozenset[str], secure: frozenset[str]) -> None:
        self._application = application
        self._hosts = hosts
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        host = Headers(scope=scope).get("host", "").lower()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if "frame-ancestors 'none'" in headers["content-security-policy"]:
                    headers.setdefault("X-Frame-Options", "DENY")  # for browsers that know no frame-ancestors
                if host in self._secure:
                    headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
            await send(message)

        await self._answer(scope, host)(scope, receive, guarded)

    def _answer(self, scope: Scope, host: str) -> ASGIApp:
        if len([1 for name, _ in scope["headers"] if name == b"host"]) != 1 or host not in self._hosts:
            return PlainTextResponse("This address is not served here.\n", 421)
        if scope["method"] not in _METHODS:
            return PlainTextResponse("This is not done here.\n", 405, {"Allow": ", ".join(_METHODS)})
        if len(scope["raw_path"] + scope["query_string"]) + sum(map(len, chain(*scope["headers"]))) > _HEAD:
            return PlainTextResponse("This request has a longer head than any of ours.\n", 431)
        if has_two_lengths(scope["headers"]):
            return PlainTextResponse("This request has two lengths.\n", 400, {"Connection": "close"})
        return self._application


def names_of(address: str | None) -> tuple[frozenset[str], bool]:
    """The desk's address in schedule.yaml as a Host header may write it, and whether it is served by https.

    The usual port may stand there or not (RFC 9110 7.2).
    """
    if address is None:
        return frozenset(), False
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    netloc, usual = parts.netloc.lower(), f":{443 if secure else 80}"
    bare = netloc.removesuffix(usual)
    plain = bare != netloc or ":" not in netloc.rpartition("]")[2]
    return frozenset({bare, f"{bare}{usual}"} if plain else {netloc}), secure
