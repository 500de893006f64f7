"""Calendar: the coming weeks on every clock; a week can be left out, or taken in again."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from newsletter.actions.show_calendar import show_calendar
from newsletter.actions.skip_week import plan_skip, skip_week
from newsletter.desk.ask import Ask
from newsletter.desk.calendarview import voided, weeks
from newsletter.desk.moments import cities_for
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.publication.lookahead import in_full
from newsletter.publication.schedule import Role


def show(office: Office, ask: Ask) -> Response:
    """The next six weeks."""
    return _page(office, ask)


def take_skip(office: Office, ask: Ask) -> Response:
    """Leaves a week out, or takes it in again; asks first where that voids somebody's approval."""
    undo = ask.text("undo") == "yes"
    try:
        plan = plan_skip(office.app, _day(ask.text("day")), undo)
        if plan.voids and ask.text("sure") != "yes":
            values = {
                "day": str(plan.day),
                "undo": undo,
                "in_full": in_full(plan.day),
                "voids": voided(plan, office.schedule),
            }
            return office.page(ask, "skip.html", "Leave a week out", values)
        skip_week(office.app, plan, ask.me.id, login=None)
    except NewsletterError as error:
        return _page(office, ask, str(error))
    office.look_again()
    office.standing.look_again()
    done = (
        "has its issue again" if undo else f"is left out; the next issue after it is that of {in_full(plan.next.date)}"
    )
    return office.go(ask, "/calendar", f"{in_full(plan.day)} {done}.")


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise ConfigError("skip", "no day was named; press the button of a week") from error


def _page(office: Office, ask: Ask, wrong: str | None = None) -> Response:
    shown = show_calendar(office.app, office.schedule)
    values = {
        "weeks": weeks(shown, office.schedule, ask.me.id),
        "cities": [city.name for city in cities_for(office.schedule, ask.me.id)],
        "notices": [notice.words for notice in shown.notices],
        "may_skip": ask.me.may(Role.APPROVER, Role.OPERATOR),
        "wrong": wrong,
    }
    return office.page(ask, "calendar.html", "Calendar", values, 422 if wrong else 200)
