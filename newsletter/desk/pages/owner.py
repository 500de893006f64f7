"""Says who writes a section."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.assign_section import assign_section
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.sectionlist import title
from newsletter.desk.sectionpage import section_at
from newsletter.model.saving import ChangedMeanwhile


def take(office: Office, ask: Ask) -> Response:
    """The one of the team who was chosen, or nobody."""
    at, owner = section_at(office, ask), ask.text("owner") or None
    try:
        assign_section(office.app, at.issue, at.name, owner, ask.text("order"), ask.me.id)
    except ChangedMeanwhile:
        return office.go(
            ask, at.address, "Somebody else has saved the opening or the order meanwhile: choose once more."
        )
    office.look_again()
    member = office.member(owner) if owner else None
    return office.go(ask, at.address, f"{title(at.name)} is written by {member.name if member else 'nobody yet'}.")
