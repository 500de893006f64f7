"""Sessions of the desk: they begin with a secret for one browser, and end by themselves or by hand."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.actions.accounts import WHERE, account_of, member_of_team
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.model.audit import Deed, claimed
from newsletter.model.session import SEEN_EVERY, Account, Session, Visit, digest_of
from newsletter.publication.schedule import Member
from newsletter.store import audit, passwords, sessions, sign_in_links
from newsletter.store.engine import Store, Transaction
from newsletter.store.errors import StoreBusy, StoreFull
from newsletter.tokens import KeyRing, Purpose

_OCTETS = 32  # of a secret
_SECRET = re.compile("[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """What nobody guesses: 256 bits, 43 characters that may stand in a cookie and in an address."""
    return secrets.token_urlsafe(_OCTETS)


def is_secret(text: str) -> bool:
    """Whether it looks like one: what does not is looked for nowhere."""
    return _SECRET.fullmatch(text) is not None


def begin(app: App, name: str, visit: Visit, how: str) -> str:
    """The secret of a new session of the one of the team with this id, for the cookie of a browser; `how` says by what
    they have proved who they are, for the audit log: "password", "link". Raises as `member_of_team`; `NotAtHome`."""
    member = member_of_team(app, name)
    with home_store(app, WHERE) as store, store.writing_alone() as connection:
        return start(connection, account_of(member), visit, how, app.clock())


def start(connection: Transaction, account: Account, visit: Visit, how: str, now: datetime) -> str:
    """The same in a transaction of `Store.writing_alone`. No secret is ever taken over from a browser: whoever has
    planted one has planted nothing."""
    secret, visit = new_secret(), visit.cut
    sessions.write(connection, Session(digest=digest_of(secret), account=account, began=now, seen=now, visit=visit))
    _told(connection, claimed(account.member, None), "sign-in", f"by {how}, from {visit.network}", now)
    return secret


def find(app: App, secret: str, now: datetime) -> Session | None:
    """The session that a browser's secret stands for; None where there is none, or it is over. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store:
        return find_in(store, secret, now)


def find_in(store: Store, secret: str, now: datetime) -> Session | None:
    """The same in an open store: one look at a primary key, and once a minute a row that is written.

    Where the database cannot be written to, pages can be read all the same.
    """
    session = sessions.find(store, digest_of(secret)) if is_secret(secret) else None
    if session is None or session.is_over(now):
        return None
    if now - session.seen >= SEEN_EVERY:
        with suppress(StoreBusy, StoreFull):
            sessions.touch(store, session.digest, now)
        session = replace(session, seen=now)
    return session


def end(app: App, session: str) -> bool:
    """Signs out the session of this digest; whether it was there still. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store, store.writing() as connection:
        return sessions.end(connection, session)


def end_others(app: App, member: str, session: str) -> int:
    """Ends all sessions of a member but the one of this digest, which is theirs; how many. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store, store.writing() as connection:
        return sessions.end_of(connection, member, but=session)


def end_one(app: App, member: str, name: str) -> bool:
    """Ends the session of a member that a page calls by this name; False where they have none of that name, whoever
    else has one. Raises `NotAtHome`."""
    found = next((one for one in of_member(app, member) if one.name == name), None)
    return found is not None and end(app, found.digest)


def end_all(app: App, member: str, by: str) -> int:
    """Ends all sessions of a member and all links that were made for them, in the name of another, with a line in the
    audit log; how many sessions. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store, store.writing_alone() as connection:
        sign_in_links.end_of(connection, member)
        ended = sessions.end_of(connection, member)
        note = f"{ended} session{'' if ended == 1 else 's'} of {member}"
        _told(connection, claimed(by, None), "end-sessions", note, app.clock())
    return ended


def of_member(app: App, member: str) -> tuple[Session, ...]:
    """Where somebody is signed in, the browser that was seen last first. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store:
        return sessions.of_member(store, member, app.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One of the team, as the desk knows them."""

    member: Member
    password_since: datetime | None  # UTC; None: none is set
    seen: datetime | None  # UTC: the last request of a session that is not over; None: they are signed in nowhere
    sessions: int  # that are not over


def of_team(app: App, team: Iterable[Member]) -> tuple[Seat, ...]:
    """Everybody of the team, in its order. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store:
        seen = sessions.seen(store, app.clock())
        since = passwords.set_at(store)

    def seat(member: Member) -> Seat:
        account = account_of(member)
        last, count = seen.get(account, (None, 0))
        return Seat(member=member, password_since=since.get(account), seen=last, sessions=count)

    return tuple(map(seat, team))


def form_token(ring: KeyRing, bound: str) -> str:
    """What a form carries that was shown to one browser: `bound` is what only this one has, as its session's secret.

    Whoever makes a browser send a form from elsewhere does not know it.
    """
    return ring.seal(Purpose.DESK_FORM, bound.encode())


def _told(connection: Transaction, who: str, act: str, note: str, now: datetime) -> None:
    audit.write(connection, Deed(happened=now, who=who, act=act, issue=None, digest=None, note=note))
