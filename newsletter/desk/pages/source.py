"""One source: what sources.yaml says of it as a form, how asking it has gone, and what it brought."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.edit_list import Planned
from newsletter.actions.edit_source import (
    DECLARED,
    gather_now,
    plan_source_changed,
    plan_source_removed,
    switch_off,
    switch_on,
)
from newsletter.actions.gather_sources import Gathered
from newsletter.actions.source_board import DAYS, Doing, source_page
from newsletter.desk import sources_view as view
from newsletter.desk.ask import Ask
from newsletter.desk.listforms import Shown, attempt, base_of, plain
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError
from newsletter.model.source import SourceKind
from newsletter.publication.schedule import Role
from newsletter.store.errors import AlreadyHeld

_BUSY = "Sources are being gathered at the moment; try again in a minute."


def show(office: Office, ask: Ask) -> Response:
    """One source."""
    return _page(office, ask)


def take(office: Office, ask: Ask) -> Response:
    """What sources.yaml says of it, as it was changed."""
    name = ask.parts["source"]
    typed = {key: ask.text(key) for key in DECLARED.shown({})}

    def done(planned: Planned) -> Response:
        return office.go(
            ask, f"/sources/{name}", "The source was saved." if planned.changes else "Nothing was changed."
        )

    plan = partial(plan_source_changed, office.app, name, ask.text("base"), typed)
    result = attempt(office, ask, typed, plan, done)
    return _page(office, ask, form=result) if isinstance(result, Shown) else result


def take_removal(office: Office, ask: Ask) -> Response:
    """One source less."""

    def done(planned: Planned) -> Response:
        return office.go(ask, "/sources", f"The source “{planned.name}” was removed. What it brought stays.")

    plan = partial(plan_source_removed, office.app, ask.parts["source"], ask.text("base"))
    result = attempt(office, ask, {}, plan, done)
    return _page(office, ask, removal=result) if isinstance(result, Shown) else result


def take_gathering(office: Office, ask: Ask) -> Response:
    """Asks it now."""

    def gather(name: str) -> str:
        return _brought(gather_now(office.app, name))

    return _acted(office, ask, gather)


def take_off(office: Office, ask: Ask) -> Response:
    """It is asked no more."""

    def switch(name: str) -> str:
        switch_off(office.app, name, ask.me.id)
        return "The source is paused: no round asks it."

    return _acted(office, ask, switch)


def take_on(office: Office, ask: Ask) -> Response:
    """It is asked again."""

    def switch(name: str) -> str:
        switch_on(office.app, name, ask.me.id)
        return "The source is asked again, with the next round."

    return _acted(office, ask, switch)


def _acted(office: Office, ask: Ask, act: Callable[[str], str]) -> Response:
    name = ask.parts["source"]
    try:
        words = act(name)
    except AlreadyHeld:
        words = _BUSY
    office.look_again()
    return office.go(ask, f"/sources/{name}", words)


def _brought(gathered: Gathered | None) -> str:
    if gathered is None:
        return "It takes longer than 20 seconds and goes on; look again in a while."
    if not gathered.outcomes:
        return "It was not asked: it is gone for good."
    outcome = gathered.outcomes[0]
    if outcome.failure:
        return f"It gave nothing: {outcome.failure}"
    new, changed = outcome.new, outcome.changed
    return f"It was asked: {new or 'no'} new item{'' if new == 1 else 's'}{f', {changed} changed' if changed else ''}."


def _page(office: Office, ask: Ask, form: Shown | None = None, removal: Shown | None = None) -> Response:
    found = next((one for one in office.publication.sources if one.id == ask.parts["source"]), None)
    try:
        page = None if found is None else source_page(office.app, found)
    except ConfigError:  # taken out a moment ago
        page = None
    if page is None:
        raise HTTPException(404, "There is no source with this id; somebody may have removed it.")
    me, schedule, now = ask.me.member, office.schedule, office.now()
    card, source = page.card, page.card.source
    values = {
        **view.row(card, view.zone_of(me.city, schedule.cities), now),
        "form": form or plain(page.declared),
        "base": base_of(ask, form, page.base),
        "fresh": page.base,
        "removal": removal,
        "kind": source.kind.value,
        "asked": DECLARED.fields_of(SourceKind(source.kind)),
        "kinds": view.KINDS,
        "rights_known": view.RIGHTS,
        "facts": view.facts(page, me.city, schedule.cities, now),
        "items": view.items(page, now),
        "days": DAYS,
        "is_off": card.doing in (Doing.PAUSED, Doing.GONE),
        "may": ask.me.may(Role.OPERATOR),
    }
    return office.page(ask, "source.html", source.name, values, 422 if form or removal else 200)
