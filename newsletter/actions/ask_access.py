"""Ask for access: a reader gets a link to their own page, by mail to the address that we know."""

from __future__ import annotations

from newsletter.actions.access import access_token
from newsletter.actions.app import App
from newsletter.actions.languages import frame_in
from newsletter.actions.readers import readers_store, spelt
from newsletter.actions.way_out import read_schedule
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.subscriber import Subscriber
from newsletter.store import notices, subscribers
from newsletter.text import plain

TEMPLATE = "notice/access.txt"
A_DAY = 3  # links to one address, whoever asks for them


def ask_access(app: App, address: str) -> Notice | None:
    """Keeps the mail with the link to what is kept about an address; `send_notices` sends it.

    None for an address that is no reader's, and for one that was sent three within a day: nobody is written to who
    never was, whatever a stranger types. Who has left or was never confirmed gets it too: it is theirs to see, and to
    erase (GDPR Art. 15, 17). Raises `ConfigError` for what is no address, `ContentError` for a template or standing
    texts that cannot be read.
    """
    with readers_store(app) as readers:
        marks = readers.marks(spelt(address))
        there = subscribers.find(readers.store, marks)
        if there is None:
            return None
        now = app.clock()
        subject, text = _written(app, there, access_token(readers.ring, there.mark, now))
        notice = Notice(
            number=0,
            kind=NoticeKind.PREFERENCES,
            address=there.address,
            subject=subject,
            text=text,
            asked=now,
            next_try=now,
        )
        return notices.keep(readers.store, notice, tuple(dict.fromkeys((there.mark, *marks))), A_DAY)


def _written(app: App, reader: Subscriber, token: str) -> tuple[str, str]:
    """Subject and text, in the reader's language where there are standing texts in it."""
    schedule = read_schedule(app)
    values = {
        "t": frame_in(app, reader.language, schedule.language),
        "name": schedule.name,
        "link": f"{schedule.live}/me/{token}",
        "reply_to": schedule.sender.reply_to,
        "postal_address": schedule.postal_address,
    }
    subject, _, text = app.templates.render(TEMPLATE, values).strip().partition("\n")
    return subject.strip(), plain.reflow(text)
