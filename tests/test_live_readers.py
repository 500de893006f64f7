"""Readers' own pages: how things stand, and what they change there."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.actions.access import access_token
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.sign_up import sign_up
from newsletter.actions.tell_story import tell_story
from newsletter.actions.unsubscribe_reader import suppress_reader, unsubscribe_reader
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Reason, SubscriberState
from newsletter.store import subscribers
from newsletter.tokens import Purpose
from tests.living import Living, running
from tests.readers import ANA, BEN, a_reader, found, leaving, own_page, rows, signed, state_of


@pytest.fixture
def site(publication: Path) -> Iterator[Living]:
    """A running site; what is asked for there is seen to by `mailed`."""
    with running(publication, pumping=False) as started:
        yield started


@pytest.fixture(scope="module")
def still(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """One for all tests that leave it as it was: its clock is not moved, and each has a reader of its own."""
    with running(
        Path(shutil.copytree(pristine, tmp_path_factory.mktemp("still") / "publication")), pumping=False
    ) as one:
        yield one


@pytest.mark.parametrize(("language", "shown"), [("zh-Hant", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), (None, "en")])
def test_pages_speak_the_language_of_the_reader(still: Living, language: str | None, shown: str) -> None:
    """Where it is known and we have it; else that of the publication."""
    ana = a_reader(still, f"{language}@example.org", language)
    for path in (leaving(still, ana), f"/p/{signed(still, ana, Purpose.PREFERENCES)}", own_page(still, ana)):
        assert f'<html lang="{shown}"' in still.get(path).text


def test_a_backup_that_is_put_in_place_is_what_links_are_looked_up_in(site: Living) -> None:
    """The database stays open between two looks, because gateways come by the thousand; not when its file changes."""
    ana, database = a_reader(site), site.root / "var" / "newsletter.db"
    assert '<html lang="en"' in site.get(leaving(site, ana)).text
    backup = database.with_name("backup.db")
    with closing(sqlite3.connect(database)) as now, closing(sqlite3.connect(backup)) as other:
        now.backup(other)
        other.execute("update subscribers set language = 'zh-Hant'")
        other.commit()
    backup.replace(database)
    for name in ("newsletter.db-wal", "newsletter.db-shm"):
        database.with_name(name).unlink(missing_ok=True)
    assert '<html lang="zh-Hant"' in site.get(leaving(site, ana)).text


def test_the_page_tells_how_things_stand(site: Living) -> None:
    """What the reader has said last, and what forbids writing to them before that."""
    ana = a_reader(site)
    own = own_page(site, ana)
    assert "Focus This Week comes to it." in site.get(own).text
    suppress_reader(site.app, ANA, Reason.HARD_BOUNCE, who="newsletter", note="550 no such user")
    assert "was sent back to us" in site.get(own).text
    suppress_reader(site.app, ANA, Reason.COMPLAINT, who="newsletter")
    assert "reported from there as unwanted" in site.get(own).text
    unsubscribe_reader(site.app, ana.mark)
    assert "It is unsubscribed" in site.get(own).text
    asked = sign_up(site.app, BEN, page="/subscribe", words="Send it.")
    with readers_store(site.app) as readers:
        ben = subscribers.find(readers.store, (asked.mark,))
    assert ben
    assert "nobody has confirmed that" in site.get(own_page(site, ben)).text


def test_a_reader_changes_the_language(site: Living) -> None:
    """POST, redirect, GET; the page that follows speaks it, and the story has a line."""
    own = own_page(site, a_reader(site))
    answer = site.post(own, {"do": "language", "language": "zh-Hant"})
    assert (answer.status, answer.headers["location"]) == (303, f"{site.address}{own}?done=language")
    after = site.get(answer.headers["location"]).text
    assert '<html lang="zh-Hant"' in after
    assert "語言已更改。" in after
    there = found(site)
    assert there
    assert there.language == "zh-Hant"
    assert [line.words for line in tell_story(site.app, ANA).lines][-1] == (
        "Was changed: language zh-Hant, on their own page."
    )


def test_a_reader_pauses_until_a_day_and_resumes(site: Living) -> None:
    """Nothing is sent before the day begins in the sending zone (New York is behind UTC); then it comes by itself."""
    own = own_page(site, a_reader(site))
    answer = site.post(own, {"do": "pause", "first": "2026-12-24"})
    assert answer.status == 303
    assert "the next issue comes on 24 December 2026 or after" in site.get(answer.headers["location"]).text
    there = found(site)
    assert there
    assert (there.state, there.until) == (SubscriberState.PAUSED, datetime(2026, 12, 24, 5, tzinfo=UTC))
    assert not tell_story(site.app, ANA).writable
    site.post(own, {"do": "resume"})
    assert state_of(site) is SubscriberState.CONFIRMED
    site.post(own, {"do": "pause", "first": "2026-12-24"})
    site.clock.now = datetime(2026, 12, 24, 5, tzinfo=UTC)
    assert tell_story(site.app, ANA).writable
    assert "comes to it" in site.get(own_page(site, there)).text


@pytest.mark.parametrize(
    "first",
    [
        "",
        "soon",
        "2026-11-25",
        "2020-01-01",
        "2027-11-27",
        "9999-12-31",
        "2026-02-30",
        "0001-01-01",
        "2026-12-24T00:00",
    ],
)
def test_a_pause_ends_on_a_day_to_come_within_a_year(still: Living, first: str) -> None:
    """Anything else is told at the field, and changes nothing."""
    own = own_page(still, a_reader(still))
    answer = still.post(own, {"do": "pause", "first": first})
    assert answer.status == 422
    assert 'aria-describedby="first-hint first-wrong"' in answer.text
    assert state_of(still) is SubscriberState.CONFIRMED


@pytest.mark.parametrize(
    "form",
    [{}, {"do": "sing"}, {"do": "erase"}, {"do": "language", "language": "../../x"}, {"do": "language"}],
    ids=str,
)
def test_a_form_that_is_none_of_ours_changes_nothing(still: Living, form: dict[str, str]) -> None:
    """The page is shown again."""
    own = own_page(still, a_reader(still))
    before = rows(still)
    assert still.post(own, form).status == 422
    assert rows(still) == before


def test_who_gets_nothing_cannot_pause_it(site: Living) -> None:
    """Nobody becomes a reader by pausing: neither who has left nor who never confirmed."""
    ana = a_reader(site)
    own = own_page(site, ana)
    unsubscribe_reader(site.app, ana.mark)
    assert site.post(own, {"do": "pause", "first": "2026-12-24"}).status == 422
    site.post(own, {"do": "resume"})
    assert state_of(site) is SubscriberState.UNSUBSCRIBED
    asked = sign_up(site.app, BEN, page="/subscribe", words="Send it.")
    ben = f"/me/{access_token(site.live.ring, asked.mark, site.clock())}"
    assert site.post(ben, {"do": "pause", "first": "2026-12-24"}).status == 422
    assert state_of(site, BEN) is SubscriberState.UNCONFIRMED


def test_a_reader_leaves_from_their_own_page(site: Living) -> None:
    """The same as by the link of a mail."""
    ana = a_reader(site)
    answer = site.post(own_page(site, ana), {"do": "leave"})
    assert "You have unsubscribed." in site.get(answer.headers["location"]).text
    assert state_of(site) is SubscriberState.UNSUBSCRIBED
    assert mark_text(ana.mark) in leavers_path(site.app).read_text()
