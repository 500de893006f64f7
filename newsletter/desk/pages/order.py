"""Moves a section up or down in the mail, or gives all of them another order."""

from __future__ import annotations

import re

from starlette.responses import Response

from newsletter.actions.order_sections import order_sections
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.places import section_address
from newsletter.desk.sectionlist import moved, title
from newsletter.model.saving import ChangedMeanwhile

_BY = {"up": -1, "down": 1}


def take(office: Office, ask: Ask) -> Response:
    """`name`: the sections as the list showed them; `move`: "up number", "down number", or nothing for that order."""
    issue, names = issue_of(office.app, ask), ask.lists("name")
    back = section_address(issue, ask.text("here") or "opening")
    said = "The order is saved."
    if found := re.fullmatch(r"(up|down) ([a-z0-9-]+)", ask.text("move")):
        names = moved(names, found[2], _BY[found[1]])
        said = (
            f"{title(found[2])} stands at place {names.index(found[2]) + 1} of {len(names)} now."
            if found[2] in names
            else ""
        )
        back += f"?moved={found[1]}-{found[2]}"
    try:
        order_sections(office.app, issue, names, ask.text("base"), ask.me.id)
    except ChangedMeanwhile:
        return office.go(
            ask, back, "Somebody else has saved the opening or the order meanwhile: look, and move it once more."
        )
    office.look_again()
    return office.go(ask, back, said)
