"""People: the authors we name, each card as a form."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions import edit_people
from newsletter.actions.edit_list import Planned
from newsletter.actions.edit_people import CardText
from newsletter.desk.ask import Ask
from newsletter.desk.listforms import Shown, one_values, plain, written
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError
from newsletter.publication.schedule import Role

_PATH = "/people"


def show(office: Office, ask: Ask) -> Response:
    """Every card, and an empty form for one more."""
    return _list(office, ask)


def take(office: Office, ask: Ask) -> Response:
    """One card more."""
    typed = _typed(ask)

    def said(planned: Planned) -> str:
        return f"{typed['name']} was added as “{planned.name}”."

    plan = partial(edit_people.plan_person, office.app, typed)
    return written(office, ask, _PATH, typed, plan, said, partial(_list, office, ask))


def show_one(office: Office, ask: Ask) -> Response:
    """One card."""
    return _one(office, ask)


def take_one(office: Office, ask: Ask) -> Response:
    """One card as it was changed."""
    typed = _typed(ask)

    def said(_planned: Planned) -> str:
        return f"{typed['name']} was saved."

    plan = partial(edit_people.plan_person_changed, office.app, ask.parts["person"], ask.text("base"), typed)
    return written(office, ask, _PATH, typed, plan, said, partial(_one, office, ask))


def take_removal(office: Office, ask: Ask) -> Response:
    """One card less."""

    def said(planned: Planned) -> str:
        return f"The card “{planned.name}” was removed."

    plan = partial(edit_people.plan_person_removed, office.app, ask.parts["person"], ask.text("base"))
    return written(office, ask, _PATH, {}, plan, said, lambda shown: _one(office, ask, removal=shown))


def _typed(ask: Ask) -> dict[str, str]:
    return {name: ask.text(name) for name in edit_people.FIELDS}


def _list(office: Office, ask: Ask, form: Shown | None = None) -> Response:
    cards = [
        {
            "id": card.person.id,
            "name": card.person.name,
            "about": card.person.credit.removeprefix(card.person.name).lstrip(", "),
            "used": [{"path": f"/issues/{use.issue}/sections/{use.section}", "words": str(use)} for use in card.used],
        }
        for card in edit_people.list_people(office.app, office.publication.people)
    ]
    values = {"one": None, "cards": cards, "form": form or plain({}), "may": ask.me.may(Role.WRITER, Role.OPERATOR)}
    return office.page(ask, "people.html", "People", values, 422 if form else 200)


def _one(office: Office, ask: Ask, form: Shown | None = None, removal: Shown | None = None) -> Response:
    person = ask.parts["person"]
    card = _card(office, person)
    shown = form or card
    if shown is None:
        raise HTTPException(404, "There is no card with this id; somebody may have removed it.")
    values = {
        "one": person,
        **one_values(ask, card, form, removal),
        "used": [str(use) for use in card.used] if card else [],
        "may": ask.me.may(Role.WRITER, Role.OPERATOR),
    }
    return office.page(ask, "people.html", shown.values.get("name") or person, values, 422 if form or removal else 200)


def _card(office: Office, person: str) -> CardText | None:
    try:
        return edit_people.look_at_person(office.app, person)
    except ConfigError:
        return None
