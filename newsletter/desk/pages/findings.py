"""The findings of a section: of what is typed for the page that puts them into itself, else of what is saved."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.findings import NOW, findings_values
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.pages.beside import typed


def show(office: Office, ask: Ask) -> Response:
    """The findings of the saved text."""
    issue, name = issue_of(office.app, ask), ask.parts["name"]
    if ask.is_part:
        return office.part(ask, "findings.html", findings_values(office, ask, issue, name))
    ask = replace(ask, query={**ask.query, "findings": NOW})
    return office.page(ask, "findings_page.html", "Findings", findings_values(office, ask, issue, name))


def take(office: Office, ask: Ask) -> Response:
    """The part, of the text that the section's form holds."""
    issue, name = issue_of(office.app, ask), ask.parts["name"]
    ask = replace(ask, query={**ask.query, "findings": NOW})
    return office.part(ask, "findings.html", findings_values(office, ask, issue, name, typed(office, ask)))
