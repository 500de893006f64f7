"""The team: who may do what, and for operators a way in for whoever has none."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions import sessions
from newsletter.actions.sessions import Seat
from newsletter.actions.sign_in_links import make_link
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.pages.account import time_of
from newsletter.model.audit import claimed
from newsletter.publication.schedule import Member, Role


def show(office: Office, ask: Ask) -> Response:
    """Everybody of the team."""
    return _page(office, ask)


def take_link(office: Office, ask: Ask) -> Response:
    """Makes a link that signs a member in, and shows it: now, and never again."""
    member = _member(office, ask)
    secret = make_link(office.app, member.id, office.now(), by=claimed(ask.me.id, None))
    link = {"name": member.name, "address": f"{office.schedule.desk or ''}/sign-in/{secret}"}
    return _page(office, ask, {"link": link, "is_whole": office.schedule.desk is not None})


def take_end(office: Office, ask: Ask) -> Response:
    """Signs a member out everywhere."""
    member = _member(office, ask)
    ended = sessions.end_all(office.app, member.id, ask.me.id)
    name, browsers = member.name, "one browser" if ended == 1 else f"{ended} browsers"
    return office.go(
        ask, "/team", f"{name} was signed out of {browsers}." if ended else f"{name} was signed in nowhere."
    )


def _member(office: Office, ask: Ask) -> Member:
    member = office.member(ask.parts["member"])
    if member is None:
        raise HTTPException(404, "Nobody of the team has this name.")
    return member


def _page(office: Office, ask: Ask, link: dict[str, object] | None = None) -> Response:
    seats = sessions.of_team(office.app, office.schedule.team)
    values = {
        "seats": [_shown(office, ask, one) for one in seats],
        "operates": ask.me.may(Role.OPERATOR),
        "city": ask.me.member.city,
        **(link or {}),
    }
    return office.page(ask, "team.html", "Team", values)


def _shown(office: Office, ask: Ask, seat: Seat) -> dict[str, object]:
    member = seat.member
    return {
        "id": member.id,
        "name": member.name,
        "address": member.address,
        "city": member.city,
        "roles": ", ".join(role.value for role in member.roles),
        "is_me": member.id == ask.me.id,
        "has_password": seat.password_since is not None,
        "seen": time_of(office, ask, seat.seen) if seat.seen else None,
        "sessions": seat.sessions,
    }
