"""Letting a finding pass, with a reason."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.waive_finding import ReasonRefused, waive_finding
from newsletter.desk.ask import Ask
from newsletter.desk.findings import finding_asked
from newsletter.desk.found import finding_values
from newsletter.desk.issuepath import issue_of
from newsletter.desk.looks import Checked
from newsletter.desk.office import Office
from newsletter.desk.places import back_to_findings, section_address
from newsletter.model.errors import NewsletterError
from newsletter.model.finding import Finding

GONE = "This finding stands no longer: the text has changed since."


def show(office: Office, ask: Ask) -> Response:
    """One finding, and the form for a reason."""
    found = finding_asked(office, ask, issue_of(office.app, ask), ask.query.get("finding", ""))
    return back_to_findings(office, ask, GONE) if found is None else _form(office, ask, *found)


def take(office: Office, ask: Ask) -> Response:
    """Writes the waiver; asks for the reason again where it is none."""
    issue = issue_of(office.app, ask)
    found = finding_asked(office, ask, issue, ask.text("finding"))
    if found is None:
        return back_to_findings(office, ask, GONE)
    try:
        waive_finding(office.app, issue, found[0], ask.form.get("why", ""), ask.me.id)
    except ReasonRefused as error:
        return _form(office, ask, *found, error)
    return back_to_findings(office, ask, "Waived, in waivers.yaml.")


def _form(
    office: Office, ask: Ask, finding: Finding, checked: Checked, error: NewsletterError | None = None
) -> Response:
    values = {
        "finding": finding_values(finding, checked),
        "base": section_address(issue_of(office.app, ask), ask.parts["name"]),
        "why": ask.form.get("why", ""),
        "error": "" if error is None else f"{str(error)[:1].upper()}{str(error)[1:]}.",
    }
    status = 200 if error is None else 422
    if ask.is_part:
        return office.part(ask, "findings_said.html", {**values, "said": ""}, status)
    return office.page(ask, "waive.html", "Waive a finding", values, status)
