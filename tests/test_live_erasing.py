"""What is kept about readers: they get all of it, and erasing it takes every word and every link."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.actions.ask_access import ask_access
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import readers_store
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.model.marks import mark_text
from newsletter.model.request import Request, RequestKind
from newsletter.model.subscriber import Reason, Subscriber
from newsletter.store import audit, notices, requests, suppressions
from tests.living import NOW, Living, running
from tests.readers import ANA, BEN, a_reader, found, own_page, rows


@pytest.fixture
def site(publication: Path) -> Iterator[Living]:
    """A running site; what is asked for there is seen to by `mailed`."""
    with running(publication, pumping=False) as started:
        yield started


def test_the_export_holds_all_that_is_kept_about_a_reader(site: Living) -> None:
    """Every row of the database that names the address or its mark has its words there; another reader's has none."""
    ana, ben = a_reader(site, language="en"), a_reader(site, BEN)
    suppress_reader(site.app, ANA, Reason.HARD_BOUNCE, who="daniel", note="550 no such user here")
    ask_access(site.app, ANA)
    own = own_page(site, ana)
    site.post(own, {"do": "pause", "first": "2026-12-24"})
    answer = site.get(f"{own}/export")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    data = json.loads(answer.text)
    assert data["reader"] == {
        "address": ANA,
        "name": "Ana Example",
        "language": "en",
        "time zone": None,
        "tags": [],
        "state": "paused",
        "paused until": "2026-12-24T05:00:00+00:00",
        "added": "2026-11-25T13:00:00+00:00",
        "brought by": None,
    }
    assert data["consent"]["words shown"] == "Send it."
    assert [one["reason"] for one in data["reasons not to write"]] == ["hard bounce"]
    acts = ["asked", "confirmed", "suppressed", "paused"]
    assert [one["what"] for one in data["what happened"]] == acts
    assert [one["by"] for one in data["what happened"]] == ["you", "you", "our team", "you"]
    assert [one["what"] for one in data["other mails to you"]] == ["preferences"]
    for word in words_of(site, ana):
        assert word in answer.text
    assert BEN not in answer.text
    assert mark_text(ben.mark) not in answer.text
    assert not re.search(r"/me/[a-z0-9]", answer.text)  # whoever gets to see the file shall not get in by it


def words_of(site: Living, reader: Subscriber) -> set[str]:
    """Every text in a row with the reader's mark, but for names of ours and the notice, whose link is cut out."""
    texts: set[str] = set()
    with closing(sqlite3.connect(site.root / "var" / "newsletter.db")) as database:
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
            if "mark" in columns and table != "notices":
                kept = [one for one in columns if one not in ("who", "lifted_by", "mark")]
                query = f"select {', '.join(kept) or 1} from {table} where mark = ?"
                for row in database.execute(query, (reader.mark,)):
                    texts |= {value for value in row if isinstance(value, str)}
    assert texts
    return {one.partition(".")[0] if re.match(r"\d{4}-.*\+00:00$", one) else one for one in texts}


def test_erasing_takes_every_word_and_ends_every_link(site: Living) -> None:
    """GDPR Art. 17: neither address nor name in the database, what was just asked for with the address included; a
    page says so, once. What stays is the mark."""
    ana = a_reader(site)
    own, other = own_page(site, ana), own_page(site, ana)
    assert 'method="post"' in site.get(f"{own}/erase").text
    assert found(site) is not None  # looking erases nobody
    answer = site.post(f"{own}/erase")
    assert answer.status == 200
    assert "It is erased" in answer.text
    dump = "\n".join(rows(site))
    assert "ana@" not in dump.lower()
    assert "Ana Example" not in dump
    assert [site.get(f"{one}{tail}").status for one in (own, other) for tail in ("", "/export", "/erase")] == [410] * 6
    with readers_store(site.app) as readers:
        assert [one.reason for one in suppressions.living(readers.store, (ana.mark,))] == [Reason.ERASED]
        deeds = audit.entries(readers.store)
    assert [(one.deed.act, one.deed.who) for one in deeds] == [("erase", "reader")]


def test_what_waits_to_be_seen_to_is_erased_as_well(site: Living) -> None:
    """Neither a confirmation nor a link goes to somebody who has just been erased; other people's requests stay."""
    ana = a_reader(site)
    for address in (ANA, "Ana@Example.org", BEN):
        site.filled_in("/preferences", {"address": address})
    site.post(f"{own_page(site, ana)}/erase")
    with readers_store(site.app) as readers:
        assert [one.address for one in requests.waiting(readers.store)] == [BEN]


def test_erasing_by_the_team_finds_the_requests_of_somebody_who_is_no_reader(site: Living) -> None:
    """The address they name is all that is known."""
    site_request = Request(
        number=0, kind=RequestKind.SUBSCRIBE, address="New@Example.org", language=None, page="/", words="", asked=NOW
    )
    with readers_store(site.app) as readers:
        requests.keep(readers.store, site_request, 10)
        erase_reader(site.app, "new@example.org", by="daniel")
        assert requests.count(readers.store) == 0


def test_a_link_from_before_an_erasure_stays_dead_for_who_signs_up_anew(site: Living) -> None:
    """The mail that lies about opens nothing; a fresh link does."""
    ana = a_reader(site)
    own = own_page(site, ana)
    site.clock.forward(minutes=1)
    site.post(f"{own}/erase")
    site.clock.forward(minutes=1)
    anew = a_reader(site)
    assert anew.mark == ana.mark
    assert site.get(own).status == 410
    assert site.get(own_page(site, anew)).status == 200


def test_a_stranger_has_no_mail_sent_by_any_of_it(site: Living) -> None:
    """An address that is nobody's, or was erased, is never written to for its preferences."""
    a_reader(site)
    erase_reader(site.app, ANA, by="daniel")
    assert ask_access(site.app, ANA) is None
    assert ask_access(site.app, "nobody@example.org") is None
    with readers_store(site.app) as readers:
        assert notices.due(readers.store, site.clock(), 10) == ()
