"""Links that sign in once: by mail, by hand where mail is down, and the one that the first user comes in by."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta

from newsletter.actions.accounts import WHERE, account_of, member_named, member_of_team
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.installation import may_send
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sessions import is_secret, new_secret
from newsletter.actions.team_mail import team_letter
from newsletter.actions.way_out import read_schedule
from newsletter.model.audit import Deed
from newsletter.model.errors import NewsletterError
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.session import Account, SignInLink, digest_of
from newsletter.model.subscriber import Mark
from newsletter.publication.schedule import Member
from newsletter.store import audit, notices, passwords, sign_in_links
from newsletter.store.engine import Transaction
from newsletter.store.errors import AlreadyHeld

TEMPLATE = "notice/sign_in.txt"
VALID = timedelta(minutes=15)  # mail takes a minute or two; what lies in a mailbox for longer is found by others
FIRST_VALID = timedelta(hours=24)  # of the first link: it stands in a terminal, and in no mail
A_DAY = 10  # links by mail to one member, whoever asks for them: enough for who never uses a password


class LinkOver(NewsletterError):
    """A link that signs nobody in: it was used, its time is over, or it never was one."""

    def __init__(self) -> None:
        minutes = VALID // timedelta(minutes=1)
        super().__init__(f"this link was used before, or it is older than {minutes} minutes; ask for another one")


def make_link(app: App, name: str, now: datetime, by: str | None = None) -> str:
    """The secret of a link for the one of the team with this id or address, which whoever made it hands over, good from
    `now` on.

    `by`: who made it, as the audit log names them, where it was for somebody else. Raises `ConfigError` for somebody
    who is not of the team, `NotAtHome`, `ContentError` for schedule.yaml.
    """
    member = member_of_team(app, name)
    with home_store(app, WHERE) as store, store.writing_alone() as connection:
        secret = _written(connection, account_of(member), now, VALID)
        if by is not None:
            note = f"for {member.id}"
            audit.write(connection, Deed(happened=now, who=by, act="make-link", issue=None, digest=None, note=note))
    return secret


def mail_link(app: App, name: str, base_url: str) -> Notice | None:
    """Keeps the mail with a link for whoever of the team has this id or address; `send_notices` sends it.

    None for a name that nobody has, and for one that was sent so many within a day. `base_url` is where the desk
    answers, without a slash at the end. Raises `NotThisInstallation` in a copy of the publication, `NotAtHome`,
    `ContentError` for schedule.yaml or a template.
    """
    schedule = read_schedule(app)
    member = member_named(schedule, name)
    if member is None:
        return None
    now, secret = app.clock(), new_secret()
    values = {"link": f"{base_url}/sign-in/{secret}", "minutes": VALID // timedelta(minutes=1)}
    letter = team_letter(app, schedule, TEMPLATE, member, values)
    notice = Notice(
        number=0,
        kind=NoticeKind.SIGN_IN,
        address=member.address,
        subject=letter.subject,
        text=letter.text,
        asked=now,
        next_try=now,
        until=now + VALID,  # later it would be a link that leads nowhere
    )
    with home_store(app, WHERE) as store:
        may_send(app, store)
        with store.writing_alone() as connection:
            kept = notices.write(connection, notice, (_mark(member),), A_DAY)
            if kept:
                _written(connection, account_of(member), now, VALID, secret)
    return kept


def mail_link_now(app: App, name: str, base_url: str) -> None:
    """The same, and sends it at once, with whatever else waits: somebody sits there. Where another process is sending
    notices just now, it sends this one too. Raises as `mail_link`."""
    if mail_link(app, name, base_url) is not None:
        with suppress(AlreadyHeld):
            send_notices(app)


def first_secret(app: App, now: datetime) -> str | None:
    """The secret of a link for nobody in particular, while nobody of the team has a password; None once somebody has.

    It takes the place of the one before it, and lasts a day. Raises `NotAtHome`, `ContentError` for schedule.yaml.
    """
    team = [account_of(one) for one in read_schedule(app).team]
    with home_store(app, WHERE) as store, store.writing_alone() as connection:
        if passwords.is_set_for(connection, team):
            sign_in_links.end_of(connection, None)
            return None
        return _written(connection, None, now, FIRST_VALID)


def look_at_link(app: App, secret: str) -> SignInLink:
    """The link of this secret, which can still be used after: programs that read mail follow links too.

    Raises `LinkOver`, `NotAtHome`.
    """
    with home_store(app, WHERE) as store:
        link = sign_in_links.find(store, digest_of(secret)) if is_secret(secret) else None
    if link is None or app.clock() >= link.ends:
        raise LinkOver
    return link


def look_at_first(app: App, secret: str) -> None:
    """Raises `LinkOver` for another link than the first, and for that one too once somebody of the team has a password;
    `NotAtHome`, `ContentError` for schedule.yaml."""
    team = [account_of(one) for one in read_schedule(app).team]
    with home_store(app, WHERE) as store, store.reading() as connection:
        is_over = passwords.is_set_for(connection, team)
    if look_at_link(app, secret).account is not None or is_over:
        raise LinkOver


def _written(
    connection: Transaction, account: Account | None, now: datetime, valid: timedelta, secret: str | None = None
) -> str:
    secret = secret or new_secret()
    link = SignInLink(digest=digest_of(secret), account=account, made=now, ends=now + valid)
    sign_in_links.write(connection, link)
    return secret


def _mark(member: Member) -> Mark:
    """Stands for the address, which mails of this kind are counted by; keys of readers have nothing to do with it."""
    return Mark(hashlib.sha256(f"sign-in\0{member.address.casefold()}".encode()).digest()[:16])
