"""What a visitor is shown when something went wrong: in the frame of the site, with what they had written."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.model.errors import NewsletterError
from newsletter.site.ask import Ask
from newsletter.site.live import Live

_TOLD = {408: "live_slow_words", 413: "live_long_words"}  # what can happen to readers; other refusals are for programs
_LOG = logging.getLogger(__name__)


def refused(live: Live, _: Request, error: Exception) -> Response:
    """What is not taken as it was sent."""
    assert isinstance(error, HTTPException)
    if error.status_code not in _TOLD:
        return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
    response = _page(live, _TOLD[error.status_code], error.status_code, error.detail)
    response.headers.update(error.headers or {})
    return response


def troubled(live: Live, request: Request, error: Exception) -> Response:
    """What the operator has to mend is told to the log alone; what the visitor is told is the same for everybody."""
    _LOG.error("a live page failed: %s", error)
    ask: Ask = getattr(request.state, "ask", None) or Ask()
    response = _page(live, "live_trouble_words", 503, "This does not work at the moment. Try again later.", ask)
    response.headers["Retry-After"] = "300"
    return response


def _page(live: Live, told: str, status: int, plain: str, ask: Ask | None = None) -> Response:
    """The page; where its templates are what is wrong, the words alone."""
    written = ask.form.get("text", "") if ask else ""
    try:
        response: Response = live.page(
            "trouble.html", "live_trouble_title", {"told": told, "written": written}, status=status
        )
    except (NewsletterError, OSError):
        response = PlainTextResponse(f"{plain}\n", status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
