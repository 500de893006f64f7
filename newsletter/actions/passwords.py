"""Passwords: which are good enough, how they are kept, and how somebody changes theirs."""

from __future__ import annotations

import base64
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsletter.actions.accounts import WHERE, account_of
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.model.audit import Deed, claimed
from newsletter.model.errors import NewsletterError
from newsletter.model.session import Account
from newsletter.publication.schedule import Member, Schedule
from newsletter.store import audit, passwords, sessions, sign_in_links
from newsletter.store.engine import Store, Transaction

LEAST, MOST = 12, 1024  # characters; beyond the most nobody types, and a hash of megabytes keeps the others waiting
FRESH = timedelta(minutes=15)  # since signing in: as long as the link is good that they came by
AT_ONCE = 2  # hashings in the process: each takes 64 MiB, and whoever floods us shall not take the machine's memory
_COSTS = PasswordHasher()  # argon2id with the second set of costs that RFC 9106 4 recommends: 64 MiB, three passes

_SUCH_AS = "such as four words that have nothing to do with each other"
# What programs that guess try first, among what is long enough: whole, or with figures before and behind.
_WHOLE = (
    "123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 12345678901234567890 012345678901 "
    "098765432109 987654321098 987654321012 112233445566 123123123123 121212121212 123321123321 111222333444 "
    "123412341234 102030405060 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv zaq12wsxcde3 "
    "q1w2e3r4t5y6 a1b2c3d4e5f6 abcd1234abcd abc123abc123"
)
_WORDS = (
    "password passwordpassword mypassword passw0rd p4ssword pa55word passwort kennwort motdepasse contrasena letmein "
    "letmeinplease welcome welcomewelcome changeme changemenow changethis qwerty qwertyqwerty qwertyuiop qwertyuiopas "
    "qwertyuiopasdf qwertzuiop azertyuiop asdfghjkl asdfghjklzxc zxcvbnm zxcvbnmasdfg qwertyasdfgh asdfasdfasdf "
    "abcdefghijkl abcdefghijklm abcdefghijklmnop iloveyou iloveyouforever iloveyousomuch ilovemyfamily admin "
    "administrator superadmin superuser rootroot rootrootroot secret secretsecret topsecret supersecret sunshine "
    "princess football baseball dragon monkey master mastermaster trustno computer internet default testtesttest "
    "temporary newsletter newsletternewsletter editor editors editorial login"
)
_WORST, _WORST_WORDS = frozenset(_WHOLE.split()), frozenset(_WORDS.split())


class PasswordRefused(NewsletterError):
    """A new password that is not taken; nothing was changed."""

    def __init__(self, what: str, field: str = "password") -> None:
        self.field = field  # of the form, that the words are about: "current", "password" or "again"
        super().__init__(what)


