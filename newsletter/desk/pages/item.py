"""/triage/{item}: all that is known of one item."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.item_page import read_item, read_original
from newsletter.actions.triage_board import read_card
from newsletter.actions.triage_items import decide
from newsletter.desk.ask import Ask
from newsletter.desk.item_view import is_text, item_values
from newsletter.desk.office import Office
from newsletter.desk.pages.triage import decision_of, eyes_of
from newsletter.desk.triage_view import DONE
from newsletter.model.errors import ConfigError
from newsletter.model.item import ItemId

# An original is what a stranger has sent. It is shown as text, in an origin of its own, and may load and do nothing.
_SEALED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"


def show(office: Office, ask: Ask, error: str = "", status: int = 200) -> Response:
    """The page of an item."""
    name = ItemId(ask.parts["item"])
    page = read_item(office.app, office.publication, name)
    around = read_card(office.app, office.publication, name)
    values = item_values(page, around, eyes_of(office, ask))
    return office.page(ask, "item.html", values["title"], {**values, "error": error}, status)


def show_original(office: Office, ask: Ask) -> Response:
    """What its source sent: text as plain text, whatever it says it is; anything else as a file to be saved."""
    original = read_original(office.app, ItemId(ask.parts["item"]))
    headers = {"Content-Security-Policy": _SEALED, "X-Frame-Options": "SAMEORIGIN"}
    if is_text(original.media_type):
        return Response(original.data.decode("utf-8", "replace"), media_type="text/plain", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{ask.parts["item"]}.bin"'
    return Response(original.data, media_type="application/octet-stream", headers=headers)


def take(office: Office, ask: Ask) -> Response:
    """Decides on this item alone."""
    name = ItemId(ask.parts["item"])
    try:
        state, why = decision_of(ask)
        (item,) = decide(office.app, (name,), state, ask.me.id, why)
    except ConfigError as error:  # a rejection without its reason
        return show(office, ask, str(error), 422)
    return office.go(ask, f"/triage/{item.id}", f"{DONE[state]}.")
