"""/preferences and /p/TOKEN: a reader asks for the link to their own page, which goes to the address that we know."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.look_at_link import Bearer
from newsletter.model.errors import ForgedToken
from newsletter.model.request import RequestKind
from newsletter.site.addressform import AddressForm
from newsletter.site.ask import Ask
from newsletter.site.live import Live, later
from newsletter.site.pages.over import link_is_not_ours
from newsletter.tokens import Purpose

_FORM = AddressForm(
    kind=RequestKind.ACCESS,
    limit="access",
    path="/preferences",
    words="own_ask_words",
    page=("preferences.html", "own_ask_title"),
    done=("link_mailed.html", "own_asked_title"),
    more={"known": False, "pretends": False},
)
show, take = _FORM.show, _FORM.take


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
            return later(_button(live, link.language, busy=True, status=429), wait)
        _FORM.write_down(live, link.reader.address, link.language)
    return _FORM.asked(live, link.language, pretends=link.bearer is not Bearer.READER)


def _button(
    live: Live, language: str | None, *, pretends: bool = False, busy: bool = False, status: int = 200
) -> Response:
    values = {"known": True, "pretends": pretends, "busy": busy}
    return live.page("preferences.html", "own_ask_title", values, language=language, status=status)
