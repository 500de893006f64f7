"""Editions, signatures and looks in the database: byte for byte what they were, or told to be damaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from newsletter.actions.diff_issue import today_of
from newsletter.model.approval import Act, is_whole, outputs
from newsletter.model.edition import Asset, Edition, IndexTerms, Manifest, digest_of
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.letter import Greeting, Letter, Part, Place, Slot, Slotted
from newsletter.store import approvals, audit, editions, looks, schema
from newsletter.store.approvals import AlreadySigned, NothingToWithdraw
from newsletter.store.editions import DamagedEdition, from_bytes, to_bytes
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import StoreError
from tests.approving import COMING
from tests.conftest import opened
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
lines = st.text(min_size=1, max_size=10)  # lone surrogates as well: nothing may crash on reading back
pairs = st.tuples(lines, lines)
slotted = st.builds(Slotted, st.lists(texts | st.sampled_from(Slot), max_size=5).map(tuple))
letters = st.builds(
    Letter,
    st.lists(st.binary(max_size=30) | st.builds(Place, st.sampled_from(Slot), st.sampled_from(Part)), max_size=5).map(
        tuple
    ),
)
assets = st.builds(
    Asset,
    name=lines,
    data=st.binary(max_size=40),
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    alt=texts,
    credit=texts,
    licence=texts,
)
files = st.builds(InputFile, lines, lines)
any_edition = st.builds(
    Edition,
    issue=st.builds(IssueId, st.dates(date(1000, 1, 1)), st.sampled_from(["", "special", "a-2"])),
    number=st.integers(1, 10**6).map(IssueNumber),
    language=lines,
    subject=texts,
    preheader=texts,
    greeting=st.builds(Greeting, plain=texts, named=st.none() | texts),
    html=slotted,
    text=slotted,
    letter=letters,
    page=texts,
    terms=st.builds(
        IndexTerms,
        topics=st.lists(lines, max_size=3).map(tuple),
        people=st.lists(pairs, max_size=3).map(tuple),
        numbers=st.lists(pairs, max_size=3).map(tuple),
    ),
    assets=st.lists(assets, max_size=3).map(tuple),
    manifest=st.builds(
        Manifest,
        inputs=st.lists(files, max_size=3).map(tuple),
        outputs=st.lists(files, max_size=3).map(tuple),
        tools=st.lists(pairs, max_size=3).map(tuple),
    ),
    digest=lines,
)


@given(edition=any_edition)
def test_what_is_packed_is_unpacked(edition: Edition) -> None:
    """Every piece, slot, picture, input and tool; and the same edition gives the same bytes."""
    data = to_bytes(edition)
    assert from_bytes(data) == edition
    assert to_bytes(from_bytes(data)) == data


@pytest.fixture(scope="module")
def whole(pristine: Path) -> Edition:
    return today_of(opened(pristine), COMING)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


def other(edition: Edition, subject: str) -> Edition:
    """The edition with another subject, and the digest that belongs to it."""
    changed = replace(edition, subject=subject)
    found = outputs(changed)
    return replace(changed, manifest=replace(edition.manifest, outputs=found), digest=digest_of(found))


def kept(store: Store, edition: Edition, now: datetime = NOW) -> None:
    with store.writing_alone() as connection:
        editions.keep(store, connection, edition, now)


def count(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(schema.editions)) or 0)


def spoil(store: Store, data: bytes) -> None:
    """What a disk or a hand may do to a row."""
    with store.writing_alone() as connection:
        connection.execute(update(schema.editions).values(data=data))


def seal(data: bytes) -> str:
    return f"k1.{hashlib.sha256(data).hexdigest()[:26]}"


def signed(store: Store, edition: Edition, who: str = "mei", now: datetime = NOW) -> None:
    approvals.sign(store, edition, Act.SIGN, who, f"{who} (login ada)", now, None, seal)


# Editions


def test_an_edition_is_read_back_as_it_was(store: Store, whole: Edition) -> None:
    """The sample issue, with its pictures."""
    kept(store, whole)
    assert whole.assets
    assert editions.find(store, whole.digest) == whole
    assert editions.find(store, "0" * 64) is None


def test_an_edition_is_kept_once(store: Store, whole: Edition) -> None:
    """However often it is brought."""
    kept(store, whole)
    kept(store, whole, NOW + HOUR)
    assert count(store) == 1


def test_a_damaged_row_is_told(store: Store, whole: Edition) -> None:
    """Cut off, nonsense, or one byte of the content changed and packed again; nothing of it is given."""
    data = to_bytes(whole)
    page = to_bytes(replace(whole, page=whole.page.replace("Two", "Six", 1)))
    shuffled = to_bytes(replace(whole, letter=Letter(whole.letter.pieces[:-1])))
    for spoilt in (data[:-20], b"", b"nonsense", page, shuffled, to_bytes(other(whole, "Six capitals"))):
        kept(store, whole)
        spoil(store, spoilt)
        with pytest.raises(DamagedEdition, match="put back a backup"):
            editions.find(store, whole.digest)
    kept(store, whole)
    assert editions.find(store, whole.digest) == whole


def test_what_was_signed_keeps_its_inputs_and_what_was_only_seen_takes_new_ones(store: Store, whole: Edition) -> None:
    """The same bytes may come of other files: a comment was added before the first signature, another behind it."""
    before, after = (
        replace(whole, manifest=replace(whole.manifest, inputs=(InputFile("a.md", digest),))) for digest in ("1", "2")
    )
    looks.note(store, whole, "mei", NOW)
    signed(store, before)
    assert editions.find(store, whole.digest) == before
    signed(store, after, "daniel")
    assert editions.find(store, whole.digest) == before
    assert is_whole(before)


# Signatures


def test_a_signature_is_read_back_as_it_was(store: Store, whole: Edition) -> None:
    """With the MAC over its number, its time and its note."""
    made = approvals.sign(store, whole, Act.RELEASE, "mei", "mei (login ada)", NOW, "Alone: é\n", seal)
    assert approvals.signatures(store, COMING) == (made,)
    assert made.mac == seal(made.signed)
    assert approvals.signatures(store, IssueId(COMING.date, "special")) == ()


def test_every_field_of_a_signature_is_signed(store: Store, whole: Edition) -> None:
    """Whatever somebody changes in the row, the MAC is another."""
    made = approvals.sign(store, whole, Act.SIGN, "mei", "mei", NOW, None, seal)
    for changes in (
        {"issue": IssueId(COMING.date, "x")},
        {"number": 2},
        {"digest": "0" * 64},
        {"act": Act.RELEASE},
        {"who": "daniel"},
        {"when": NOW + timedelta(microseconds=1)},
        {"note": ""},
    ):
        assert seal(replace(made, **changes).signed) != made.mac


def test_a_signature_and_its_line_in_the_log_are_one(store: Store, whole: Edition) -> None:
    """Signed twice, or taken back by somebody who has signed nothing: neither is written."""
    signed(store, whole)
    with pytest.raises(AlreadySigned):
        signed(store, whole)
    with pytest.raises(NothingToWithdraw):
        approvals.withdraw(store, COMING, "daniel", "daniel", NOW, None, seal)
    approvals.withdraw(store, COMING, "mei", "mei", NOW, "Wait", seal)
    assert [one.act for one in approvals.signatures(store, COMING)] == [Act.SIGN, Act.WITHDRAW]
    assert [(one.deed.act, one.deed.note) for one in audit.entries(store)] == [("approve", None), ("withdraw", "Wait")]


def test_an_act_that_nobody_knows_is_told(store: Store, whole: Edition) -> None:
    """Not taken for a signature."""
    signed(store, whole)
    with store.writing_alone() as connection:
        connection.execute(update(schema.approvals).values(act="approve"))
    with pytest.raises(StoreError, match="says 'approve'"):
        approvals.signatures(store, COMING)


# Looks


def test_the_last_look_of_each_is_known(store: Store, whole: Edition) -> None:
    """Of each person and each issue, the last only."""
    second = other(whole, "Six capitals")
    looks.note(store, whole, "mei", NOW)
    looks.note(store, whole, "daniel", NOW)
    looks.note(store, second, "mei", NOW + HOUR)
    assert looks.last(store, COMING, "mei") == looks.Look(second.digest, NOW + HOUR)
    assert looks.last(store, COMING, "daniel") == looks.Look(whole.digest, NOW)
    assert looks.last(store, COMING, "priya") is None
    assert looks.last(store, IssueId(COMING.date, "special"), "mei") is None


def test_what_nobody_needs_any_more_is_forgotten(store: Store, whole: Edition) -> None:
    """An edition stays as long as it is somebody's last look, or for ever once it was signed."""
    others = [other(whole, f"Draft {number}") for number in range(4)]
    signed(store, whole, "daniel")
    for edition in others:
        looks.note(store, edition, "mei", NOW)
    looks.note(store, others[-1], "daniel", NOW)
    assert count(store) == 2
    assert editions.find(store, whole.digest) == whole
    assert editions.find(store, others[-1].digest) == others[-1]
