"""Signing in: passwords, links and sessions as the database keeps them, on both databases."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from newsletter.actions import sessions
from newsletter.actions.app import App, open_app
from newsletter.actions.back_up import back_up
from newsletter.actions.passwords import (
    HASHER,
    LEAST,
    MOST,
    Hasher,
    NewPassword,
    PasswordRefused,
    change_password,
    check_password,
    has_password,
    personal_to,
)
from newsletter.actions.read_audit import read_audit
from newsletter.actions.restore import restore
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sessions import form_token
from newsletter.actions.sign_in import SignInRefused, sign_in, sign_in_by_link, sign_in_first, whom_link_is_for
from newsletter.actions.sign_in_links import (
    A_DAY,
    FIRST_VALID,
    VALID,
    LinkOver,
    first_secret,
    look_at_link,
    mail_link,
    mail_link_now,
    make_link,
)
from newsletter.actions.way_out import read_schedule
from newsletter.model.errors import ConfigError
from newsletter.model.job import Job
from newsletter.model.notice import NoticeKind, NoticeState
from newsletter.model.session import IDLE, LONGEST, SEEN_EVERY, Session, Visit, digest_of
from newsletter.publication.schedule import Member, Schedule
from newsletter.store import notices, passwords, schema
from newsletter.store import sessions as kept
from newsletter.store.dumping import snapshot
from newsletter.store.engine import Store, open_store
from newsletter.tokens import Key, KeyRing
from tests.comingback import installed
from tests.conftest import ROOT
from tests.living import Clock
from tests.postgres import KINDS, fresh_database
from tests.reminding import body_of
from tests.sending import over_smtp
from tests.smtpserver import SmtpServer

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD, OTHER = "heron kettle almanac tide", "lantern gravel postcard oboe"
HERE = Visit("a browser", "192.0.2.0/24")
DESK = "https://desk.focus.example.org"


@dataclass(frozen=True)
class House:
    """An installation with a team, its database, a clock that is moved by hand, and a hasher that costs little."""

    app: App
    store: Store
    clock: Clock
    hasher: Hasher

    @property
    def schedule(self) -> Schedule:
        return read_schedule(self.app)

    def member(self, name: str) -> Member:
        return next(one for one in self.schedule.team if one.id == name)

    def password(self, name: str, text: str = GOOD) -> None:
        """Sets a password, as somebody who has come by a link does."""
        secret = make_link(self.app, name, self.clock())
        sign_in_by_link(self.app, self.schedule, secret, HERE, NewPassword(text, text), self.hasher)

    def sign_in(self, name: str, password: str = GOOD) -> str:
        return sign_in(self.app, self.schedule, name, password, HERE, self.hasher)

    def by_link(self, secret: str, new: NewPassword | None = None) -> str:
        return sign_in_by_link(self.app, self.schedule, secret, HERE, new, self.hasher)

    def first(self, secret: str, name: str, password: str = GOOD) -> str:
        new = NewPassword(password, password)
        return sign_in_first(self.app, self.schedule, secret, name, new, HERE, self.hasher)

    def change(self, session: Session, current: str, new: str, again: str | None = None) -> int:
        wanted = NewPassword(new, new if again is None else again)
        member = self.member(session.member)
        return change_password(self.app, self.schedule, member, session.digest, current, wanted, self.hasher)

    def session(self, secret: str) -> Session:
        found = self.find(secret)
        assert found
        return found

    def find(self, secret: str) -> Session | None:
        return sessions.find_in(self.store, secret, self.clock())

    def acts(self) -> list[tuple[str, str, str | None]]:
        """Who did what, and the note, in order."""
        return [(one.deed.who, one.deed.act, one.deed.note) for one in read_audit(self.app).entries]

    def rewrite(self, change: Callable[[str], str]) -> None:
        """Changes schedule.yaml as an editor would."""
        path = self.app.root / "schedule.yaml"
        path.write_text(change(path.read_text("utf-8")), "utf-8")

    def take_out(self, name: str) -> None:
        """Takes somebody out of the team."""
        self.rewrite(lambda text: re.sub(rf"  - id: {name}\n(    .*\n)+", "", text))


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    clock = Clock()
    with installed(request.param, tmp_path) as here:
        yield House(replace(here.app, clock=clock), here.store, clock, Hasher(CHEAP))


@pytest.fixture
def light(tmp_path: Path) -> Iterator[House]:
    """The same with SQLite, where the database makes no difference."""
    clock = Clock()
    with installed("sqlite", tmp_path) as here:
        yield House(replace(here.app, clock=clock), here.store, clock, Hasher(CHEAP))


# Sessions


def test_a_session_is_found_by_its_secret_which_the_database_does_not_know(house: House) -> None:
    """32 octets that nobody guesses; what is kept is their digest, who it is, when and from where."""
    secret = sessions.begin(house.app, "mei", HERE, "password")
    assert re.fullmatch("[A-Za-z0-9_-]{43}", secret)
    found = house.session(secret)
    assert (found.member, found.began, found.seen, found.visit) == ("mei", house.clock(), house.clock(), HERE)
    with house.store.reading() as connection:
        (row,) = connection.execute(select(schema.sessions))
    assert row.digest == digest_of(secret)
    assert secret not in map(str, row)
    assert sessions.find(house.app, secret, house.clock()) == found


ODD = ("", "x", "A" * 42, "A" * 43, "A" * 44, "é" * 43, "\0" * 43, "' OR 1=1 --", "../../etc/passwd", "A" * 99_999)


def test_what_is_no_secret_of_ours_finds_nothing(house: House) -> None:
    """No session, no link, whatever it looks like; nor does the digest that stands in the database."""
    begun, link = sessions.begin(house.app, "mei", HERE, "password"), make_link(house.app, "mei", house.clock())
    for secret in (*ODD, digest_of(begun), digest_of(link), link):
        assert house.find(secret) is None, secret
    for secret in (*ODD, digest_of(link), begun):
        with pytest.raises(LinkOver):
            house.by_link(secret)


def test_each_session_has_a_secret_of_its_own(light: House) -> None:
    """However often somebody signs in: nothing that a browser had before is taken over."""
    assert len({sessions.begin(light.app, "mei", HERE, "password") for _ in range(20)}) == 20


def test_a_session_ends_after_a_night_without_a_request(house: House) -> None:
    """12 hours; a second less and it goes on, another 12."""
    secret = sessions.begin(house.app, "mei", HERE, "password")
    for _ in range(3):
        house.clock.forward(seconds=IDLE.total_seconds() - 1)
        assert house.find(secret)
    house.clock.forward(seconds=IDLE.total_seconds())
    assert house.find(secret) is None


def test_a_session_ends_after_two_weeks_however_much_it_is_used(light: House) -> None:
    """14 days after it began."""
    secret = sessions.begin(light.app, "mei", HERE, "password")
    for _ in range(27):
        light.clock.forward(hours=11.99)
        assert light.find(secret)
    light.clock.forward(hours=11.99)
    assert light.clock() - light.session(secret).began < LONGEST
    light.clock.forward(hours=1)
    assert light.find(secret) is None


def test_a_request_is_written_down_once_a_minute(house: House) -> None:
    """Pages that are read one after the other write nothing."""
    began, secret = house.clock(), sessions.begin(house.app, "mei", HERE, "password")

    def seen() -> datetime:
        there = kept.find(house.store, digest_of(secret))
        assert there
        return there.seen

    house.clock.forward(seconds=SEEN_EVERY.total_seconds() - 1)
    house.session(secret)
    assert seen() == began
    house.clock.forward(seconds=1)
    assert house.session(secret).seen == seen() == began + SEEN_EVERY


def test_a_session_that_was_ended_stays_ended(house: House) -> None:
    """Also where a request was under way that writes down that somebody was there."""
    secret = sessions.begin(house.app, "mei", HERE, "password")
    found = house.session(secret)
    assert sessions.end(house.app, found.digest)
    house.clock.forward(minutes=5)
    kept.touch(house.store, found.digest, house.clock())
    assert house.find(secret) is None
    assert not sessions.end(house.app, found.digest)


def test_a_member_ends_only_sessions_of_their_own(house: House) -> None:
    """One by its name, or all others; the name of somebody else's session ends nothing."""
    mine, other, theirs = (sessions.begin(house.app, who, HERE, "password") for who in ("mei", "mei", "priya"))
    assert not sessions.end_one(house.app, "mei", house.session(theirs).name)
    assert sessions.end_one(house.app, "mei", house.session(other).name)
    assert (house.find(other), bool(house.find(mine)), bool(house.find(theirs))) == (None, True, True)
    third = sessions.begin(house.app, "mei", HERE, "password")
    assert sessions.end_others(house.app, "mei", house.session(mine).digest) == 1
    assert house.find(third) is None
    assert [one.digest for one in sessions.of_member(house.app, "mei")] == [digest_of(mine)]


