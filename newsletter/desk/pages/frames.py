"""The document of one frame: the mail, or the page, as one kind of program shows it. Nothing of the desk is in reach
of it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from newsletter.desk.ask import Ask
from newsletter.desk.beside import frame_address
from newsletter.desk.documents import frame_answer
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office

_INSIDE = "data:"  # pictures stand in the document itself: it has no origin, and asks for nothing


def show(office: Office, ask: Ask) -> Response:
    """What the address names where it is still kept; else the document of the files as they stand."""
    issue, view = issue_of(office.app, ask), ask.parts["view"]
    token = ask.query.get("v", "")
    rendering = office.looks.kept(token, ask.me.session)
    if rendering is None:
        rendering = office.looks.rendering(issue)
        if token and rendering.documents and token != rendering.token:
            return RedirectResponse(frame_address(issue, view, rendering.token), 303)
    if not rendering.documents:
        words = "\n".join(str(one) for one in rendering.mistakes)
        return PlainTextResponse(f"Mistakes stand in the way:\n\n{words}\n", 409)
    if view not in rendering.documents:
        raise HTTPException(404, "There is no such view.")
    return frame_answer(rendering.documents[view], view, measure="measure" in ask.query, pictures=_INSIDE)