class Hasher:
    """Makes hashes and holds passwords against them, a few at a time; others wait for their turn."""

    def __init__(self, costs: PasswordHasher = _COSTS, at_once: int = AT_ONCE) -> None:
        self.asked = 0  # how often a password was held against a hash
        self.most_at_once = 0  # of all its work so far
        self._costs = costs
        self._turns, self._counting, self._busy = threading.BoundedSemaphore(at_once), threading.Lock(), 0
        # A hash with the same costs that belongs to nobody: 32 octets that no password is known to lead to.
        salt, digest = (base64.b64encode(bytes(octets)).decode().rstrip("=") for octets in (16, 32))
        shape = f"m={costs.memory_cost},t={costs.time_cost},p={costs.parallelism}"
        self.nobodys = f"$argon2id$v=19${shape}${salt}${digest}"

    def hashed(self, password: str) -> str:
        """A new hash, argon2id as a PHC string with its salt and costs. The same password never gives the same."""
        with self._turn():
            return self._costs.hash(_octets(password))

    def fits(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password of this hash. None: nobody's, which takes as long to find out, and is not.

        A password that is longer than any that is taken fits nothing, at once.
        """
        if len(password) > MOST:
            return False
        with self._turn():
            self.asked += 1
            try:
                fitting = self._costs.verify(hashed or self.nobodys, _octets(password))
            except (VerificationError, InvalidHashError):
                return False
        return fitting and hashed is not None

    def is_stale(self, hashed: str) -> bool:
        """Whether the costs have changed since it was made."""
        return self._costs.check_needs_rehash(hashed)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._turns:
            with self._counting:
                self._busy += 1
                self.most_at_once = max(self.most_at_once, self._busy)
            try:
                yield
            finally:
                with self._counting:
                    self._busy -= 1


HASHER = Hasher()  # of this process: how many work at a time is a matter of the whole of it


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that somebody wants, as they typed it in two fields."""

    text: str
    again: str

    def __repr__(self) -> str:
        return "NewPassword(...)"


def check_password(new: NewPassword, personal: Iterable[str]) -> None:
    """Refuses a new password that is too short or too long, among the first that programs guess, or `personal`: one of
    these names with nothing but figures and signs around it.

    There is no other rule; those about kinds of characters make passwords worse (NIST SP 800-63B 3.1.1.2). Raises
    `PasswordRefused`.
    """
    length = len(_composed(new.text))
    if length < LEAST:
        raise PasswordRefused(f"{length} characters are too few; write {LEAST} or more, {_SUCH_AS}")
    if length > MOST:
        raise PasswordRefused(f"{length:,} characters are too many; write at most {MOST:,}")
    letters, word = _core(new.text)
    if letters in _WORST or word in _WORST_WORDS or len(set(letters)) <= 1:
        raise PasswordRefused(f"this is among the first that programs guess; write another, {_SUCH_AS}")
    if word in {_core(name)[1] for name in personal} - {""}:
        raise PasswordRefused(f"this is a name that everybody here knows; write another, {_SUCH_AS}")
    if _composed(new.text) != _composed(new.again):
        raise PasswordRefused("the two are not the same; write it once more in both fields", "again")


def personal_to(member: Member, schedule: Schedule) -> tuple[str, ...]:
    """What must not be the password of this member: what anybody would try who knows them."""
    local, _, domain = member.address.partition("@")
    return (member.id, member.name, member.address, local, domain, schedule.name)


def set_password(
    store: Store, connection: Transaction, account: Account, hashed: str, now: datetime, keep: str = ""
) -> int:
    """Sets a password, whose hash this is, and ends all that the one before had let in: each session but the one with
    the digest `keep`, and each link. How many sessions. In a transaction of `Store.writing_alone`."""
    passwords.write(store, connection, account, hashed, now)
    sign_in_links.end_of(connection, account.member)
    return sessions.end_of(connection, account.member, but=keep)


def has_password(app: App, member: Member) -> bool:
    """Whether a password is set for this member. Raises `NotAtHome`."""
    with home_store(app, WHERE) as store:
        return passwords.find(store, account_of(member)) is not None


def change_password(
    app: App,
    schedule: Schedule,
    member: Member,
    session: str,
    current: str,
    new: NewPassword,
    hasher: Hasher = HASHER,
) -> int:
    """Sets the password of who is signed in by the session of this digest, and has typed the current one; or has none,
    and has signed in a moment ago.

    All their other sessions end, and links; how many sessions. A line stands in the audit log. Raises
    `PasswordRefused`, `NotAtHome`.
    """
    account = account_of(member)
    with home_store(app, WHERE) as store:
        before = passwords.find(store, account)
        if before is None and not _is_fresh(store, session, app.clock()):
            raise PasswordRefused("you signed in a while ago; sign in anew with a link, and choose a password there")
        if before is not None and not hasher.fits(current, before):
            raise PasswordRefused("this is not your password as it was until now", "current")
        check_password(new, personal_to(member, schedule))
        hashed, now = hasher.hashed(new.text), app.clock()
        with store.writing_alone() as connection:
            if passwords.hash_of(connection, account) != before:
                raise PasswordRefused("your password was changed elsewhere meanwhile; sign in again", "current")
            ended = set_password(store, connection, account, hashed, now, session)
            by = claimed(member.id, None)
            deed = Deed(happened=now, who=by, act="set-password", issue=None, digest=None, note="their own")
            audit.write(connection, deed)
    return ended


def _is_fresh(store: Store, session: str, now: datetime) -> bool:
    """Whether whoever sits there has just proved who they are: a cookie that was copied, or a browser that was left
    open, shall not become a password."""
    found = sessions.find(store, session)
    return found is not None and now - found.began < FRESH


def _composed(password: str) -> str:
    """As every keyboard would have typed it: macOS decomposes what others do not (RFC 8265 4.2.2)."""
    return unicodedata.normalize("NFC", "".join(" " if unicodedata.category(one) == "Zs" else one for one in password))


def _octets(password: str) -> bytes:
    return _composed(password).encode(errors="surrogatepass")


def _core(text: str) -> tuple[str, str]:
    """Small letters and figures alone; and the same without the figures around it."""
    letters = "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
    return letters, letters.strip("0123456789")