def test_another_ends_all_sessions_and_links_of_a_member_in_their_own_name(house: House) -> None:
    """The audit log says who did it, to whom."""
    secrets = [sessions.begin(house.app, "mei", HERE, "password") for _ in range(2)]
    link = make_link(house.app, "mei", house.clock())
    assert sessions.end_all(house.app, "mei", "daniel") == 2
    assert [house.find(one) for one in secrets] == [None, None]
    with pytest.raises(LinkOver):
        house.by_link(link)
    assert house.acts()[-1] == ("daniel (signed in)", "end-sessions", "2 sessions of mei")


def test_the_team_is_told_with_who_is_signed_in(house: House) -> None:
    """Password, last request, browsers; a session that is over is none."""
    house.password("mei")
    sessions.begin(house.app, "mei", HERE, "password")
    seats = {one.member.id: one for one in sessions.of_team(house.app, house.schedule.team)}
    assert (seats["mei"].password_since, seats["mei"].seen, seats["mei"].sessions) == (house.clock(), house.clock(), 2)
    assert (seats["priya"].password_since, seats["priya"].seen, seats["priya"].sessions) == (None, None, 0)
    house.clock.forward(hours=13)
    assert {one.sessions for one in sessions.of_team(house.app, house.schedule.team)} == {0}


