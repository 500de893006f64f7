"""The keys of signatures: made on first use, and a signature counts by one that the installation has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.keys import key_ring, made_key_ring
from newsletter.model.approval import NotApproved
from newsletter.model.errors import ConfigError
from tests.approving import COMING, at_home, sign


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


def test_the_key_is_made_on_first_use_for_its_owner_alone(home: App) -> None:
    """And is the same from then on."""
    assert key_ring(home) is None
    sign(home, "mei")
    path = home.root / "var" / "keys"
    assert path.stat().st_mode & 0o777 == 0o600
    assert made_key_ring(home).mac is not None
    assert [one.name for one in path.parent.glob(".keys*")] == []
    assert approved_edition(home, COMING)


def test_a_signature_by_a_key_that_has_gone_does_not_count(home: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that was changed in the database; a ring that holds the old key too lets it count."""
    sign(home, "mei")
    old = (home.root / "var" / "keys").read_text("ascii").strip()
    monkeypatch.setenv("NEWSLETTER_KEYS", "k2:another secret of some length".replace(" ", "-"))
    with pytest.raises(NotApproved, match="the signature of Mei Okafor was not made with a key of this installation"):
        approved_edition(home, COMING)
    monkeypatch.setenv("NEWSLETTER_KEYS", f"k2:another-secret-of-some-length,{old}")
    assert approved_edition(home, COMING)
    with sqlite3.connect(home.root / "var" / "newsletter.db") as database:
        database.execute("UPDATE approvals SET who = 'daniel'")
    database.close()
    with pytest.raises(NotApproved, match="the signature of Daniel Achterberg was not made"):
        approved_edition(home, COMING)


@pytest.mark.parametrize("written", ["secret-without-an-id-of-its-own", "k1:short", "K:0123456789abcdef0123", "a:b:c"])
def test_keys_that_are_written_wrong_are_told_without_being_shown(
    home: App, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """Where they stand and how they are written."""
    monkeypatch.setenv("NEWSLETTER_KEYS", written)
    with pytest.raises(ConfigError) as told:
        key_ring(home)
    assert written not in str(told.value)
