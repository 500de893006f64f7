"""The delivery of an issue: when it leaves, how far it is, what became of it; send, pause, go on, cancel."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from newsletter.actions.cancel_mailing import StillPublic, cancel_mailing
from newsletter.actions.delivery_progress import (
    After,
    Mark,
    Sending,
    count_copies,
    look_after,
    look_at_sending,
    look_before,
    mark_of,
)
from newsletter.actions.pause_mailing import pause_mailing
from newsletter.actions.start_sending import Start, start_sending
from newsletter.desk import delivering, fates
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.moments import cities_for
from newsletter.desk.office import Office
from newsletter.desk.routes import APPROVERS
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.publication.schedule import City

_OVER, _MOVING = 60, 5  # seconds for which copies are counted, of a mailing that is over and of one on its way
_STARTED = {
    Start.NOW: "It is being sent: a process of its own has begun, and goes on when the desk ends.",
    Start.GO_ON: "It goes on: a process of its own has begun, and goes on when the desk ends.",
    Start.RESUME: "It goes on: whoever has not got it gets it now.",
    Start.MENDED: "It goes on with the mended edition, for whoever has not got it.",
}


def show(office: Office, ask: Ask) -> Response:
    """Where the delivery stands."""
    return _page(office, ask)


def show_progress(office: Office, ask: Ask) -> Response:
    """The part of the page that moves. Where the rest of it says something else now, the whole is asked for anew."""
    issue = issue_of(office.app, ask)
    sending = looked_at(office, issue)
    progress = delivering.progress(sending, cities_for(office.schedule, ask.me.id))
    response = office.part(ask, "delivery_progress.html", {"issue": str(issue), "progress": progress})
    if ask.query.get("stamp", progress["stamp"]) != progress["stamp"]:
        response.headers["HX-Refresh"] = "true"
    return response


def take_start(office: Office, ask: Ask) -> Response:
    """Begins a process that sends, or goes on."""
    issue, asked = issue_of(office.app, ask), ask.text("start")
    start = next((one for one in Start if one.name.lower() == asked), None)
    if start is None:
        return _page(office, ask, "Nothing was begun: the form does not say what.", 422)
    if start is Start.NOW and ask.text("sure") != "yes":
        return _page(office, ask, "Nothing was begun: tick the box first, for what has left cannot be taken back.", 422)
    try:
        begun = start_sending(office.app, issue, ask.me.id, start, login=None)
    except NewsletterError as error:
        return _page(office, ask, f"Nothing was begun: {error}", 409)
    return office.go(
        ask, _home(issue), _STARTED[start] if begun else "It is being sent already; nothing was begun twice."
    )


def take_pause(office: Office, ask: Ask) -> Response:
    """Stops it between two messages."""
    issue = issue_of(office.app, ask)
    try:
        receipt = pause_mailing(office.app, issue, ask.me.id, login=None, words=ask.text("note") or None)
    except NewsletterError as error:
        return _page(office, ask, f"Nothing was paused: {error}", 409)
    return office.go(ask, _home(issue), f"It is paused: {receipt}.")


def take_cancel(office: Office, ask: Ask) -> Response:
    """Ends it."""
    issue = issue_of(office.app, ask)
    if ask.text("sure") != "yes":
        return _page(office, ask, "Nothing was cancelled: tick the box first, for it cannot be taken back.", 422)
    try:
        receipt = cancel_mailing(office.app, issue, ask.me.id, login=None, words=ask.text("note") or None)
    except StillPublic as error:
        return _page(office, ask, str(error), 409)
    except NewsletterError as error:
        return _page(office, ask, f"Nothing was cancelled: {error}", 409)
    words = "" if receipt.mailing.began else " Nobody has got it; it can be changed, approved and sent again."
    return office.go(ask, _home(issue), f"It is cancelled: {receipt}.{words}")


def _home(issue: IssueId) -> str:
    return f"/issues/{issue}/delivery"


def _page(office: Office, ask: Ask, error: str = "", status: int = 200) -> Response:
    app, issue, me = office.app, issue_of(office.app, ask), ask.me
    mark = mark_of(app, issue)
    sending, after = _sending(office, issue, mark), _after(office, issue, mark)
    cities, names = cities_for(office.schedule, me.id), {one.id: one.name for one in office.schedule.team}
    begun = sending.mailing is not None and sending.mailing.began is not None
    found = None if begun else look_before(app, office.schedule, issue, office.audience())
    may = me.may(*APPROVERS)
    values: dict[str, Any] = {
        "issue": str(issue),
        "error": error,
        "progress": delivering.progress(sending, cities),
        "before": delivering.before(sending, found, cities, names) if found else None,
        "can": delivering.buttons(sending, may=may, approved=bool(found and found.approved)),
        "may": may,
        "receipt": None,
        "typed": ask.text("note"),
    }
    if after is not None:
        values |= _told(after, sending, cities, names)
    return office.page(ask, "delivery.html", f"Delivery of {issue}", values, status)


def looked_at(office: Office, issue: IssueId) -> Sending:
    """How far the sending has come. There may be very many copies: they are counted once for all who look, and again
    after a few seconds, or a hundredth more of them."""
    return _sending(office, issue, mark_of(office.app, issue))


def _sending(office: Office, issue: IssueId, mark: Mark | None) -> Sending:
    if mark is None:
        return look_at_sending(office.app, office.schedule, issue, None)
    copies = office.counted.get(_kept(office, mark), lambda: count_copies(office.app, issue))
    return look_at_sending(office.app, office.schedule, issue, copies)


def _after(office: Office, issue: IssueId, mark: Mark | None) -> After | None:
    """What became of the copies, looked up as seldom; None where there are none yet."""
    if mark is None or (mark.mailing.began is None and not mark.mailing.state.over):
        return None
    return office.after.get(_kept(office, mark), lambda: look_after(office.app, issue))


def _kept(office: Office, mark: Mark) -> tuple[Mark, int]:
    return mark, int(office.now().timestamp() // (_OVER if mark.mailing.state.over else _MOVING))


def _told(after: After, sending: Sending, cities: tuple[City, ...], names: dict[str, str]) -> dict[str, Any]:
    mailing = after.proof.receipt.mailing
    until = None if mailing.state.over else sending.now
    return {
        "receipt": fates.receipt_of(after.proof, cities, names),
        "plotted": fates.plot_of(after.fates.came, mailing.total, cities[0].zone, until),
        **fates.fates(after.fates, cities),
    }
