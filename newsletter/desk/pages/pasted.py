"""What somebody pastes out of another program, as Markdown."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.text.rich import MAX_PASTE, pasted


def take(office: Office, ask: Ask) -> Response:
    """The Markdown of the HTML that was sent, and what was left out of it."""
    issue_of(office.app, ask)
    html = ask.form.get("html", "")
    if len(html) > MAX_PASTE:
        raise HTTPException(413, "This is too much to paste at once: paste it in pieces.")
    found = pasted(html)
    return JSONResponse({"markdown": found.markdown, "left_out": list(found.left_out)})
