"""Accounts end with their owner's place in the team: whoever is given the same id later inherits nothing, and lends
nothing to the one who had it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.actions import sessions
from newsletter.actions.accounts import account_of, end_departed
from newsletter.actions.passwords import Hasher, NewPassword, has_password
from newsletter.actions.read_audit import read_audit
from newsletter.actions.sign_in import SignInRefused, sign_in_by_link, whom_link_is_for
from newsletter.actions.sign_in_links import LinkOver, first_secret, look_at_first, make_link
from newsletter.model.session import Account
from newsletter.store import accounts, schema
from newsletter.store.engine import Store, open_store
from tests import signing
from tests.desking import Client, Desking, desk_of
from tests.signing import CHEAP, GOOD, HERE, OTHER, House

OLD, NEW = "priya@focus.example.org", "pran@focus.example.org"
ENTRY = re.compile(r"  - id: priya\n(    .*\n)+")
ENDED, REPLACED = "of priya, who is of the team no more", "of priya, who has another mail address now"


house, light = signing.house, signing.light


def followed(text: str) -> str:
    """schedule.yaml where somebody else has the id of Priya."""
    return text.replace("name: Priya Lindqvist", "name: Pran Bose").replace(OLD, NEW)


def known(store: Store) -> tuple[Account, ...]:
    with store.reading() as connection:
        return accounts.known(connection)


def ended(house: House) -> list[tuple[str, str | None]]:
    """The lines of the audit log about accounts that ended."""
    return [(who, note) for who, act, note in house.acts() if act == "end-account"]


# What belongs to whom


def test_who_is_given_an_id_inherits_neither_password_nor_link_nor_session(house: House) -> None:
    """Also where no desk has seen that somebody had left. A link of their own lets them in, and sets a password that
    takes the place of the old one."""
    house.password("priya")
    left, link = house.session(house.sign_in("priya")), make_link(house.app, "priya", house.clock())
    house.rewrite(followed)
    pran = house.member("priya")
    for name in ("priya", NEW, OLD):
        with pytest.raises(SignInRefused, match="a new mail address"):
            house.sign_in(name)
    for use in (lambda: whom_link_is_for(house.app, house.schedule, link), lambda: house.by_link(link)):
        with pytest.raises(LinkOver):
            use()
    assert left.account != account_of(pran)
    (seat,) = sessions.of_team(house.app, [pran])
    assert (seat.password_since, seat.seen, seat.sessions, has_password(house.app, pran)) == (None, None, 0, False)
    house.password("priya", OTHER)
    assert house.session(house.sign_in("priya", OTHER)).account == account_of(pran)
    assert known(house.store) == (account_of(pran),)
    with pytest.raises(SignInRefused):
        house.sign_in("priya", GOOD)


def test_a_password_is_nobodys_once_its_owner_has_another_address(light: House) -> None:
    """So the first user of all comes anew, where it was the only one."""
    light.password("priya")
    assert first_secret(light.app, light.clock()) is None
    light.rewrite(followed)
    secret = first_secret(light.app, light.clock())
    assert secret
    look_at_first(light.app, secret)


# The end


def test_an_account_of_somebody_who_has_left_ends_with_a_line_in_the_audit_log(house: House) -> None:
    """Password, links and sessions; the others' stay. A second time there is nothing to do."""
    for name in ("mei", "priya"):
        house.password(name)
        make_link(house.app, name, house.clock())
    first_secret(house.app, house.clock())
    house.take_out("priya")
    for _ in range(2):
        end_departed(house.app, house.schedule.team)
        assert known(house.store) == (account_of(house.member("mei")),)
        assert ended(house) == [("the desk", ENDED)]
    assert house.sign_in("mei")
    with house.store.reading() as connection:
        rows = [
            tuple(connection.scalars(select(table.c.member).where(table.c.member.is_not(None)).order_by("member")))
            for table in (schema.passwords, schema.sign_in_links, schema.sessions)
        ]
    assert rows == [("mei",), ("mei",), ("mei", "mei")]


def test_the_first_link_is_nobodys_account(light: House) -> None:
    """It stays while somebody's account ends."""
    secret = first_secret(light.app, light.clock())
    assert secret
    sessions.begin(light.app, "priya", HERE, "link")
    light.take_out("priya")
    end_departed(light.app, light.schedule.team)
    look_at_first(light.app, secret)
    assert known(light.store) == ()


def test_whoever_is_quicker_than_the_desk_keeps_their_own_link(house: House) -> None:
    """Another account with the same id is no part of the one that ends."""
    house.password("priya")
    house.rewrite(followed)
    link = make_link(house.app, "priya", house.clock())
    end_departed(house.app, house.schedule.team)
    assert house.session(house.by_link(link)).account == account_of(house.member("priya"))
    assert known(house.store) == (account_of(house.member("priya")),)


def test_who_changes_their_address_asks_for_one_link(light: House) -> None:
    """The refusal says so, and the audit log why."""
    light.password("priya")
    light.rewrite(lambda text: text.replace(OLD, NEW))
    end_departed(light.app, light.schedule.team)
    assert (known(light.store), ended(light)) == ((), [("the desk", REPLACED)])
    light.password("priya", GOOD)
    end_departed(light.app, light.schedule.team)
    assert light.sign_in("priya")


def test_what_is_no_other_person_ends_no_account(light: House) -> None:
    """Capitals in the address, another name, another city, another role."""
    light.password("priya")
    session = light.sign_in("priya")
    light.rewrite(lambda text: text.replace(OLD, OLD.replace("priya@", "Priya@")).replace("Priya Lindqvist", "P. Lind"))
    light.rewrite(lambda text: text.replace("roles: [writer]", "roles: [operator]"))
    end_departed(light.app, light.schedule.team)
    assert light.session(session).account == account_of(light.member("priya"))
    assert light.sign_in("priya")
    assert ended(light) == []


