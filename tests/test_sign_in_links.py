"""Links that sign in: made by hand, by mail, and the one for the first user, on both databases."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from newsletter.actions import sessions
from newsletter.actions.passwords import NewPassword, PasswordRefused, has_password
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sign_in import SignInRefused, sign_in_by_link, sign_in_first, whom_link_is_for
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
from newsletter.model.errors import ConfigError
from newsletter.model.notice import NoticeKind, NoticeState
from newsletter.store import notices, schema
from tests import signing
from tests.sending import over_smtp
from tests.signing import GOOD, HERE, OTHER, House
from tests.smtpserver import SmtpServer

DESK = "https://desk.focus.example.org"


house, light = signing.house, signing.light


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
    assert not has_password(light.app, light.member("mei"))


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
    assert [has_password(house.app, house.member(who)) for who in ("mei", "daniel")].count(True) == 1


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
