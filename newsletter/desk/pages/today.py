"""Today: the week, who has to do what, and whether all is well."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.todayview import today


def show(office: Office, ask: Ask) -> Response:
    """The page that everybody begins with."""
    now = office.now()
    board, _ = office.standing.board(now)
    found = None if board is None else today(board, now, ask.me.member)
    return office.page(ask, "today.html", "Today", {"today": found})


def show_week(office: Office, ask: Ask) -> Response:
    """The line alone, for a page that shows one that has grown old."""
    return office.part(ask, "week.html", {"standing": office.standing.values(office.now(), ask.me.id)})
