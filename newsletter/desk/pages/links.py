"""Asking for every link of an issue now."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.places import back_to_findings

PATIENCE = 20.0  # seconds that somebody waits for the answer


def take(office: Office, ask: Ask) -> Response:
    """Waits a while for the answers; then says that it goes on."""
    if office.looks.check_links(issue_of(office.app, ask), PATIENCE):
        return back_to_findings(office, ask, "The links were asked for; what was found stands with the findings.")
    return back_to_findings(office, ask, "The links are still being asked for; what is found comes to the findings.")
