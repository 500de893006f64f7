"""What somebody types is kept in the store every few seconds: never in a file, until they save."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import JSONResponse, Response

from newsletter.actions.keep_draft import drop_draft, keep_draft
from newsletter.actions.save_text import voided_by
from newsletter.desk.ask import Ask
from newsletter.desk.moments import cities_for, wall
from newsletter.desk.office import Office
from newsletter.desk.sectionpage import section_at, text_sent
from newsletter.model.changes import listed
from newsletter.model.errors import ContentError

_NO_FORM = "This cannot be kept: the file is written in a way that a form cannot change. Open it whole."


def take(office: Office, ask: Ask) -> Response:
    """Keeps what is in the form, and says when, and whose approval saving it would void; or drops what was kept."""
    at = section_at(office, ask)
    if ask.text("act") == "drop":
        drop_draft(office.app, at.issue, at.name, ask.me.id)
        return office.go(ask, f"{at.address}#body", "What you had not saved is dropped.")
    text = text_sent(at, ask)
    if text is None:
        return JSONResponse({"said": _NO_FORM}, 422)
    voids: tuple[str, ...] = ()
    saved = keep_draft(office.app, at.issue, at.name, text, ask.text("base"), ask.me.id)
    city = cities_for(office.schedule, ask.me.id)[0]
    with suppress(ContentError):  # a save says what is wrong with it
        voids = voided_by(office.app, at.issue, at.name, text)
    said = f"Kept for you at {wall(saved, city, saved)[4:]}, not saved yet"
    return JSONResponse({"said": said, "voids": listed(voids)})
