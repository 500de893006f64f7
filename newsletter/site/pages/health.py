"""/health: whether the site answers, for whatever watches it. Says nothing of readers."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from newsletter.site.ask import Ask
from newsletter.site.live import Live


def show(live: Live, _: Ask) -> Response:
    """200 while requests can be written down, 503 with why where the thread that sees to them is in trouble."""
    if live.pump is not None and live.pump.trouble:
        return PlainTextResponse("Requests of readers wait; the log says why.\n", 503)
    return PlainTextResponse("ok\n")
