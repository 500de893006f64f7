"""/health: whether the desk answers, for whatever watches it."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from newsletter.desk.ask import Ask
from newsletter.desk.office import Office


def show(_office: Office, _ask: Ask) -> Response:
    """200 while pages are made."""
    return PlainTextResponse("ok\n")