def test_what_a_browser_says_of_itself_is_kept_short(light: House) -> None:
    """On one line, whatever it sends."""
    secret = sessions.begin(light.app, "mei", Visit("a\nb\0" + "x" * 9_999, "n"), "password")
    browser = light.session(secret).visit.browser
    assert browser.startswith("a b\0x")
    assert len(browser) == 300


# Passwords


def test_a_member_signs_in_by_id_or_address_in_any_case(light: House) -> None:
    """And the audit log says so, with the network."""
    light.password("mei")
    for name in ("mei", "MEI", " Mei ", "mei@focus.example.org", "Mei@FOCUS.example.ORG"):
        assert light.session(light.sign_in(name)).member == "mei", name
        assert light.acts()[-1] == ("mei (signed in)", "sign-in", "by password, from 192.0.2.0/24")


def test_wrong_names_and_wrong_passwords_are_refused_alike(house: House) -> None:
    """In the same words, after the same work: one password is held against one hash with the same costs, whoever it is,
    whether they have a password or not."""
    house.password("mei")
    for name in ("mei", "priya", "nobody", "", "mei@focus.example", "weekly@focus.example.org", "\0"):
        before, costs = house.hasher.asked, HASHER.asked
        with pytest.raises(SignInRefused) as refused:
            house.sign_in(name, "not this one, is it")
        assert str(refused.value) == str(SignInRefused())
        assert (house.hasher.asked - before, HASHER.asked - costs) == (1, 0), name
    assert [act for _, act, _ in house.acts()] == ["set-password", "sign-in"]


def test_nobodys_hash_costs_what_a_real_one_costs_and_fits_nothing() -> None:
    """It is one that argon2 works through; the costs of this process are those of RFC 9106 with 64 MiB."""
    for hasher in (HASHER, Hasher(CHEAP)):
        nobodys, real = hasher.nobodys, hasher.hashed(GOOD)
        assert nobodys.rpartition("$")[0].rpartition("$")[0] == real.rpartition("$")[0].rpartition("$")[0]
        assert [len(part) for part in nobodys.split("$")] == [len(part) for part in real.split("$")]
        assert not hasher.is_stale(nobodys)
    assert HASHER.nobodys.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not Hasher(CHEAP).fits("", None)


