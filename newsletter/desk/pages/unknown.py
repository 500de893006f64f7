"""Copies of which nobody knows whether they arrived: decided on by a person, one by one or all."""

from __future__ import annotations

from itertools import islice

from starlette.responses import Response

from newsletter.actions.resolve_unknown import resolve_unknown
from newsletter.actions.show_receipt import people_of
from newsletter.desk import fates
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.moments import cities_for
from newsletter.desk.office import Office
from newsletter.desk.pages.delivery import looked_at
from newsletter.desk.routes import APPROVERS
from newsletter.model.errors import NewsletterError
from newsletter.model.mailing import DeliveryState

_AT_MOST = 200  # copies on one page


def show(office: Office, ask: Ask) -> Response:
    """The copies, and what can be decided."""
    return _page(office, ask, {})


def take(office: Office, ask: Ask) -> Response:
    """Decides on those that were ticked, or on all."""
    issue, errors = issue_of(office.app, ask), {}
    decision, whom, note = ask.text("decision"), ask.text("whom"), ask.text("note")
    readers = ask.lists("reader") if whom == "ticked" else ()
    if decision not in ("accept", "resend"):
        errors["decision"] = "Choose one of the two."
    if whom not in ("all", "ticked"):
        errors["whom"] = "Choose whether you decide on all, or on those that you tick."
    elif whom == "ticked" and not readers:
        errors["whom"] = "Tick at least one copy, or decide on all."
    if not note:
        errors["note"] = "Write how you know: it is kept in the log. No name and no address."
    if errors:
        return _page(office, ask, errors, 422)
    try:
        count, receipt = resolve_unknown(
            office.app, issue, ask.me.id, login=None, accept=decision == "accept", readers=readers, note=note
        )
    except NewsletterError as error:
        return _page(office, ask, {"whole": f"Nothing more was decided: {error}"}, 409)
    done = "counted as accepted" if decision == "accept" else "planned again"
    again = " “Go on” sends what is open." if receipt.open else ""
    words = f"{count:,} {'copy is' if count == 1 else 'copies are'} {done}: {receipt}.{again}"
    return office.go(ask, f"/issues/{issue}/delivery", words)


def _page(office: Office, ask: Ask, errors: dict[str, str], status: int = 200) -> Response:
    app, issue = office.app, issue_of(office.app, ask)
    sending = looked_at(office, issue)
    count = sending.receipt.of(DeliveryState.UNKNOWN) if sending.receipt else 0
    people = []
    if count:
        with people_of(app, office.schedule, issue, (DeliveryState.UNKNOWN,)) as found:
            people = fates.unknown(islice(found, _AT_MOST), cities_for(office.schedule, ask.me.id))
    values = {
        "issue": str(issue),
        "count": count,
        "counted": f"{count:,}",
        "people": people,
        "more": f"{count - len(people):,}" if count > len(people) else "",
        "may": ask.me.may(*APPROVERS),
        "errors": dict.fromkeys(("whole", "whom", "decision", "note"), "") | errors,
        "typed": {"decision": ask.text("decision"), "whom": ask.text("whom"), "note": ask.text("note")},
        "ticked": ask.lists("reader"),
    }
    return office.page(ask, "unknown.html", f"Unknown copies of {issue}", values, status)
