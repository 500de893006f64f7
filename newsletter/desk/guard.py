"""What every answer of the desk is guarded by: who may ask, with which method, and what the browser may do with it."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTHING = "'none'"
SHELL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def frame_policy(pictures: str = "'self'", script: str | None = None) -> str:
    """The policy of a document in a frame. `script` is the hash of the one script that may run in it; None: none.

    The sandbox holds when the document is opened by itself as well; there its links may open new tabs.
    """
    allowed = "allow-scripts" if script else "allow-popups allow-popups-to-escape-sandbox"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; script-src {script or NOTHING}; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox {allowed}"
    )


class Guard:
    """Answers only what was asked of this machine by its own name, with GET or HEAD.

    A page elsewhere that has its own name resolve to 127.0.0.1 sends that name as Host, and is refused.
    """

    def __init__(self, application: ASGIApp, port: int) -> None:
        self._application = application
        names = ("127.0.0.1", "localhost", "[::1]")
        self._hosts = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", SHELL_POLICY)
            await send(message)

        answer = self._application
        if scope["type"] == "http":
            if Headers(scope=scope).get("host", "").lower() not in self._hosts:
                answer = PlainTextResponse("This address is not served here.\n", 403)
            elif scope["method"] not in ("GET", "HEAD"):
                answer = PlainTextResponse("Nothing is changed here.\n", 405, {"Allow": "GET, HEAD"})
        await answer(scope, receive, guarded)
