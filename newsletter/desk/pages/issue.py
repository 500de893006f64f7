"""An issue: its first section, with the list of all beside it; its pictures; another date for it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.move_issue import move_issue
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.pages import section
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder

_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp"}
_NO_SCRIPT = "default-src 'none'; frame-ancestors 'none'; sandbox"


def show(office: Office, ask: Ask) -> Response:
    """The issue, where it begins."""
    return section.shown(office, ask, issue_of(office.app, ask), "opening")


def take_move(office: Office, ask: Ask) -> Response:
    """Gives the issue another date."""
    issue, to = issue_of(office.app, ask), IssueId.parse(ask.text("to"))
    if to is None:
        raise HTTPException(422, "This is no issue's date; write year-month-day, as 2026-12-04.")
    move_issue(office.app, issue, to, by=claimed(ask.me.id, None))
    office.look_again()
    return office.go(ask, f"/issues/{to}", f"The issue of {issue} is that of {to} now.")


def show_image(office: Office, ask: Ask) -> Response:
    """A picture of the issue's images/, as it lies there: nothing else of the publication can be asked for."""
    issue, name = issue_of(office.app, ask), ask.parts["name"]
    folder = Folder(office.app.root)
    path = f"content/issues/{issue}/images"
    kind = _TYPES.get(f".{name.rpartition('.')[2].lower()}")
    data = folder.read_bytes(f"{path}/{name}") if kind and name in folder.names_below(path) else None
    if data is None:
        raise HTTPException(404, "The issue has no such picture.")
    headers = {"Content-Security-Policy": _NO_SCRIPT, "Content-Disposition": "inline"}
    return Response(data, media_type=kind, headers=headers)
