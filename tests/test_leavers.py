"""var/leavers.log: on disk before the database says so, readable after a power cut, replayed as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.app import App
from newsletter.actions.confirm_subscription import confirm_subscription
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.replay_leavers import replay_leavers
from newsletter.actions.sign_up import sign_up
from newsletter.actions.unsubscribe_reader import suppress_reader, unsubscribe_reader
from newsletter.model.marks import mark_of, mark_text
from newsletter.model.subscriber import Mark, Reason, Subscriber, Suppression
from newsletter.readers.replay import Missing, replayed
from newsletter.store import leavers, subscribers, suppressions
from newsletter.store.errors import StoreError
from newsletter.store.leavers import Leaving
from tests.postgres import fresh_database

NOW = datetime(2026, 11, 27, 13, tzinfo=UTC)
ANA, BEN = "ana@example.org", "ben@example.org"

MARKS = st.binary(min_size=16, max_size=16).map(Mark)
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
LEAVINGS = st.builds(Leaving, TIMES, st.one_of(st.none(), st.sampled_from(Reason)), MARKS)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with fresh_database("sqlite", tmp_path):
        yield App(tmp_path, lambda: NOW)


def subscribed(app: App, address: str = ANA) -> Mark:
    """Somebody who signed up and confirmed."""
    asked = sign_up(app, address, page="https://example.org/", words="Weekly, by mail.")
    confirm_subscription(app, asked.token)
    return asked.mark


def there(app: App, mark: Mark) -> Subscriber | None:
    with readers_store(app) as (store, _):
        return subscribers.find(store, (mark,))


def living(app: App, mark: Mark) -> tuple[Reason, ...]:
    with readers_store(app) as (store, _):
        return tuple(one.reason for one in suppressions.living(store, (mark,)))


@given(MARKS)
def test_a_mark_is_read_back_from_its_text(mark: Mark) -> None:
    """26 letters and digits that need no quoting in a URL; a text that was cut short names nobody."""
    text = mark_text(mark)
    assert (mark_of(text), len(text), text.isalnum()) == (mark, 26, True)
    assert [mark_of(text[:length]) for length in range(26)] == [None] * 26


@given(st.lists(LEAVINGS, min_size=1, max_size=6), st.integers(0, 90))
def test_a_log_cut_off_anywhere_gives_back_every_whole_line(lines: list[Leaving], cut: int) -> None:
    """What a power cut leaves of the last lines is passed over and told, and never taken for another reader."""
    data = "".join(f"{line}\n" for line in lines).encode()
    read = leavers.parse(data[: len(data) - cut])
    assert read.lines == tuple(lines[: len(read.lines)])
    assert len(read.lines) >= len(lines) - 1 - cut // 50  # no line is shorter
    assert len(read.unread) <= 1


@pytest.mark.parametrize("spoilt", [b"\x00" * 40, b"ana@example.org left", b"\xff\xfe", b"2026-11-27 opt-out x"])
def test_a_spoilt_line_takes_no_other_with_it(spoilt: bytes) -> None:
    """The lines around it count, and its number is told."""
    line = Leaving(NOW, Reason.OPT_OUT, Mark(b"m" * 16))
    read = leavers.parse(f"{line}\n".encode() + spoilt + f"\n{line}\n".encode())
    assert (read.lines, read.unread) == ((line, line), (2,))


def test_a_line_behind_a_torn_one_is_whole(tmp_path: Path) -> None:
    """Who leaves after a power cut is not joined to what it left behind."""
    path = tmp_path / "leavers.log"
    first, second = (Leaving(NOW, Reason.OPT_OUT, Mark(bytes([n]) * 16)) for n in (1, 2))
    leavers.append(path, [first])
    path.write_bytes(path.read_bytes() + str(second).encode()[:40])
    leavers.append(path, [second])
    assert leavers.read(path).lines == (first, second)


def test_lines_of_several_at_once_are_all_there(tmp_path: Path) -> None:
    """Many may leave in the same moment; each line is whole."""
    path = tmp_path / "var" / "leavers.log"
    lines = [Leaving(NOW, Reason.COMPLAINT, Mark(bytes([n]) * 16)) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda line: leavers.append(path, [line]), lines))
    read = leavers.read(path)
    assert (sorted(one.mark for one in read.lines), read.unread) == ([one.mark for one in lines], ())


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    """Nobody has left yet."""
    assert leavers.read(tmp_path / "leavers.log").lines == ()


def test_leaving_writes_one_line_without_the_address(app: App) -> None:
    """However often the link is used. Confirming anew writes that this is over."""
    mark = subscribed(app)
    assert leavers.read(leavers_path(app)).lines == ()  # whoever had left nothing lifts nothing
    for _ in range(3):
        unsubscribe_reader(app, mark)
    assert leavers.read(leavers_path(app)).lines == (Leaving(NOW, Reason.OPT_OUT, mark),)
    later = App(app.root, lambda: NOW + timedelta(days=1))
    confirm_subscription(later, sign_up(later, ANA, page="p", words="w").token)
    assert [one.reason for one in leavers.read(leavers_path(app)).lines] == [Reason.OPT_OUT, None]
    assert "ana" not in leavers_path(app).read_text()


def test_nobody_leaves_the_database_without_a_line(app: App) -> None:
    """Where the log cannot be written, nothing is changed and the error says what to do."""
    mark = subscribed(app)
    path = leavers_path(app)
    path.unlink()
    path.mkdir()  # what even root cannot write into
    with pytest.raises(StoreError, match=r"leavers\.log cannot be written: .*; free some space, or look who owns it"):
        unsubscribe_reader(app, mark)
    assert living(app, mark) == ()


def test_a_line_whose_commit_failed_suppresses_when_it_is_replayed(app: App) -> None:
    """The line is first: what is lost between the two is never somebody's leave."""
    mark = subscribed(app)
    leavers.append(leavers_path(app), [Leaving(NOW, Reason.OPT_OUT, mark)])
    assert replay_leavers(app).added == 1
    found = there(app, mark)
    assert (found and found.state.value, living(app, mark)) == ("unsubscribed", (Reason.OPT_OUT,))


