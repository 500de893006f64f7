"""A team that signs in: what the tests of passwords, links and sessions share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from newsletter.actions import sessions
from newsletter.actions.app import App
from newsletter.actions.passwords import Hasher, NewPassword, change_password
from newsletter.actions.read_audit import read_audit
from newsletter.actions.sign_in import sign_in, sign_in_by_link, sign_in_first
from newsletter.actions.sign_in_links import make_link
from newsletter.actions.way_out import read_schedule
from newsletter.model.session import Session, Visit
from newsletter.publication.schedule import Member, Schedule
from newsletter.store.engine import Store
from tests.comingback import installed
from tests.living import Clock
from tests.postgres import KINDS

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD, OTHER = "heron kettle almanac tide", "lantern gravel postcard oboe"
HERE = Visit("a browser", "192.0.2.0/24")


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


@contextmanager
def house_of(kind: str, folder: Path) -> Iterator[House]:
    """A new one, with this kind of database."""
    clock = Clock()
    with installed(kind, folder) as here:
        yield House(replace(here.app, clock=clock), here.store, clock, Hasher(CHEAP))


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with house_of(request.param, tmp_path) as here:
        yield here


@pytest.fixture
def light(tmp_path: Path) -> Iterator[House]:
    """The same with SQLite, where the database makes no difference."""
    with house_of("sqlite", tmp_path) as here:
        yield here
