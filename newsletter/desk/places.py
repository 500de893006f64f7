"""What the address of a page names: an issue, a section of it."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.model.issue import IssueId


def section_address(issue: IssueId, name: str, behind: str = "") -> str:
    """Where a section is written."""
    return f"/issues/{issue}/sections/{name}{behind}"


def back_to_findings(office: Office, ask: Ask, said: str) -> Response:
    """To the findings of the section that the address names, which say what was done. A page that puts the answer into
    itself is told alone, and looks again."""
    if ask.is_part:
        return office.part(ask, "findings_said.html", {"said": said, "error": ""})
    return office.go(ask, section_address(issue_of(office.app, ask), ask.parts["name"], "#findings"), said)
