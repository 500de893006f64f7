"""Sessions as the database keeps them, on both databases; what is left of them, and the forms that belong to one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.actions import sessions
from newsletter.actions.app import open_app
from newsletter.actions.back_up import back_up
from newsletter.actions.passwords import Hasher, NewPassword
from newsletter.actions.restore import restore
from newsletter.actions.sessions import form_token
from newsletter.actions.sign_in import sign_in, sign_in_by_link
from newsletter.actions.sign_in_links import LinkOver, look_at_link, make_link
from newsletter.actions.way_out import read_schedule
from newsletter.model.job import Job
from newsletter.model.session import IDLE, LONGEST, SEEN_EVERY, Visit, digest_of
from newsletter.store import schema
from newsletter.store import sessions as kept
from newsletter.store.dumping import snapshot
from newsletter.store.engine import open_store
from newsletter.tokens import Key, KeyRing
from tests import signing
from tests.living import Clock
from tests.postgres import fresh_database
from tests.reminding import body_of
from tests.signing import CHEAP, GOOD, HERE, House

house, light = signing.house, signing.light


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
