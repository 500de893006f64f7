"""/triage/{item}/blurb: an item goes into a section of the coming issue, with its credit line; no text is copied."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from newsletter.actions.app import coming_issue
from newsletter.actions.attach_item import attach_item
from newsletter.actions.blurb_choices import read_choices
from newsletter.actions.item_page import read_item
from newsletter.desk.ask import Ask
from newsletter.desk.blurb_view import blurb_values
from newsletter.desk.office import Office
from newsletter.desk.pages.triage import eyes_of
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.item import ItemId


def show(office: Office, ask: Ask, error: str = "", status: int = 200) -> Response:
    """The sections it can go into, those that fit first."""
    page = read_item(office.app, office.publication, ItemId(ask.parts["item"]))
    choices = read_choices(office.app, office.publication, coming_issue(office.app.root), page.item)
    chosen = ask.form.get("section") or ask.query.get("section", "")
    values = blurb_values(page, choices, eyes_of(office, ask), chosen, ask.form.get("day", ""))
    return office.page(ask, "blurb_from.html", "Make a blurb", {**values, "error": error}, status)


def take(office: Office, ask: Ask) -> Response:
    """Puts it there, and leads to where it is written."""
    issue = coming_issue(office.app.root)
    section = ask.text("section")
    try:
        if not section:
            raise ConfigError("section", "choose where it goes")
        attached = attach_item(office.app, ItemId(ask.parts["item"]), section, issue, ask.me.id, _day(ask.text("day")))
    except (ConfigError, ContentError) as error:
        return show(office, ask, str(error), 422)
    undated = "" if attached.cited.published else " It has no date: set one before the narrative leans on it."
    said = f"{attached.cited.outlet}'s piece is in. A sentence that leans on it ends in {attached.mark}.{undated}"
    return office.go(ask, f"/issues/{issue}/sections/{section}", said)


def _day(written: str) -> date | None:
    """The day of an item that has none. Raises `ConfigError` for what is no day."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise ConfigError("day", f"'{written[:40]}' is no day; write it as 2026-11-23") from error
