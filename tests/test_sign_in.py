"""Signing in with a password: which are taken, how they are kept and changed, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from newsletter.actions import sessions
from newsletter.actions.accounts import account_of
from newsletter.actions.app import open_app
from newsletter.actions.passwords import (
    HASHER,
    LEAST,
    MOST,
    Hasher,
    NewPassword,
    PasswordRefused,
    check_password,
    personal_to,
)
from newsletter.actions.sign_in import SignInRefused
from newsletter.actions.sign_in_links import LinkOver, make_link
from newsletter.actions.way_out import read_schedule
from newsletter.store import passwords
from tests import signing
from tests.conftest import ROOT
from tests.signing import CHEAP, GOOD, HERE, OTHER, House

house, light = signing.house, signing.light


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
    mei = account_of(house.member("mei"))
    before = passwords.find(house.store, mei)
    first = house.sign_in("mei")
    dearer = replace(house, hasher=Hasher(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    dearer.sign_in("mei")
    after = passwords.find(house.store, mei)
    assert before != after
    assert after is not None
    assert "m=16,t=2,p=1" in after
    assert house.find(first)
    dearer.sign_in("mei")
    assert passwords.find(house.store, mei) == after


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
