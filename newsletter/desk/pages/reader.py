"""A reader: everything that is kept about one address, its story, and what may be done for them."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.list_subscribers import show_subscriber
from newsletter.actions.reader_words import facts
from newsletter.actions.tell_story import tell_story
from newsletter.actions.undo_returned import undo_returned
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.desk.ask import Ask
from newsletter.desk.moments import cities_for, dated, telling
from newsletter.desk.office import Office
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError
from newsletter.model.subscriber import Reason

_MENDABLE = (Reason.HARD_BOUNCE, Reason.COMPLAINT)


def show(office: Office, ask: Ask, wrong: str = "", status: int = 200) -> Response:
    """The story of an address; a form where none is given."""
    address = (ask.form.get("address") or ask.query.get("address", "")).strip()
    values: dict[str, object] = {"address": address, "wrong": wrong, "story": None}
    if address and not wrong:
        try:
            values.update(_told(office, ask, address))
        except ConfigError as error:
            values["wrong"], status = str(error), 422
    return office.page(ask, "reader.html", address or "A reader's story", values, status)


def _told(office: Office, ask: Ask, address: str) -> dict[str, object]:
    city = cities_for(office.schedule, ask.me.id)[0]
    told = telling(city)
    known, story = show_subscriber(office.app, address), tell_story(office.app, address, told)
    living = [one for one in known.suppressions if one.lifted is None]
    return {
        "story": {"first": story.first, "lines": [(dated(one.at, city), one.words) for one in story.lines]},
        "city": city.name,
        "facts": [(name, value) for name, value in facts(known, told) if name != "address"],
        "is_known": known.subscriber is not None,
        "may_leave": not any(one.reason in (Reason.OPT_OUT, Reason.ERASED) for one in living),
        "may_mend": any(one.reason in _MENDABLE for one in living),
    }


def take_leave(office: Office, ask: Ask) -> Response:
    """Unsubscribes somebody who has asked for it in another way."""
    address = ask.text("address")
    left = suppress_reader(
        office.app, address, Reason.OPT_OUT, who=claimed(ask.me.id, None), note=ask.text("note") or None
    )
    had = "had left before, and nothing was changed" if left.already else "is not written to any more"
    return office.go(ask, _story(address), f"{address} {had}.")


def take_mend(office: Office, ask: Ask) -> Response:
    """Lifts what bounces and complaints forbid, for an address that works again."""
    address, note = ask.text("address"), ask.text("note")
    undo_returned(office.app, address, ask.me.id, login=None, note=note or None)
    return office.go(ask, _story(address), f"{address} may be written to again.")


def take_erase(office: Office, ask: Ask) -> Response:
    """Forgets a reader, once the address was typed again: this cannot be undone."""
    address = ask.text("address")
    if ask.text("again").casefold() != address.casefold():
        return show(office, ask, "Nothing was erased: the address that you typed again is another one.", 422)
    known = erase_reader(office.app, address, by=claimed(ask.me.id, None), note=ask.text("note") or None)
    what = "Everything about this reader is gone" if known else "Nothing was kept about this address"
    return office.go(ask, "/readers", f"{what}; no mail goes there, and no import brings it in.")


def _story(address: str) -> str:
    return f"/readers/story?{urlencode({'address': address})}"