def test_a_password_too_long_to_be_one_is_hashed_for_nobody(light: House) -> None:
    """A megabyte keeps no turn from the others; known or not, it is refused alike."""
    light.password("mei")
    before = light.hasher.asked
    for name in ("mei", "nobody"):
        with pytest.raises(SignInRefused):
            light.sign_in(name, "x" * (MOST + 1))
    assert light.hasher.asked == before


def test_a_hash_with_other_costs_is_made_anew_at_the_next_sign_in(house: House) -> None:
    """The password stays, and no session ends."""
    house.password("mei")
    before = passwords.find(house.store, "mei")
    first = house.sign_in("mei")
    dearer = replace(house, hasher=Hasher(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    dearer.sign_in("mei")
    after = passwords.find(house.store, "mei")
    assert before != after
    assert after is not None
    assert "m=16,t=2,p=1" in after
    assert house.find(first)
    dearer.sign_in("mei")
    assert passwords.find(house.store, "mei") == after


def test_two_hashings_run_at_a_time_and_the_others_wait_their_turn() -> None:
    """All of them are done in the end, whoever floods us."""
    hasher = Hasher(PasswordHasher(time_cost=4, memory_cost=4_096, parallelism=1))
    hashed = hasher.hashed(GOOD)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: hasher.fits(GOOD, hashed), range(16))) == [True] * 16
    assert hasher.most_at_once == 2
    assert hasher.asked == 16


SAMPLE = read_schedule(open_app(ROOT))
MEI = SAMPLE.team[0]
TAKEN = (GOOD, "x7#" * 4, "abcdefgh1jkl", "x" * (MOST - 1) + "y", "84 93 27 11 90 44", "mei and the kite")


@pytest.mark.parametrize("text", [*TAKEN, "\u65e5\u672c\u8a9e\u306e\u9577\u3044\u5408\u8a00\u8449\u3067\u3059\u3088"])
def test_a_long_password_is_taken_whatever_it_is_made_of(text: str) -> None:
    """There is no rule about kinds of characters, and it fits its hash."""
    check_password(NewPassword(text, text), personal_to(MEI, SAMPLE))
    hasher = Hasher(CHEAP)
    assert hasher.fits(text, hasher.hashed(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 characters"),
        ("short", "5 characters"),
        ("x" * (LEAST - 1), "11 characters"),
        ("e\u0301" * (LEAST - 1), "11 characters"),
        ("xy" * MOST, "2,048 characters"),
        ("password1234", "programs guess"),
        ("Passw0rd!2026", "programs guess"),
        ("123456789012", "programs guess"),
        ("QwertyUiop123", "programs guess"),
        ("aaaaaaaaaaaa", "programs guess"),
        ("            ", "programs guess"),
        ("!!!!!!!!!!!!", "programs guess"),
        ("1q2w3e4r5t6y", "programs guess"),
        ("Mei Okafor 2026", "a name that everybody"),
        ("mei@focus.example.org", "a name that everybody"),
        ("FocusThisWeek!", "a name that everybody"),
        ("focus.example.org", "a name that everybody"),
    ],
)
def test_a_password_that_is_soon_guessed_is_refused_with_what_to_do(text: str, words: str) -> None:
    """Too short, too long, among the first that are tried, a name."""
    with pytest.raises(PasswordRefused, match=words) as refused:
        check_password(NewPassword(text, text), personal_to(MEI, SAMPLE))
    assert refused.value.field == "password"


def test_two_fields_that_differ_are_told_beside_the_second() -> None:
    """Whoever mistypes is not locked out."""
    with pytest.raises(PasswordRefused, match="not the same") as refused:
        check_password(NewPassword(GOOD, OTHER), personal_to(MEI, SAMPLE))
    assert refused.value.field == "again"
    assert GOOD not in repr(NewPassword(GOOD, GOOD))


def test_a_password_is_the_same_from_every_keyboard(light: House) -> None:
    """Composed or not (RFC 8265 4.2.2), and with a space of any kind."""
    light.password("mei", "Gru\u0308ße aus Graz immer")
    assert light.sign_in("mei", "Gr\u00fcße aus\u00a0Graz immer")


