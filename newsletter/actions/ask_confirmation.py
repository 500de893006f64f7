"""Ask for confirmation: whoever signed up gets a mail, whose link says that they want the newsletter."""

from __future__ import annotations

from dataclasses import replace

from newsletter.actions.app import App
from newsletter.actions.languages import frame_in
from newsletter.actions.readers import Readers, readers_store
from newsletter.actions.sign_up import Asked
from newsletter.actions.way_out import read_schedule
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.subscriber import Mark, SubscriberState
from newsletter.store import notices, subscribers
from newsletter.text import plain

TEMPLATE = "notice/confirmation.txt"
A_DAY = 1  # confirmation mails to one address, whoever fills in the form, and however often


def ask_confirmation(app: App, asked: Asked) -> Notice | None:
    """Keeps the mail that asks for a confirmation; `send_notices` sends it. None where this address was sent one today.

    Nobody who fills in the form can tell one from the other: what they are shown is the same, and takes as long. The
    text is kept with the reader's consent, as the proof of what they confirmed. Nothing in it was typed by a visitor.
    Raises `ContentError` for a template or standing texts that cannot be read.
    """
    subject, text = _written(app, asked)
    notice = Notice(
        number=0,
        kind=NoticeKind.CONFIRMATION,
        address=asked.address,
        subject=subject,
        text=text,
        asked=asked.asked,
        next_try=app.clock(),
    )
    with readers_store(app) as readers, readers.store.writing_alone() as connection:
        kept = notices.write(connection, notice, _marks(readers, asked), A_DAY)
        there = subscribers.find(connection, (asked.mark,))
        waits = there is not None and there.state is SubscriberState.UNCONFIRMED
        if kept and there and waits and there.consent.asked == asked.asked:
            consent = replace(there.consent, mail=f"{subject}\n\n{text}")
            subscribers.write(connection, replace(there, consent=consent))
    return kept


def _marks(readers: Readers, asked: Asked) -> tuple[Mark, ...]:
    """All marks of the address, the one it goes by first."""
    return tuple(dict.fromkeys((asked.mark, *readers.marks(asked.address))))


def _written(app: App, asked: Asked) -> tuple[str, str]:
    """Subject and text, in the reader's language where there are standing texts in it."""
    schedule = read_schedule(app)
    values = {
        "t": frame_in(app, asked.language, schedule.language),
        "name": schedule.name,
        "link": f"{schedule.live}/confirm/{asked.token}",
        "member": asked.member,
        "reply_to": schedule.sender.reply_to,
        "postal_address": schedule.postal_address,
    }
    subject, _, text = app.templates.render(TEMPLATE, values).strip().partition("\n")
    return subject.strip(), plain.reflow(text)
