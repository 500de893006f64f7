"""Adds a section to an issue."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.add_blurb import add_blurb, free_name
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.places import section_address
from newsletter.desk.sectionlist import title
from newsletter.model.kinds import KINDS


def take(office: Office, ask: Ask) -> Response:
    """One of the kind that was chosen, empty, at the place of its kind."""
    issue, kind = issue_of(office.app, ask), ask.text("kind")
    if kind not in KINDS or kind == "opening":
        raise HTTPException(422, "Choose what kind of section to add.")
    name = free_name(office.app, issue, kind)
    add_blurb(office.app, issue, name, kind, ask.me.id)
    office.look_again()
    said = f"{title(name)} is added. It is no part of the mail until something is written in it."
    return office.go(ask, section_address(issue, name), said)
