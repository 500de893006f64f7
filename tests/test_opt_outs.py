"""Whoever has left stays away, whatever is done afterwards: the worst that a list of readers can get wrong."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from newsletter.actions.app import App
from newsletter.actions.confirm_subscription import NothingToConfirm, confirm_subscription
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import readers_store
from newsletter.actions.replay_leavers import replay_leavers
from newsletter.actions.sign_up import sign_up
from newsletter.actions.unsubscribe_reader import suppress_reader, unsubscribe_reader
from newsletter.model.incoming import Incoming
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Mark, Reason
from newsletter.readers.story import story
from newsletter.store import importing, schema, subscribers, suppressions
from newsletter.store.engine import Store, open_store
from newsletter.store.staging import Staging
from newsletter.tokens import Purpose, ring_of
from tests.conftest import SOAK
from tests.postgres import fresh_database

ADDRESSES = ("ana@example.org", "Ben.Okoro@example.com", "chen@mail.test")
KEYS = ("k1:the-first-secret-of-these-tests", "k2:the-second-secret-of-these-tests")
TABLES = (schema.subscribers, schema.suppressions, schema.happenings, schema.imports, schema.mark_keys, schema.audit)

Backup = list[tuple[Any, list[dict[str, Any]]]]


class World:
    """An installation, three people, and what they themselves have said last."""

    def __init__(self, root: Path, address: str, looking: Store) -> None:
        self.now = datetime(2026, 11, 25, 13, tzinfo=UTC)
        self.app = App(root, lambda: self.now)
        self.address = address
        self.looking = looking  # what the test itself sees by
        self.step = 0
        self.asked: dict[str, list[tuple[int, str]]] = defaultdict(list)  # when, and the token of the link
        self.mails: dict[str, list[str]] = defaultdict(list)  # unsubscribe tokens, of every mark they ever had
        self.left: dict[str, int] = {}  # when they unsubscribed or were erased
        self.forbidden: set[str] = set()  # have left or were suppressed, and not confirmed since
        self.wanting: set[str] = set()  # have confirmed, and nothing happened since
        self.touched: set[str] = set()
        self.backups: list[Backup] = []
        self.set_keys(KEYS[:1])

    def set_keys(self, keys: tuple[str, ...]) -> None:
        lines = f"DATABASE_URL={self.address}\nNEWSLETTER_KEYS={','.join(keys)}\n"
        (self.app.root / ".env").write_text(lines, "utf-8")
        self.ring = ring_of(",".join(keys), "the test")

    def marks(self, who: str) -> tuple[Mark, ...]:
        return tuple(Mark(mark) for _, mark in self.ring.marks(who))

    def ask(self, who: str) -> None:
        asked = sign_up(self.app, who, page="https://example.org/", words="Weekly, by mail.")
        self.asked[who].append((self.step, asked.token))
        self.meet(who)

    def confirm(self, who: str, which: int) -> None:
        """By the link in the first or the last of the mails that asked them to."""
        if not self.asked[who]:
            return
        when, token = self.asked[who][which]
        try:
            confirm_subscription(self.app, token)
        except NothingToConfirm:
            return
        if when > self.left.get(who, -1):  # pressing the button of an old mail is no new will
            self.forbidden.discard(who)
            self.wanting.add(who)

    def unsubscribe(self, who: str, which: int) -> None:
        if self.mails[who]:
            unsubscribe_reader(self.app, self.mails[who][which])
            self.leave(who)

    def bring(self, _who: str) -> None:
        """The same file once more, with everybody in it."""
        with readers_store(self.app) as readers, Staging(self.app.root) as staging:
            for line, address in enumerate(ADDRESSES, 2):
                row = Incoming(line, address, "A name", None, None, ("old",), None, None, f"old.csv, line {line}")
                staging.add(readers.marks(address), row)
            begun = importing.begin(
                readers.store,
                file="old.csv",
                digest="0" * 64,
                basis="customers",
                who="ada",
                now=self.now,
                key=readers.key,
            )
            importing.bring_in(readers.store, staging, begun, lambda _: None)
        self.wanting |= set(ADDRESSES) - self.touched
        for address in ADDRESSES:
            self.meet(address)

    def erase(self, who: str) -> None:
        erase_reader(self.app, who, by="ada")
        self.leave(who)

    def suppress(self, who: str, reason: Reason) -> None:
        suppress_reader(self.app, who, reason, who="the provider")
        self.leave(who, by_themselves=False)

    def leave(self, who: str, *, by_themselves: bool = True) -> None:
        self.forbidden.add(who)
        self.wanting.discard(who)
        self.touched.add(who)
        if by_themselves:
            self.left[who] = self.step

    def back_up(self, _who: str) -> None:
        with self.looking.reading() as connection:
            self.backups.append(
                [(table, [dict(row._mapping) for row in connection.execute(select(table))]) for table in TABLES]
            )

    def restore(self, _who: str) -> None:
        """Puts the oldest backup back, and then what var/leavers.log knows."""
        if self.backups:
            with self.looking.writing_alone() as connection:
                for table, rows in self.backups[0]:
                    connection.execute(delete(table))
                    if rows:
                        connection.execute(insert(table), rows)
            replay_leavers(self.app)
            self.wanting.clear()
            assert replay_leavers(self.app).added == 0

    def change_key(self, _who: str) -> None:
        self.set_keys(KEYS[::-1])

    def set_back(self, _who: str) -> None:
        self.now -= timedelta(hours=1)

    def wait(self, _who: str) -> None:
        self.now += timedelta(days=2)

    def meet(self, who: str) -> None:
        """They get a mail, and may use the link in it at any time."""
        self.touched.add(who)
        there = subscribers.find(self.looking, self.marks(who))
        if there is not None:
            self.mails[who].append(self.ring.sign(Purpose.UNSUBSCRIBE, mark_text(there.mark)))

    def writable(self) -> dict[str, bool]:
        """Whom a mailing would plan now, by the rows as they stand under each mark, and not by the address."""
        found = dict.fromkeys(ADDRESSES, False)
        with self.looking.reading() as connection:
            for who in ADDRESSES:
                for mark in self.marks(who):
                    row = subscribers.find(connection, (mark,))
                    own = suppressions.living(connection, (mark,))
                    found[who] |= row is not None and story(who, row, own, (), (), self.now).writable
        return found


STEPS = {
    "ask": World.ask,
    "confirm": lambda world, who: world.confirm(who, -1),
    "confirm by an old link": lambda world, who: world.confirm(who, 0),
    "import": World.bring,
    "unsubscribe": lambda world, who: world.unsubscribe(who, -1),
    "unsubscribe by an old link": lambda world, who: world.unsubscribe(who, 0),
    "erase": World.erase,
    "bounce": lambda world, who: world.suppress(who, Reason.HARD_BOUNCE),
    "complain": lambda world, who: world.suppress(who, Reason.COMPLAINT),
    "back up": World.back_up,
    "restore": World.restore,
    "change the key": World.change_key,
    "set the clock back": World.set_back,
    "wait": World.wait,
}
# Weighed: a sequence wants people to leave who had come.
OFTEN = ("ask", "confirm", "ask", "confirm", "import", "unsubscribe", "restore")
SEQUENCES = st.lists(
    st.tuples(st.sampled_from([*STEPS, *OFTEN]), st.sampled_from(ADDRESSES[:2])), min_size=4, max_size=15
)


@contextmanager
def world(kind: str) -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_database(kind, Path(folder)) as address,
        open_store(address) as looking,
    ):
        yield World(Path(folder), address, looking)


def play(kind: str, sequence: list[tuple[str, str]]) -> None:
    with world(kind) as played:
        for played.step, (what, who) in enumerate(sequence):
            played.now += timedelta(minutes=7)
            STEPS[what](played, who)
            writable = played.writable()
            assert [one for one in played.forbidden if writable[one]] == [], (what, who)
            assert [one for one in played.wanting if not writable[one]] == [], (what, who)


@settings(max_examples=1_000 if SOAK else 25)
@given(SEQUENCES)
def test_who_has_left_is_never_written_to_until_they_confirm_anew(sequence: list[tuple[str, str]]) -> None:
    """Over any sequence of sign-ups, imports, leaving, bounces, erasing, backups put back, keys changed and a clock set
    back; and who has confirmed, with nothing since, is written to."""
    play("sqlite", sequence)


@settings(max_examples=100 if SOAK else 3)
@given(SEQUENCES)
def test_the_same_holds_on_postgresql(sequence: list[tuple[str, str]]) -> None:
    """The same on a server."""
    play("postgresql", sequence)


ANA = ADDRESSES[0]
CAME_AND_LEFT = ["ask", "confirm", "unsubscribe"]


@pytest.mark.parametrize(
    "steps",
    [
        [*CAME_AND_LEFT, "import"],
        [*CAME_AND_LEFT, "ask", "confirm by an old link"],
        [*CAME_AND_LEFT, "erase", "import", "ask", "import"],
        ["import", "back up", "unsubscribe", "restore", "import"],
        ["import", "back up", "erase", "restore", "import"],
        ["ask", "confirm", "back up", "bounce", "restore"],
        ["back up", "ask", "confirm", "change the key", "restore", "ask", "confirm", "unsubscribe by an old link"],
        ["import", "change the key", "unsubscribe", "ask", "import"],
        ["import", "back up", "unsubscribe", "ask", "confirm", "unsubscribe", "restore"],
        [*CAME_AND_LEFT, "wait", "set the clock back", "ask", "confirm", "unsubscribe", "confirm by an old link"],
    ],
    ids=lambda steps: ", ".join(steps),
)
def test_the_ways_in_which_others_have_revived_who_left(steps: list[str]) -> None:
    """Each one told, so that it is tried whatever the dice say: nobody who has left is written to in the end."""
    play("sqlite", [(what, ANA) for what in steps])


def test_who_confirms_anew_after_a_restore_is_written_to() -> None:
    """What a log forbids, the reader's own new word lifts, and no replay forbids it again."""
    with world("sqlite") as played:
        for played.step, what in enumerate(["import", "back up", "unsubscribe", "restore", "wait", "ask", "confirm"]):
            played.now += timedelta(minutes=7)
            STEPS[what](played, ANA)
        assert played.writable()[ANA]
        replay_leavers(played.app)
        assert played.writable()[ANA]
