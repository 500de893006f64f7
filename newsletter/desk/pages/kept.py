"""Texts of an issue that stand in no file: lost in a save that came too late, or taken out with their section."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.kept_texts import drop_kept, kept_texts
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.sectionpage import kept_values
from newsletter.publication.folder import is_sent
from newsletter.publication.schedule import Role


def show(office: Office, ask: Ask) -> Response:
    """All of them, the newest first, each with its way back into its section."""
    issue = issue_of(office.app, ask)
    values = {
        "issue": str(issue),
        "kept": kept_values(office, ask, kept_texts(office.app, issue)),
        "writes": ask.me.may(Role.WRITER) and not is_sent(office.app.root, issue),
    }
    return office.page(ask, "kept.html", "Kept texts", values)


def take(office: Office, ask: Ask) -> Response:
    """Drops one of one's own for good."""
    issue, number = issue_of(office.app, ask), ask.text("number")
    kept = next((one for one in kept_texts(office.app, issue) if str(one.number) == number), None)
    if kept is None or not drop_kept(office.app, kept.number, ask.me.id):
        raise HTTPException(404, "This text is not kept any more, or another has written it: only they drop it.")
    return office.go(ask, f"/issues/{issue}/kept", "The text is dropped.")
