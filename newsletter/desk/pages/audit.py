"""Audit: who did what, the newest first."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.page_audit import page_audit, verify_audit
from newsletter.desk.ask import Ask
from newsletter.desk.auditview import audit_rows, log_words
from newsletter.desk.office import Office
from newsletter.model.issue import IssueId

_AT_ONCE = 50


def show(office: Office, ask: Ask) -> Response:
    """A page of the log, of one issue or one person where they are asked for."""
    issue, who = IssueId.parse(ask.query.get("issue", "").strip()), office.member(ask.query.get("who", ""))
    written = ask.query.get("before", "")
    before = int(written) if written.isdecimal() and len(written) < 10 else None
    found = page_audit(office.app, _AT_ONCE, issue=issue, who=who.id if who else None, before=before)
    board, _ = office.standing.board(office.now())
    log = verify_audit(office.app) if "verify" in ask.query else board.log if board else None
    wrong = (
        None if issue or not ask.query.get("issue", "").strip() else "write it as the name of its folder: 2026-11-27"
    )
    values = {
        "city": ask.me.member.city,
        "rows": audit_rows(found.entries, office.schedule, ask.me.id),
        "team": [("", "everybody"), *((one.id, one.name) for one in office.schedule.team)],
        "issue": ask.query.get("issue", "").strip(),
        "wrong": wrong,
        "who": who.id if who else "",
        "older": found.before,
        "is_newest": before is None,
        "log": log_words(log, office.schedule, office.now(), ask.me.id),
        "is_broken": log is not None and log.broken is not None,
    }
    return office.page(ask, "audit.html", "Audit log", values)
