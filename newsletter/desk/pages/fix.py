"""The change that a finding offers, made in the file; or its words, marked as a quotation."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.fix_issue import Mended, fix_issue
from newsletter.actions.mark_quotation import mark_quotation
from newsletter.desk.ask import Ask
from newsletter.desk.findings import finding_saved
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.pages.waive import GONE
from newsletter.desk.places import back_to_findings
from newsletter.model.audit import claimed


def take(office: Office, ask: Ask) -> Response:
    """Makes the change where the text is still what was checked."""
    issue = issue_of(office.app, ask)
    found = finding_saved(office, issue, ask.text("finding"))
    if found is None or found[0].fix is None:
        return back_to_findings(office, ask, GONE)
    finding, checked = found
    mended = fix_issue(office.app, issue, [finding], checked.files, by=claimed(ask.me.id, None))
    return back_to_findings(office, ask, _said(mended))


def take_quote(office: Office, ask: Ask) -> Response:
    """Puts the words between quotation marks, the same way."""
    issue = issue_of(office.app, ask)
    found = finding_saved(office, issue, ask.text("finding"))
    if found is None:
        return back_to_findings(office, ask, GONE)
    finding, checked = found
    mended = mark_quotation(office.app, issue, finding, checked.files, by=claimed(ask.me.id, None))
    said = _said(mended)
    return back_to_findings(office, ask, said if mended.left else "Marked as a quotation. Name whose words they are.")


def _said(mended: Mended) -> str:
    if mended.left:
        why = mended.left[0].why
        return f"Nothing was changed: {why}."
    return "Done: " + "; ".join(line.partition(": ")[2] for line in mended.lines) + "."