def test_changing_a_password_ends_all_other_sessions_and_links(house: House) -> None:
    """The one that changes it goes on; others' sessions are none of its business; the audit log says so."""
    house.password("mei")
    mine, other, theirs = house.sign_in("mei"), house.sign_in("mei"), sessions.begin(house.app, "priya", HERE, "link")
    link = make_link(house.app, "mei", house.clock())
    assert house.change(house.session(mine), GOOD, OTHER) == 2
    assert (bool(house.find(mine)), house.find(other), bool(house.find(theirs))) == (True, None, True)
    with pytest.raises(LinkOver):
        house.by_link(link)
    with pytest.raises(SignInRefused):
        house.sign_in("mei", GOOD)
    assert house.sign_in("mei", OTHER)
    assert house.acts()[-2:-1] == [("mei (signed in)", "set-password", "their own")]


def test_a_password_is_changed_only_by_who_knows_it(light: House) -> None:
    """A browser that was left open is not enough; without any password yet, it is."""
    secret = sessions.begin(light.app, "mei", HERE, "link")
    light.change(light.session(secret), "", GOOD)
    with pytest.raises(PasswordRefused) as refused:
        light.change(light.session(secret), OTHER, OTHER)
    assert refused.value.field == "current"
    assert light.sign_in("mei", GOOD)


