"""Names: how we spell them, and the spellings that we do not use, each as a form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions import edit_names
from newsletter.actions.edit_list import Planned
from newsletter.actions.edit_names import NameText
from newsletter.desk.ask import Ask
from newsletter.desk.listforms import Shown, one_values, plain, written
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError
from newsletter.publication.schedule import Role

_PATH = "/names"
_SINGLE = ("name", "title", "since")


def show(office: Office, ask: Ask) -> Response:
    """Every name, and an empty form for one more."""
    return _list(office, ask)


def take(office: Office, ask: Ask) -> Response:
    """One name more."""
    typed = _typed(ask)
    plan = partial(edit_names.plan_name, office.app, typed)
    return written(office, ask, _PATH, typed, plan, _said("added"), partial(_list, office, ask))


def show_one(office: Office, ask: Ask) -> Response:
    """One name."""
    return _one(office, ask, ask.query.get("name", ""))


def take_one(office: Office, ask: Ask) -> Response:
    """One name as it was changed."""
    was, typed = ask.text("was"), _typed(ask)
    plan = partial(edit_names.plan_name_changed, office.app, was, ask.text("base"), typed)
    return written(office, ask, _PATH, typed, plan, _said("saved"), partial(_one, office, ask, was))


def take_removal(office: Office, ask: Ask) -> Response:
    """One name less."""
    was = ask.text("was")
    plan = partial(edit_names.plan_name_removed, office.app, was, ask.text("base"))
    return written(office, ask, _PATH, {}, plan, _said("removed"), lambda shown: _one(office, ask, was, removal=shown))


def _said(what: str) -> Callable[[Planned], str]:
    return lambda planned: f"“{planned.name}” was {what}."


def _typed(ask: Ask) -> dict[str, str]:
    return {**{name: ask.text(name) for name in _SINGLE}, "variants": ask.body("variants")}


def _list(office: Office, ask: Ask, form: Shown | None = None) -> Response:
    names = [
        {
            "name": one.name,
            "path": f"/names/one?{urlencode({'name': one.name})}",
            "variants": one.variants,
            "title": one.title,
            "since": f"{one.since.day} {one.since:%B %Y}" if one.since else None,
        }
        for one in sorted(office.publication.names, key=lambda one: one.name.casefold())
    ]
    values = {"one": None, "names": names, "form": form or plain({}), "may": ask.me.may(Role.WRITER, Role.OPERATOR)}
    return office.page(ask, "names.html", "Names", values, 422 if form else 200)


def _one(office: Office, ask: Ask, name: str, form: Shown | None = None, removal: Shown | None = None) -> Response:
    entry = _entry(office, name)
    if entry is None and form is None:
        raise HTTPException(404, "There is no such name; somebody may have removed it.")
    values = {"one": name, **one_values(ask, entry, form, removal), "may": ask.me.may(Role.WRITER, Role.OPERATOR)}
    return office.page(ask, "names.html", name, values, 422 if form or removal else 200)


def _entry(office: Office, name: str) -> NameText | None:
    try:
        return edit_names.look_at_name(office.app, name)
    except ConfigError:
        return None
