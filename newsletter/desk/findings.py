"""The findings of a section, for the templates and for the pages of their ways out."""

from __future__ import annotations

from typing import Any

from newsletter.desk.ask import Ask
from newsletter.desk.beside import unsaved_text
from newsletter.desk.found import Place, found_in, key_of
from newsletter.desk.looks import Checked
from newsletter.desk.office import Office
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem
from newsletter.publication.issuefiles import ISSUES
from newsletter.publication.schedule import Role

NOW = "now"  # the value of `findings` in a query that wants them in this very answer


def findings_values(office: Office, ask: Ask, issue: IssueId, name: str, text: str | None = None) -> dict[str, Any]:
    """What desk/findings.html is given: {"findings": ...}.

    `text` is the whole file of the section as it would be saved; None: as it is. Where nothing is known yet, the part
    says so and asks for itself at once; `findings=now` in the query has it looked at here. Raises `ConfigError` for an
    issue or a section that there is not.
    """
    unsaved = unsaved_text(office, ask, issue, name, text)
    is_wanted = ask.is_part or ask.query.get("findings") == NOW
    checked = office.looks.checked(issue, unsaved) if is_wanted else office.looks.known(issue, unsaved)
    values: dict[str, Any] = {
        "issue": str(issue),
        "name": name,
        "base": f"/issues/{issue}/sections/{name}",
        "is_unsaved": unsaved is not None,
        "is_known": checked is not None,
        "is_asking": office.looks.is_asking(issue),
        "writes": ask.me.may(Role.WRITER),
        "waives": ask.me.may(Role.WRITER, Role.APPROVER),
    }
    if checked is not None:
        values |= found_in(checked, place_of(issue, name))
        values |= {"links": checked.links, "citable": [{"id": one.id, "words": _named(one)} for one in checked.items]}
    return {"findings": values}


def place_of(issue: IssueId, name: str) -> Place:
    """A section's place among the files."""
    return Place(name, f"{ISSUES}/{issue}/{'issue' if name == 'opening' else name}.md")


def _named(item: CitedItem) -> str:
    return f"{item.title} ({item.outlet})"


def finding_asked(office: Office, ask: Ask, issue: IssueId, key: str) -> tuple[Finding, Checked] | None:
    """The finding that a form names, in what the checks have lately said to whoever asks, else in what they say now;
    None where it stands no longer."""
    for checked in (*office.looks.lately(issue, ask.me.session), office.looks.checked(issue)):
        for finding in checked.report.findings:
            if key_of(finding) == key:
                return finding, checked
    return None


def finding_saved(office: Office, issue: IssueId, key: str) -> tuple[Finding, Checked] | None:
    """The same in the files as they stand now: what is changed is changed there."""
    checked = office.looks.checked(issue)
    found = next((one for one in checked.report.findings if key_of(one) == key), None)
    return None if found is None else (found, checked)
