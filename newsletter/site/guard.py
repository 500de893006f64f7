"""What every answer of the site is guarded by: for which host it answers, and what a browser may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.serving.lengths import has_two_lengths

_METHODS = ("GET", "HEAD", "POST")
_PORTS = {"http": 80, "https": 443}
_YEAR = 31_536_000  # seconds
_HEAD = 16_384  # octets of a request's head
_HEADERS = {
    "Cache-Control": "no-store",  # but where a page says otherwise
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
}


@dataclass(frozen=True, slots=True)
class Policies:
    """What the addresses of schedule.yaml ask for."""

    hosts: frozenset[str]  # as a Host header writes them, small letters
    secure: frozenset[str]  # those of them that are served by https
    content: str  # Content-Security-Policy of every page
    searching: str  # of the search page, whose program may run, and of that program, which fetches its index
    search: tuple[str, ...]  # what their paths begin with


def policies_of(site: str, live: str) -> Policies:
    """The policies for an archive at `site` and live pages at `live`.

    A form of the archive may send to the live pages, and pictures may come from the archive; nothing else leaves, no
    script runs but on the search page, and no page of ours may stand in a frame.
    """
    addresses = [urlsplit(one) for one in dict.fromkeys((site, live))]
    origins = " ".join(dict.fromkeys(f"{one.scheme}://{one.netloc}" for one in addresses))
    common = (
        f"default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' {origins}; "
        f"form-action 'self' {origins}; base-uri 'none'; frame-ancestors 'none'"
    )
    named = {one: _names(one.netloc.lower(), _PORTS[one.scheme]) for one in addresses}
    return Policies(
        hosts=frozenset().union(*named.values()),
        secure=frozenset().union(*(names for one, names in named.items() if one.scheme == "https")),
        content=common,
        searching=f"{common}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'",
        search=tuple(f"{addresses[0].path}/{name}/" for name in ("search", "pagefind")),
    )


def _names(netloc: str, port: int) -> set[str]:
    """The host as it may be written: the usual port may stand there or not (RFC 9110 7.2)."""
    bare = netloc.removesuffix(f":{port}")
    return {bare, f"{bare}:{port}"} if bare != netloc or ":" not in netloc.rpartition("]")[2] else {netloc}


class Guard:
    """Answers by our own names only, to GET, HEAD and POST, and never with a cookie.

    Who sends another Host may want a link, or a cache, to lead elsewhere. Where a page has no words of its own on it,
    a browser is told to name no address of ours to another site: the token of a link may stand in it.
    """

    def __init__(self, application: ASGIApp, policies: Policies, hosts: tuple[str, ...] = ()) -> None:
        self._application = application
        self._policies = policies
        self._hosts = policies.hosts | frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        host = Headers(scope=scope).get("host", "").lower()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._harden(MutableHeaders(scope=message), scope["path"], host)
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

    def _harden(self, headers: MutableHeaders, path: str, host: str) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        policies = self._policies
        content = policies.searching if path.startswith(policies.search) else policies.content
        headers.setdefault("Content-Security-Policy", content)
        headers.setdefault("Referrer-Policy", "no-referrer")
        if host in policies.secure:
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
        del headers["set-cookie"]