class Meanwhile(Hasher):
    """A hasher that takes so long that something else happens before it says that a password fits."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__(CHEAP)
        self._happens = happens

    def fits(self, password: str, hashed: str | None) -> bool:
        fitting = super().fits(password, hashed)
        self._happens()
        return fitting


def test_a_password_that_is_changed_while_somebody_signs_in_with_it_lets_them_in_no_more(house: House) -> None:
    """Else a session would begin a moment after all of them were ended. Nor is it changed twice at once."""
    house.password("mei")
    session = house.session(house.sign_in("mei"))
    slow = replace(house, hasher=Meanwhile(lambda: house.change(session, GOOD, OTHER)))
    with pytest.raises(SignInRefused):
        slow.sign_in("mei", GOOD)
    slow = replace(house, hasher=Meanwhile(lambda: house.change(session, OTHER, GOOD)))
    with pytest.raises(PasswordRefused, match="meanwhile"):
        slow.change(session, OTHER, "a third one, not taken")
    assert house.sign_in("mei", GOOD)


# Links


def test_a_link_signs_in_once(house: House) -> None:
    """Looking at it uses nothing up; the database knows only its digest."""
    secret = make_link(house.app, "mei", house.clock())
    for _ in range(3):
        assert whom_link_is_for(house.app, house.schedule, secret).id == "mei"
    with house.store.reading() as connection:
        assert secret not in map(str, connection.execute(select(schema.sign_in_links)).one())
    assert house.session(house.by_link(secret)).member == "mei"
    assert house.acts()[-1] == ("mei (signed in)", "sign-in", "by link, from 192.0.2.0/24")
    with pytest.raises(LinkOver):
        house.by_link(secret)
    with pytest.raises(LinkOver):
        look_at_link(house.app, secret)


def test_two_clicks_on_one_link_at_once_give_one_session(house: House) -> None:
    """The other one comes too late."""
    secrets = [make_link(house.app, "mei", house.clock()) for _ in range(5)]
    schedule = house.schedule
    for secret in secrets:
        together = threading.Barrier(4)

        def click(secret: str = secret, together: threading.Barrier = together) -> str | None:
            together.wait(30)
            try:
                return sign_in_by_link(house.app, schedule, secret, HERE)
            except LinkOver:
                return None

        with ThreadPoolExecutor(4) as pool:
            came = [one.result() for one in [pool.submit(click) for _ in range(4)]]
        assert len([one for one in came if one]) == 1
    assert len(sessions.of_member(house.app, "mei")) == len(secrets)


def test_a_link_is_over_after_a_quarter_of_an_hour(light: House) -> None:
    """To the second."""
    secret = make_link(light.app, "mei", light.clock())
    light.clock.forward(seconds=VALID.total_seconds() - 1)
    look_at_link(light.app, secret)
    light.clock.forward(seconds=1)
    for use in (lambda: look_at_link(light.app, secret), lambda: light.by_link(secret)):
        with pytest.raises(LinkOver):
            use()


def test_a_link_of_who_is_of_the_team_no_more_signs_nobody_in(light: House) -> None:
    """What counts is the team of now."""
    light.password("priya")
    secret = make_link(light.app, "priya", light.clock())
    light.take_out("priya")
    with pytest.raises(LinkOver):
        light.by_link(secret)
    with pytest.raises(SignInRefused):
        light.sign_in("priya")
    with pytest.raises(ConfigError, match="mei, daniel"):
        make_link(light.app, "priya", light.clock())


def test_with_a_link_comes_a_new_password_for_who_has_forgotten_theirs(house: House) -> None:
    """All other sessions end. One that is refused leaves the link as it was."""
    house.password("mei")
    other, secret = house.sign_in("mei"), make_link(house.app, "mei", house.clock())
    with pytest.raises(PasswordRefused):
        house.by_link(secret, NewPassword("short", "short"))
    assert house.find(house.by_link(secret, NewPassword(OTHER, OTHER)))
    assert house.find(other) is None
    assert house.sign_in("mei", OTHER)


def test_a_link_made_for_somebody_else_stands_in_the_audit_log(light: House) -> None:
    """With who made it; the secret does not."""
    secret = make_link(light.app, "mei", light.clock(), by="daniel (signed in)")
    assert light.acts() == [("daniel (signed in)", "make-link", "for mei")]
    assert secret not in repr(light.acts())


# The first user


def test_the_first_user_says_who_they_are_and_sets_a_password(house: House) -> None:
    """Then there is no such link any more, and the audit log says how it was."""
    secret = first_secret(house.app, house.clock())
    assert secret
    assert house.session(house.first(secret, "mei")).member == "mei"
    assert house.sign_in("mei")
    assert [act for _, act, _ in house.acts()] == ["first-user", "sign-in", "sign-in"]
    assert first_secret(house.app, house.clock()) is None
    with pytest.raises(LinkOver):
        house.first(secret, "daniel", OTHER)


def test_a_new_first_link_takes_the_place_of_the_one_before(light: House) -> None:
    """What a terminal showed last week opens nothing; neither does one after a day."""
    old, new = first_secret(light.app, light.clock()), first_secret(light.app, light.clock())
    assert old
    assert new
    with pytest.raises(LinkOver):
        light.first(old, "mei")
    light.clock.forward(seconds=FIRST_VALID.total_seconds())
    with pytest.raises(LinkOver):
        light.first(new, "mei")


def test_the_first_link_is_over_once_somebody_has_a_password(light: House) -> None:
    """Whichever way they came by it: nobody takes over a desk that is in use."""
    secret = first_secret(light.app, light.clock())
    assert secret
    light.password("priya")
    with pytest.raises(LinkOver):
        light.first(secret, "mei")
    assert not has_password(light.app, "mei")


def test_of_two_who_come_first_at_once_one_is_it(house: House) -> None:
    """The other finds the link used."""
    secret, schedule, together = first_secret(house.app, house.clock()), house.schedule, threading.Barrier(2)
    assert secret

    def come(name: str) -> bool:
        together.wait(30)
        try:
            sign_in_first(house.app, schedule, secret, name, NewPassword(GOOD, GOOD), HERE, house.hasher)
        except LinkOver:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(come, ["mei", "daniel"])) == [False, True]
    assert [has_password(house.app, who) for who in ("mei", "daniel")].count(True) == 1


def test_a_first_link_and_a_members_link_do_not_stand_for_each_other(light: House) -> None:
    """Neither is used up by the try; nobody is who is not of the team."""
    first, members = first_secret(light.app, light.clock()), make_link(light.app, "mei", light.clock())
    assert first
    with pytest.raises(LinkOver):
        light.by_link(first)
    with pytest.raises(LinkOver):
        light.first(members, "daniel")
    with pytest.raises(ConfigError, match="say who you are"):
        light.first(first, "nobody")
    with pytest.raises(PasswordRefused):
        light.first(first, "mei", "mei okafor 1234")
    assert light.first(first, "daniel")
    assert light.by_link(members)


# Links by mail


def test_a_link_is_mailed_to_whom_it_is_for_and_nobody_else(house: House) -> None:
    """A name that nobody has writes nothing; what somebody typed stands nowhere in the mail."""
    assert mail_link(house.app, "eve@example.org", DESK) is None
    kept = mail_link(house.app, "MEI", DESK)
    assert kept
    assert (kept.kind, kept.address) == (NoticeKind.SIGN_IN, "mei@focus.example.org")
    found = re.search(rf"^{re.escape(DESK)}/sign-in/(\S{{43}})$", kept.text, re.MULTILINE)
    assert found
    assert house.session(house.by_link(found[1])).member == "mei"
    assert len(notices.due(house.store, house.clock(), 9)) == 1


def test_nobody_is_flooded_with_links(light: House) -> None:
    """So many a day to one address, by whichever name; the next day again. No link is made that no mail brings."""
    asked = [mail_link(light.app, ("mei", "mei@focus.example.org")[at % 2], DESK) for at in range(A_DAY + 3)]
    assert [bool(one) for one in asked] == [True] * A_DAY + [False] * 3
    with light.store.reading() as connection:
        assert len(connection.execute(select(schema.sign_in_links)).all()) == A_DAY
    assert mail_link(light.app, "priya", DESK)
    light.clock.forward(hours=24)
    assert mail_link(light.app, "mei", DESK)


def test_the_mail_with_the_link_goes_out_at_once(light: House) -> None:
    """To a real server, in words that say what it is for."""
    with SmtpServer() as server:
        over_smtp(light.app, server.port)
        mail_link_now(light.app, "priya@focus.example.org", DESK)
        mail_link_now(light.app, "nobody", DESK)
        (came,) = server.messages
    assert came.recipients == ("priya@focus.example.org",)
    text = " ".join(message_from_bytes(came.content, policy=policy.SMTP).get_content().split())
    assert "Hello Priya Lindqvist" in text
    assert "within 15 minutes" in text
    assert f"{DESK}/sign-in/" in text
    assert send_notices(light.app).of(NoticeState.SENT) == 0


# What is left behind


def test_no_session_and_no_link_comes_back_from_a_backup(publication: Path, tmp_path: Path) -> None:
    """A browser that was signed out since stays out; passwords are there as they were."""
    clock = Clock()
    with fresh_database("sqlite", publication):
        app = open_app(publication, clock)
        link, other = (make_link(app, "mei", clock()) for _ in range(2))
        schedule, new = read_schedule(app), NewPassword(GOOD, GOOD)
        secret = sign_in_by_link(app, schedule, other, HERE, new, Hasher(CHEAP))
        link = make_link(app, "mei", clock())
        with open_store(app.database) as store, snapshot(store) as moment:
            assert not {part.table for part in moment.parts()} & {"sessions", "sign_in_links"}
        path = tmp_path / "safe" / "a.newsletter.tar.gz"
        back_up(app, path)
        assert sessions.find(app, secret, clock())
    restored = tmp_path / "restored"
    restore(path, restored, "daniel", login="tests", clock=clock, environment={})
    again = open_app(restored, clock)
    assert sessions.find(again, secret, clock()) is None
    with pytest.raises(LinkOver):
        look_at_link(again, link)
    assert sign_in(again, schedule, "mei", GOOD, HERE, Hasher(CHEAP))


def test_what_is_over_is_tidied_away(house: House) -> None:
    """Sessions and links that let nobody in any more; the others stay."""
    sessions.begin(house.app, "mei", HERE, "password")
    make_link(house.app, "mei", house.clock())
    make_link(house.app, "mei", house.clock())
    house.clock.forward(hours=13)
    secret, link = sessions.begin(house.app, "mei", HERE, "password"), make_link(house.app, "mei", house.clock())
    assert body_of(Job.TIDY, house.app).words == (
        "forgot 1 session that was over and 2 links to sign in that were over"
    )
    assert house.find(secret)
    assert look_at_link(house.app, link)


# Forms


def test_a_form_belongs_to_one_session_and_one_key() -> None:
    """Whoever knows neither cannot send one; an old key's tokens are those of no new one."""
    ring, other = (KeyRing((Key(name, name.encode() * 16),)) for name in ("k1", "k2"))
    tokens = {form_token(ring, "a"), form_token(ring, "b"), form_token(other, "a")}
    assert len(tokens) == 3
    assert form_token(ring, "a") == form_token(ring, "a")