def test_an_old_database_with_the_log_replayed_knows_who_left_since(app: App) -> None:
    """A backup from before they left is put back: the log brings each to where they were."""
    marks = {name: subscribed(app, f"{name}@example.org") for name in ("left", "complained", "erased", "stays")}
    database = app.root / "var" / "newsletter.db"
    backup = database.read_bytes()
    unsubscribe_reader(app, marks["left"])
    suppress_reader(app, "complained@example.org", Reason.COMPLAINT, who="the provider")
    erase_reader(app, "erased@example.org", by="ada")
    database.write_bytes(backup)
    assert there(app, marks["erased"])
    done = replay_leavers(app)
    assert (done.lines, done.added, done.lifted, done.unread) == (3, 3, 0, ())
    assert there(app, marks["erased"]) is None
    assert {name: living(app, mark) for name, mark in marks.items()} == {
        "left": (Reason.OPT_OUT,),
        "complained": (Reason.COMPLAINT,),
        "erased": (Reason.ERASED,),
        "stays": (),
    }
    again = replay_leavers(app)
    assert (again.added, again.lifted) == (0, 0)


def test_replaying_on_a_database_that_lost_nothing_changes_nothing(app: App) -> None:
    """Whatever happened within the same moment: each line finds its own row."""
    mark = subscribed(app)
    unsubscribe_reader(app, mark)
    confirm_subscription(app, sign_up(app, ANA, page="p", words="w").token)
    unsubscribe_reader(app, mark)
    erase_reader(app, ANA, by="ada")
    confirm_subscription(app, sign_up(app, ANA, page="p", words="w").token)
    before = (app.root / "var" / "newsletter.db").read_bytes()
    done = replay_leavers(app)
    assert (done.lines, done.added, done.lifted) == (5, 0, 0)
    assert (app.root / "var" / "newsletter.db").read_bytes() == before


AT = [NOW + timedelta(minutes=n) for n in range(6)]
MARK = Mark(b"m" * 16)


def line(at: int, reason: Reason | None) -> Leaving:
    return Leaving(AT[at], reason, MARK)


def row(at: int, reason: Reason, lifted: int | None = None) -> Suppression:
    when = None if lifted is None else AT[lifted]
    return Suppression(mark=MARK, number=at + 1, reason=reason, since=AT[at], lifted=when)


OUT, BOUNCE = Reason.OPT_OUT, Reason.HARD_BOUNCE


def test_a_later_lifting_lifts_what_stands_above_it_only() -> None:
    """Left, came back, left: the first leave is history, the second forbids."""
    lines = [line(0, OUT), line(1, None), line(2, OUT)]
    assert replayed(lines, []).missing == (Missing(OUT, AT[0], AT[1]), Missing(OUT, AT[2], None))
    assert replayed(lines, [row(0, OUT)]).lifting == ((row(0, OUT), AT[1]),)
    assert replayed(lines, [row(0, OUT), row(2, OUT)]).lifting == ((row(0, OUT), AT[1]),)


def test_a_row_that_the_log_does_not_know_stays() -> None:
    """A bounce that the sender saw is in no log; no line about something else lifts it."""
    done = replayed([line(1, OUT), line(2, None)], [row(0, BOUNCE)])
    assert done.lifting == ()
    assert done.missing == (Missing(OUT, AT[1], AT[2]),)


def test_what_the_database_lifted_is_not_forbidden_again() -> None:
    """The word "lifted" may be lost between commit and log; what the row says of itself holds."""
    done = replayed([line(0, OUT)], [row(0, OUT, lifted=1)])
    assert (done.missing, done.lifting) == ((), ())
