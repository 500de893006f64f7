"""Try alarms: one that means nothing, by every way, to see what comes of each."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.actions.alarm_ways import WEB, Ways, agent, tell, ways_of
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.send_notices import send_notices
from newsletter.actions.tell_alarms import notice_of
from newsletter.actions.way_out import read_schedule, way_words
from newsletter.deliver.alarms import Item, Message, News, message
from newsletter.model import secrets
from newsletter.model.alarm import Alarm, Concern, Way
from newsletter.model.errors import NewsletterError
from newsletter.model.notice import Notice, NoticeState
from newsletter.store import notices

_TEXT = (
    "Somebody has typed `newsletter alarms --try`, to see whether alarms reach you by this way.\n"
    "\nWhat can be done:\n- nothing; nothing is wrong\n"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one way."""

    way: str  # in words: "a mail by the mail server mail.example.org"
    came: str  # in words
    worked: bool


def try_alarms(app: App) -> tuple[Trial, ...]:
    """Tells an alarm that means nothing by every way there is, and asks for the heartbeat's address where there is one.

    The table of alarms stays as it is. Raises `ContentError` for schedule.yaml, and nothing for a way that fails.
    """
    schedule, now = read_schedule(app), app.clock()
    ways = ways_of(schedule)
    concern = Concern(key="try", subject="This is a test, nothing is wrong", text=_TEXT)
    item = Item(News.NEW, Alarm(number=0, concern=concern, since=now))
    words = message(ways.publication, (item,), ways.times, socket.gethostname())
    others = tell(app, ways, {way: words for way in ways.ways if way is not Way.NOTICE})
    trials = [_by_notice(app, ways, words, f"a mail by {way_words(schedule)}")] if Way.NOTICE in ways.ways else []
    trials += [Trial(named(way, ways), trouble or "it was taken", trouble is None) for way, trouble in others.items()]
    return (*trials, *_heartbeat(app))


def named(way: Way, ways: Ways) -> str:
    """A way in words, without its address."""
    if way is Way.MAIL and ways.mail is not None:
        return f"a mail by the second server {ways.mail.host}"
    if way is Way.WEBHOOK and ways.webhook is not None:
        return f"a message to the webhook ({ways.webhook.value})"
    return "a mail by the server that sends the issues"


def _by_notice(app: App, ways: Ways, words: Message, name: str) -> Trial:
    now = app.clock()
    try:
        with home_store(app, "alarms are kept") as store:
            kept = [notices.keep(store, notice_of(words, address, now), (), 0) for address in ways.people]
        trouble = _sent(app)
        with home_store(app, "alarms are kept") as store:
            now_there = [notices.get(store, one.number) for one in kept if one is not None]
    except NewsletterError as error:
        return Trial(name, str(error), False)
    return _judged(name, [one for one in now_there if one is not None], trouble)


def _sent(app: App) -> str | None:
    """Sends what waits; why that came to nothing, in words."""
    try:
        return send_notices(app).trouble
    except NewsletterError as error:  # another process sends them just now, or this is a copy
        return str(error)


def _judged(name: str, found: Iterable[Notice], trouble: str | None) -> Trial:
    found = list(found)
    left = [one for one in found if one.state is not NoticeState.SENT]
    if not left:
        return Trial(name, f"it was taken for {len(found)} {'person' if len(found) == 1 else 'people'}", True)
    said = trouble or left[0].said or "it waits to be sent"
    return Trial(name, f"it was not taken for {len(left)} of {len(found)}: {said}", False)


def _heartbeat(app: App) -> tuple[Trial, ...]:
    address = app.secrets.get(secrets.HEARTBEAT_URL)
    if not address:
        return ()
    from newsletter.fetch.post import Call, hand_over

    name = "the heartbeat's address"
    try:
        hand_over(Call(url=address), WEB, agent())
    except NewsletterError as error:
        return (Trial(name, str(error), False),)
    return (Trial(name, "it answered", True),)
