"""/confirm/TOKEN: the owner of a mailbox says, with a button, that they want the newsletter."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.confirm_subscription import NothingToConfirm, confirm_subscription
from newsletter.actions.sign_up import read_confirm_token
from newsletter.model.errors import ForgedToken
from newsletter.site.ask import Ask
from newsletter.site.live import Live


def show(live: Live, ask: Ask) -> Response:
    """A button. Whatever opens the links of mails may open this one: nothing is confirmed by looking."""
    try:
        read_confirm_token(live.ring, ask.parts["token"])
    except ForgedToken:
        return _gone(live, 404)
    return live.page("confirm.html", "live_confirm_title", {}, language=ask.query.get("language"))


def take(live: Live, ask: Ask) -> Response:
    """Confirms. A second time says the same again."""
    try:
        confirmed = confirm_subscription(live.app, ask.parts["token"])
    except ForgedToken:
        return _gone(live, 404)
    except NothingToConfirm:
        return _gone(live, 410)
    return live.page("confirmed.html", "live_confirmed_title", {}, language=confirmed.subscriber.language)


def _gone(live: Live, status: int) -> Response:
    return live.page("gone.html", "live_gone_title", {}, status=status)
