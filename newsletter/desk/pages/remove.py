"""Takes a section out of an issue; its text is kept."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.remove_blurb import remove_blurb
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.sectionlist import title
from newsletter.desk.sectionpage import section_at
from newsletter.model.saving import ChangedMeanwhile


def take(office: Office, ask: Ask) -> Response:
    """Takes it out as it was shown: not where somebody has saved it since."""
    at = section_at(office, ask)
    try:
        remove_blurb(office.app, at.issue, at.name, ask.text("base"), ask.me.id)
    except ChangedMeanwhile:
        return office.go(
            ask, at.address, "Somebody else has saved it meanwhile, and it stays: look at what it says now."
        )
    office.look_again()
    return office.go(ask, f"/issues/{at.issue}", f"{title(at.name)} is taken out. Its text is among the kept ones.")
