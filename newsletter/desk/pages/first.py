"""The first user of all, who comes by the address that the terminal shows."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.passwords import NewPassword, PasswordRefused
from newsletter.actions.sign_in import sign_in_first
from newsletter.actions.sign_in_links import LinkOver, look_at_first
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.pages.sign_in import begun, sentence, visit_of
from newsletter.model.errors import ConfigError


def show(office: Office, ask: Ask) -> Response:
    """The team, of whom one is who sits there, and two fields for a password."""
    try:
        look_at_first(office.app, ask.parts["secret"])
    except LinkOver:
        return _over(office, ask)
    return _form(office, ask, {}, 200)


def take(office: Office, ask: Ask) -> Response:
    """Sets the password of who they say they are, and signs them in."""
    new = NewPassword(ask.form.get("password", ""), ask.form.get("again", ""))
    try:
        secret = sign_in_first(office.app, office.schedule, ask.parts["secret"], ask.text("member"), new, visit_of(ask))
    except LinkOver:
        return _over(office, ask)
    except PasswordRefused as error:
        return _form(office, ask, {error.field: sentence(error)}, 422)
    except ConfigError as error:
        return _form(office, ask, {error.key: sentence(error)}, 422)
    return begun(office, ask, secret)


def _form(office: Office, ask: Ask, errors: dict[str, str], status: int) -> Response:
    values = {
        "over": False,
        "path": f"/first/{ask.parts['secret']}",
        "team": [
            (one.id, f"{one.name}, {', '.join(role.value for role in one.roles)}") for one in office.schedule.team
        ],
        "member": ask.text("member"),
        "errors": errors,
    }
    return office.page(ask, "first.html", "Welcome", values, status)


def _over(office: Office, ask: Ask) -> Response:
    return office.page(ask, "first.html", "This address was used", {"over": True}, 410)
