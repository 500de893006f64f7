"""/u/TOKEN: a reader leaves, by the button of the page or by the one click of their mail program (RFC 8058)."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.look_at_link import Bearer, Looked
from newsletter.actions.unsubscribe_reader import unsubscribe_reader
from newsletter.model.errors import ForgedToken
from newsletter.model.subscriber import SubscriberState
from newsletter.site.ask import Ask
from newsletter.site.live import Live
from newsletter.site.pages.over import link_is_not_ours
from newsletter.tokens import Purpose


def show(live: Live, ask: Ask) -> Response:
    """A button. Whatever opens the links of mails may open this one: nobody leaves by looking."""
    try:
        link = live.links.look(Purpose.UNSUBSCRIBE, ask.parts["token"])
    except ForgedToken:
        return link_is_not_ours(live)
    if link.reader is not None and link.reader.state is SubscriberState.UNSUBSCRIBED:
        return _left(live, link)
    values = {"pretends": link.bearer is not Bearer.READER}
    return live.page("leave.html", "own_leave_title", values, language=link.language)


def take(live: Live, ask: Ask) -> Response:
    """Takes the leave of whoever the link was signed for, however often, and says so.

    Any body will do, `List-Unsubscribe=One-Click` too: the token is all there is to check (RFC 8058 3.2), so nothing is
    asked of a browser, and no limit counts, because providers send this for many readers from a few machines.
    """
    token = ask.parts["token"]
    try:
        link = live.links.look(Purpose.UNSUBSCRIBE, token)
    except ForgedToken:
        return link_is_not_ours(live)
    if link.bearer is Bearer.READER:
        unsubscribe_reader(live.app, token)
    return _left(live, link)


def _left(live: Live, link: Looked) -> Response:
    values = {"pretends": link.bearer is not Bearer.READER}
    return live.page("left.html", "own_left_title", values, language=link.language)