def test_a_team_of_nobody_ends_nobodys_account(light: House) -> None:
    """A file that has lost its team has a mistake in it, sooner than a wish."""
    light.password("priya")
    end_departed(light.app, ())
    assert light.sign_in("priya")


# At the desk


def with_password(desk: Desking, name: str) -> Client:
    """A browser that somebody is signed in with, who has set a password."""
    secret = make_link(desk.app, name, desk.clock())
    new = NewPassword(GOOD, GOOD)
    return Client(
        desk.port,
        {"session": sign_in_by_link(desk.app, desk.office.schedule, secret, HERE, new, Hasher(CHEAP))},
    )


def signs_in(desk: Desking, name: str) -> bool:
    """Whether a password signs this one in."""
    client = desk.stranger()
    return client.send(client.get("/sign-in"), "/sign-in", {"name": name, "password": GOOD}).status == 303


def rewritten(root: Path, text: str) -> str:
    """Puts another schedule.yaml into the place of what it returns."""
    path = root / "schedule.yaml"
    before = path.read_text("utf-8")
    path.write_text(text, "utf-8")
    return before


def changed(desk: Desking, text: str) -> str:
    """The same, and the next page sees it."""
    before = rewritten(desk.root, text)
    desk.office.look_again()
    return before


def notes(desk: Desking) -> list[str | None]:
    return [one.deed.note for one in read_audit(desk.app).entries if one.deed.act == "end-account"]


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication) as running:
        yield running


def test_who_has_left_does_not_come_in_as_the_newcomer_with_their_id(desk: Desking) -> None:
    """Neither with the browser that they were signed in with, nor with their password, from the page on that sees it;
    whoever has the id now comes by a link of their own."""
    priya = with_password(desk, "priya")
    assert priya.get("/account").status == 200
    changed(desk, followed((desk.root / "schedule.yaml").read_text("utf-8")))
    assert priya.get("/account").to == "/sign-in?next=%2Faccount"
    assert not signs_in(desk, "priya")
    assert notes(desk) == [REPLACED]
    pran = with_password(desk, "priya")
    assert "Pran Bose" in pran.get("/account").text
    assert priya.get("/account").status == 303


def test_who_has_left_and_comes_back_begins_anew(desk: Desking) -> None:
    """Whatever address they have: any page that was asked for meanwhile has ended their account."""
    priya = with_password(desk, "priya")
    text = (desk.root / "schedule.yaml").read_text("utf-8")
    changed(desk, ENTRY.sub("", text))
    assert desk.stranger().get("/sign-in").status == 200
    assert notes(desk) == [ENDED]
    changed(desk, text)
    assert priya.get("/account").status == 303
    assert not signs_in(desk, "priya")


def test_who_left_while_no_desk_ran_has_no_account_when_it_starts(publication: Path) -> None:
    """Whether their id is nobody's now, or somebody else's."""
    with desk_of(publication) as desk:
        cookies = {name: with_password(desk, name).cookies for name in ("mei", "priya")}
    text = (publication / "schedule.yaml").read_text("utf-8")
    rewritten(publication, followed(text).replace("mei@focus", "m.okafor@focus"))
    with desk_of(publication, clock=desk.clock) as desk:
        assert notes(desk) == ["of mei, who has another mail address now", REPLACED]
        assert [Client(desk.port, one).get("/account").status for one in cookies.values()] == [303, 303]
        with_password(desk, "priya")
    rewritten(publication, ENTRY.sub("", text))
    with desk_of(publication, clock=desk.clock) as desk:
        assert notes(desk)[2:] == [ENDED]
        with open_store(desk.app.database) as store:
            assert known(store) == ()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5])
def test_a_broken_schedule_ends_nobodys_account(desk: Desking, share: float) -> None:
    """Empty, or cut off above the team and within it. The desk goes on with what it read last, and so does the team."""
    priya, text = with_password(desk, "priya"), (desk.root / "schedule.yaml").read_text("utf-8")
    before = changed(desk, text[: int(len(text) * share)])
    assert "schedule.yaml" in priya.get("/account").text
    changed(desk, before)
    assert priya.get("/account").status == 200
    assert signs_in(desk, "priya")
    assert notes(desk) == []


def test_a_schedule_that_has_lost_its_team_ends_nobodys_account(desk: Desking) -> None:
    """Nobody is let in while it is so; then it is as before."""
    priya = with_password(desk, "priya")
    before = (desk.root / "schedule.yaml").read_text("utf-8")
    changed(desk, re.sub(r"(?m)^team:\n(  .*\n)+", "", before))
    assert priya.get("/account").status == 303
    changed(desk, before)
    assert priya.get("/account").status == 200
    assert notes(desk) == []


def test_a_database_that_cannot_be_written_to_lets_nobody_in_who_has_left(publication: Path) -> None:
    """Pages are shown to the others meanwhile; the account ends with the first page after."""
    with desk_of(publication, longest_wait=0.05) as desk:
        priya, daniel = with_password(desk, "priya"), desk.signed_in("daniel")
        with open_store(desk.app.database) as store, store.writing_alone():
            changed(desk, followed((desk.root / "schedule.yaml").read_text("utf-8")))
            assert priya.get("/account").status == 303
            assert daniel.get("/account").status == 200
        assert notes(desk) == []
        assert daniel.get("/account").status == 200
        assert notes(desk) == [REPLACED]
