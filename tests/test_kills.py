"""Killed at any moment, a mailing loses nobody, writes to nobody twice, and names whom it is not sure of."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from newsletter.model.mailing import DeliveryState, Mailing, MailingState
from newsletter.store import mailings, receipts
from newsletter.store.engine import Store
from tests.conftest import SOAK
from tests.delivering import run, smtp, sums
from tests.killing import LANES, WORKERS, Job, Server, mail_server, send_and_kill
from tests.mailing import add_readers, at, opened, owned, rows, sending
from tests.postgres import KINDS

S = DeliveryState
ALL_WAYS = list(product(KINDS, (0, WORKERS)))  # threads of the ledger's own, or worker processes
ROWS, KILLS = (10_000, 200) if SOAK else (500, 20)


def the_story_is_whole(store: Store, mailing: Mailing, server: Server, count: int, kills: int) -> None:
    """Every row is accounted for by what the server itself wrote down."""
    counts = sums(store, mailing)
    assert set(counts) <= {S.ACCEPTED, S.UNKNOWN}
    assert sum(counts.values()) == count
    assert counts.get(S.UNKNOWN, 0) <= kills * LANES
    state = mailings.get(store, mailing.id).state
    assert state is (MailingState.UNRESOLVED if S.UNKNOWN in counts else MailingState.SENT)
    taken = Counter(recipient for _, recipient, _ in server.lines())
    assert max(taken.values()) == 1  # 0 doubled
    by_address = {row.address: row for row in rows(store, mailing).values()}
    assert {address for address, row in by_address.items() if row.state is S.ACCEPTED} <= taken.keys()  # 0 lost
    assert all(by_address[address].state in (S.ACCEPTED, S.UNKNOWN) for address in taken)
    assert len({identity for identity, _, _ in server.lines()}) == len(taken)


def planned(store: Store, folder: Path, count: int) -> Mailing:
    """A mailing that may go out, with nobody who sends it yet."""
    add_readers(store, *range(1, count + 1))
    with owned(store, folder) as held:
        return sending(held)


def address_of(store: Store) -> str:
    with store.reading() as connection:
        return connection.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("kind", KINDS)
def test_senders_that_start_at_once_send_once(kind: str, tmp_path: Path) -> None:
    """Three of them, and nobody is killed: one sends everything, the others find nothing left to do."""
    with opened(kind, tmp_path) as store, mail_server(tmp_path, delay=0) as server:
        mailing = planned(store, tmp_path, 60)
        send_and_kill(Job(address_of(store), tmp_path, server, 0), rows=60, kills=0, senders=3, seed=0)
        the_story_is_whole(store, mailing, server, 60, 0)


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "processes"), ALL_WAYS if SOAK else ALL_WAYS[1:3])
def test_a_mailing_survives_every_kill(kind: str, processes: int, tmp_path: Path) -> None:
    """Two senders at once, ledgers and workers killed with -9 all the way: 0 lost, 0 doubled, each uncertain row
    unknown, at most one for each open connection and kill; and who is then sent it again gets the same message."""
    with opened(kind, tmp_path) as store, mail_server(tmp_path, delay=0.005) as server:
        mailing = planned(store, tmp_path, ROWS)
        job = Job(address_of(store), tmp_path, server, processes)
        killed = send_and_kill(job, rows=ROWS, kills=KILLS, senders=2, seed=processes + 5)
        assert killed.total() >= KILLS * 3 // 4
        the_story_is_whole(store, mailing, server, ROWS, killed.total())
        print(kind, processes, dict(killed), {state.value: count for state, count in sums(store, mailing).items()})

        unknown = {row.address for row in rows(store, mailing).values() if row.state is S.UNKNOWN}
        assert unknown, "no kill fell into a message: choose another seed"
        with owned(store, tmp_path) as held:
            assert receipts.resolve(held, mailing.id, False, None, at(60), "ana") == len(unknown)
            expect = (MailingState.READY,)
            again = mailings.move(store, mailing.id, MailingState.SENDING, expect=expect, now=at(60))
            assert again
            assert run(held, again, smtp(server.port), lanes=LANES) is MailingState.SENT
        copies: dict[str, set[tuple[str, str]]] = {}
        for identity, recipient, digest in server.lines():
            copies.setdefault(recipient, set()).add((identity, digest))
        assert len(copies) == ROWS
        assert all(len(same) == 1 for same in copies.values())
