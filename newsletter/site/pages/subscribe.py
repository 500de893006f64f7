"""/subscribe: somebody asks for the newsletter. Whatever is known of the address, the answer is the same."""

from __future__ import annotations

from math import ceil

from starlette.responses import Response

from newsletter.actions.ask_on_site import ask_on_site
from newsletter.mail.addresses import addr_spec
from newsletter.model.request import RequestKind
from newsletter.model.urls import NotAnAddress
from newsletter.site.ask import Ask
from newsletter.site.forms import Filled, filled, shown_token, token_again
from newsletter.site.live import Live

_LONGEST = 254  # octets of an address (RFC 5321 4.5.3.1.3, without its brackets)


def show(live: Live, ask: Ask) -> Response:
    """The form."""
    return _form(live, ask.query.get("language"), shown_token(live.ring, live.app.clock()))


def take(live: Live, ask: Ask) -> Response:
    """Writes down that an address asks for the newsletter, and says to look into its mailbox.

    The form of the static home page cannot say when it was shown: whoever comes from there finds the form filled in,
    with a button.
    """
    now, language, address = live.app.clock(), ask.form.get("language"), ask.text("address")
    how = filled(live.ring, ask, now)
    if how is Filled.BY_A_PROGRAM:
        return _asked(live, language)
    again = token_again(live.ring, ask, now)
    try:
        address = addr_spec(address[: _LONGEST + 1])
    except NotAnAddress:
        return _form(live, language, again, address=address[:_LONGEST], wrong=True, status=422)
    if how is Filled.ANEW:
        return _form(live, language, again, address=address)
    if wait := live.wait("subscribe", ask.network):
        response = _form(live, language, again, address=address, busy=True, status=429)
        response.headers["Retry-After"] = str(ceil(wait))
        return response
    frame = live.look.frame(language)
    ask_on_site(
        live.app,
        RequestKind.SUBSCRIBE,
        address,
        page=f"{live.schedule.live}/subscribe",
        words=frame["live_subscribe_words"].replace("{name}", live.look.site.name),
        language=frame.language,
    )
    live.wake()
    return _asked(live, language)


def _form(
    live: Live,
    language: str | None,
    token: str,
    *,
    address: str = "",
    wrong: bool = False,
    busy: bool = False,
    status: int = 200,
) -> Response:
    values = {"shown": token, "typed": address, "wrong": wrong, "busy": busy}
    return live.page("subscribe.html", "live_subscribe_title", values, language=language, status=status)


def _asked(live: Live, language: str | None) -> Response:
    return live.page("asked.html", "live_asked_title", {}, language=language)
