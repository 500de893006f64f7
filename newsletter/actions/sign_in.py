"""Sign in: with a password, with a link, or as the first user of all."""

from __future__ import annotations

from newsletter.actions.accounts import WHERE, account_of, member_named
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.passwords import HASHER, Hasher, NewPassword, check_password, personal_to, set_password
from newsletter.actions.sessions import start
from newsletter.actions.sign_in_links import LinkOver, look_at_first, look_at_link
from newsletter.model.audit import Deed, claimed
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.session import Account, Visit, digest_of
from newsletter.publication.schedule import Member, Schedule
from newsletter.store import audit, passwords, sign_in_links


class SignInRefused(NewsletterError):
    """A name and a password that do not belong together. The words are the same whoever it is, or is not."""

    def __init__(self) -> None:
        super().__init__(
            "This name and this password do not belong together. Try again, or use a link that signs you in; "
            "a new mail address in schedule.yaml needs one."
        )


def sign_in(app: App, schedule: Schedule, name: str, password: str, visit: Visit, hasher: Hasher = HASHER) -> str:
    """The secret of a new session, for the cookie, of whoever has this id or mail address and this password.

    A name that nobody has takes as long as a wrong password. A hash whose costs have changed is made anew. Raises
    `SignInRefused`, `NotAtHome`.
    """
    member = member_named(schedule, name)
    account = account_of(member) if member else Account("", "")  # which is nobody's
    with home_store(app, WHERE) as store:
        hashed = passwords.find(store, account)
        if not hasher.fits(password, hashed) or hashed is None:
            raise SignInRefused
        fresh = hasher.hashed(password) if hasher.is_stale(hashed) else None
        with store.writing_alone() as connection:
            if passwords.hash_of(connection, account) != hashed:  # it was changed while this one was looked at
                raise SignInRefused
            if fresh is not None:
                passwords.rehash(connection, account.member, hashed, fresh)
            return start(connection, account, visit, "password", app.clock())


def sign_in_by_link(
    app: App,
    schedule: Schedule,
    secret: str,
    visit: Visit,
    new: NewPassword | None = None,
    hasher: Hasher = HASHER,
) -> str:
    """The secret of a new session of whom the link was made for; the link is used up.

    `new`: a password to be set with it, in the place of one that was forgotten, which ends all other sessions. Of two
    who use a link at once, one gets in. Raises `LinkOver`, also for who is of the team no more, `PasswordRefused`, with
    which the link can be used again, `NotAtHome`.
    """
    member = whom_link_is_for(app, schedule, secret)
    account, hashed = account_of(member), _hashed(new, member, schedule, hasher) if new else None
    with home_store(app, WHERE) as store, store.writing_alone() as connection:
        now = app.clock()
        link = sign_in_links.use(connection, digest_of(secret), now)
        if link is None or link.account != account:
            raise LinkOver
        if hashed is not None:
            set_password(store, connection, account, hashed, now)
            deed = Deed(
                happened=now, who=claimed(member.id, None), act="set-password", issue=None, digest=None, note=_OWN
            )
            audit.write(connection, deed)
        return start(connection, account, visit, "link", now)


def sign_in_first(
    app: App,
    schedule: Schedule,
    secret: str,
    name: str,
    new: NewPassword,
    visit: Visit,
    hasher: Hasher = HASHER,
) -> str:
    """The secret of a new session of the first user of all, who says which of the team they are and sets a password.

    Raises `LinkOver` for another link than the first, and once somebody has a password; `ConfigError` for an id that is
    nobody's, `PasswordRefused`, with which the link can be used again; `NotAtHome`.
    """
    look_at_first(app, secret)
    member = next((one for one in schedule.team if one.id == name), None)
    if member is None:
        raise ConfigError("member", "say who you are")
    account, hashed = account_of(member), _hashed(new, member, schedule, hasher)
    with home_store(app, WHERE) as store, store.writing_alone() as connection:
        now = app.clock()
        link = sign_in_links.use(connection, digest_of(secret), now)
        if (
            link is None
            or link.account is not None
            or passwords.is_set_for(connection, [account_of(one) for one in schedule.team])
        ):
            raise LinkOver
        set_password(store, connection, account, hashed, now)
        who, note = claimed(member.id, None), "who they are was said with the first link, which the terminal shows"
        audit.write(connection, Deed(happened=now, who=who, act="first-user", issue=None, digest=None, note=note))
        return start(connection, account, visit, "the first link", now)


def whom_link_is_for(app: App, schedule: Schedule, secret: str) -> Member:
    """The member that a link signs in. It can be used after. Raises `LinkOver`, `NotAtHome`."""
    link = look_at_link(app, secret)
    member = next((one for one in schedule.team if account_of(one) == link.account), None)
    if member is None:
        raise LinkOver
    return member


_OWN = "their own, with a link"


def _hashed(new: NewPassword, member: Member, schedule: Schedule, hasher: Hasher) -> str:
    check_password(new, personal_to(member, schedule))
    return hasher.hashed(new.text)
