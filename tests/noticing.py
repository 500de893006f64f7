"""Notices for the tests: one to a person, people who fill in the form, and their mails as they arrive."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from newsletter.actions.app import App
from newsletter.actions.ask_confirmation import ask_confirmation
from newsletter.actions.sign_up import Asked, sign_up
from newsletter.model.notice import Notice, NoticeKind
from tests.living import NOW

SITE = "https://focus.example.org"
ANA = "ana@example.org"
NOTICE = Notice(
    number=0,
    kind=NoticeKind.CONFIRMATION,
    address=ANA,
    subject="Please confirm",
    text="Open this page.\n",
    asked=NOW,
    next_try=NOW,
)


def asked_by(app: App, address: str = ANA, language: str | None = None) -> Asked:
    """Somebody fills in the form."""
    return sign_up(
        app,
        address,
        page="https://focus.example.org/subscribe",
        words="Send me the weekly letter.",
        name="Buy now zq0name",
        language=language,
        tags=("zq0tag",),
    )


def kept_by(app: App, *addresses: str) -> list[Notice]:
    """Several people fill in the form."""
    found = [ask_confirmation(app, asked_by(app, address)) for address in addresses]
    assert None not in found
    return [one for one in found if one]


def link_in(notice: Notice) -> str:
    """The link that confirms."""
    found = re.search(rf"^{SITE}/confirm/\S+$", notice.text, re.MULTILINE)
    assert found
    return found[0]


def parsed(message: bytes) -> EmailMessage:
    """A mail as a reader of mail has it, without a defect."""
    found = message_from_bytes(message, policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found
