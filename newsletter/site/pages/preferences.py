"""/preferences and /p/TOKEN: a reader asks for the link to their own page, which goes to the address that we know."""

from __future__ import annotations

from math import ceil

from starlette.responses import Response

from newsletter.actions.ask_on_site import ask_on_site
from newsletter.actions.look_at_link import Bearer
from newsletter.mail.addresses import addr_spec
from newsletter.model.errors import ForgedToken
from newsletter.model.request import RequestKind
from newsletter.model.urls import NotAnAddress
from newsletter.site.ask import Ask
from newsletter.site.forms import Filled, filled, shown_token, token_again
from newsletter.site.live import Live
from newsletter.site.pages.over import link_is_not_ours
from newsletter.tokens import Purpose

_LONGEST = 254  # octets of an address (RFC 5321 4.5.3.1.3, without its brackets)


def show(live: Live, ask: Ask) -> Response:
    """A form for the address."""
    return _form(live, ask.query.get("language"), shown_token(live.ring, live.app.clock()))


def take(live: Live, ask: Ask) -> Response:
    """Writes down that the owner of an address wants the link. A reader, one who has left and a stranger are answered
    the same, and as fast: nobody is looked for here."""
    now, language, address = live.app.clock(), ask.form.get("language"), ask.text("address")
    how = filled(live.ring, ask, now)
    if how is Filled.BY_A_PROGRAM:
        return _asked(live, language)
    again = token_again(live.ring, ask, now)
    try:
        address = addr_spec(address[: _LONGEST + 1])
    except NotAnAddress:
        return _form(live, language, again, typed=address[:_LONGEST], wrong=True, status=422)
    if how is Filled.ANEW:
        return _form(live, language, again, typed=address)
    if wait := live.wait("access", ask.network):
        return _later(_form(live, language, again, typed=address, busy=True, status=429), wait)
    _write_down(live, address, language)
    return _asked(live, language)


def show_known(live: Live, ask: Ask) -> Response:
    """A button, for whoever comes by the link of a mail. That link opens nothing by itself: mails get forwarded."""
    try:
        link = live.links.look(Purpose.PREFERENCES, ask.parts["token"])
    except ForgedToken:
        return link_is_not_ours(live)
    return _button(live, link.language, pretends=link.bearer is not Bearer.READER)


def take_known(live: Live, ask: Ask) -> Response:
    """Writes down that this reader wants the link; for a test mail or a sample it only says so."""
    try:
        link = live.links.look(Purpose.PREFERENCES, ask.parts["token"])
    except ForgedToken:
        return link_is_not_ours(live)
    if link.reader is not None:
        if wait := live.wait("access", ask.network):
            return _later(_button(live, link.language, busy=True, status=429), wait)
        _write_down(live, link.reader.address, link.language)
    return _asked(live, link.language, pretends=link.bearer is not Bearer.READER)


def _write_down(live: Live, address: str, language: str | None) -> None:
    frame = live.look.frame(language)
    ask_on_site(
        live.app,
        RequestKind.ACCESS,
        address,
        page=f"{live.schedule.live}/preferences",
        words=frame["own_ask_words"],
        language=frame.language,
    )
    live.wake()


def _form(
    live: Live,
    language: str | None,
    token: str,
    *,
    typed: str = "",
    wrong: bool = False,
    busy: bool = False,
    status: int = 200,
) -> Response:
    values = {"known": False, "shown": token, "typed": typed, "wrong": wrong, "busy": busy, "pretends": False}
    return live.page("preferences.html", "own_ask_title", values, language=language, status=status)


def _button(
    live: Live, language: str | None, *, pretends: bool = False, busy: bool = False, status: int = 200
) -> Response:
    values = {"known": True, "shown": "", "typed": "", "wrong": False, "busy": busy, "pretends": pretends}
    return live.page("preferences.html", "own_ask_title", values, language=language, status=status)


def _asked(live: Live, language: str | None, *, pretends: bool = False) -> Response:
    return live.page("link_mailed.html", "own_asked_title", {"pretends": pretends}, language=language)


def _later(response: Response, wait: float) -> Response:
    response.headers["Retry-After"] = str(ceil(wait))
    return response
