"""Readers' own pages: leaving, the mailed link, and what it lets a reader see, change and erase."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.access import access_token
from newsletter.actions.ask_access import ask_access
from newsletter.actions.confirm_subscription import confirm_subscription
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sign_up import sign_up
from newsletter.actions.take_requests import take_requests
from newsletter.actions.tell_story import tell_story
from newsletter.actions.unsubscribe_reader import suppress_reader, unsubscribe_reader
from newsletter.model.marks import mark_of, mark_text, timed_of, timed_text
from newsletter.model.request import Request, RequestKind
from newsletter.model.subscriber import Mark, Reason, Subscriber, SubscriberState
from newsletter.store import audit, notices, requests, subscribers, suppressions
from newsletter.tokens import SAMPLE_RING, Key, KeyRing, Purpose
from tests.living import NOW, Answer, Living, running, text_of
from tests.smtpserver import Received

ANA = "ana@example.org"
BEN = "ben@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}  # RFC 8058 3.1


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


def mailed(site: Living) -> list[Received]:
    """Every mail that has arrived, once all that was asked for is seen to."""
    assert take_requests(site.app).trouble is None
    assert send_notices(site.app).trouble is None
    return site.mails.messages


def a_reader(site: Living, address: str = ANA, language: str | None = None) -> Subscriber:
    """Somebody who has signed up and confirmed."""
    asked = sign_up(site.app, address, page="/subscribe", words="Send it.", language=language, name="Ana Example")
    return confirm_subscription(site.app, asked.token).subscriber


def found(site: Living, address: str = ANA) -> Subscriber | None:
    with readers_store(site.app) as readers:
        return subscribers.find(readers.store, readers.marks(address))


def state_of(site: Living, address: str = ANA) -> SubscriberState | None:
    there = found(site, address)
    return None if there is None else there.state


def signed(site: Living, reader: Subscriber, purpose: Purpose) -> str:
    """A token as the mails of this reader have it."""
    if purpose in (Purpose.ACCESS, Purpose.CONFIRM):
        return site.live.ring.sign(purpose, timed_text(reader.mark, site.clock()))
    return site.live.ring.sign(purpose, mark_text(reader.mark))


def leaving(site: Living, reader: Subscriber) -> str:
    return f"/u/{signed(site, reader, Purpose.UNSUBSCRIBE)}"


def own_page(site: Living, reader: Subscriber) -> str:
    return f"/me/{access_token(site.live.ring, reader.mark, site.clock())}"


def rows(site: Living) -> list[str]:
    """The whole database but for what holds no word, as SQL."""
    with closing(sqlite3.connect(site.root / "var" / "newsletter.db")) as database:
        return list(database.iterdump())


# Leaving


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_of_a_mail_shows_a_button_and_changes_nothing(still: Living, method: str) -> None:
    """Gateways open every link (RFC 9110 9.2.1: GET and HEAD are safe); the database is the same to the last row."""
    ana = a_reader(still)
    before = rows(still)
    for kind, purpose in (("u", Purpose.UNSUBSCRIBE), ("p", Purpose.PREFERENCES)):
        answer = still.ask(method, f"/{kind}/{signed(still, ana, purpose)}")
        assert answer.status == 200
        assert ('<form class="live" method="post">' in answer.text) is (method == "GET")
    assert rows(still) == before


def test_the_button_takes_the_reader_off_the_list_at_once(site: Living) -> None:
    """And says so, without naming the address: the mail may have been passed on. It is in the log that is fsynced."""
    ana = a_reader(site)
    answer = site.post(leaving(site, ana))
    assert answer.status == 200
    assert "You have unsubscribed" in answer.text
    assert ANA not in answer.text
    assert state_of(site) is SubscriberState.UNSUBSCRIBED
    assert mark_text(ana.mark) in leavers_path(site.app).read_text()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b"", "text/plain"),
    ],
    ids=["urlencoded", "multipart", "empty"],
)
def test_one_click_needs_no_cookie_no_page_before_and_no_redirect(still: Living, body: bytes, kind: str) -> None:
    """RFC 8058 3.1 and 3.2: a POST from a provider's machine, with nothing but the link, is enough; 200 at once."""
    reader = a_reader(still, f"{len(body)}@example.org")
    answer = still.ask(
        "POST", leaving(still, reader), body, {"Content-Type": kind, "Origin": "https://mail.example.com"}
    )
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert state_of(still, reader.address) is SubscriberState.UNSUBSCRIBED


def test_a_provider_may_send_one_click_for_thousands_from_one_machine(site: Living) -> None:
    """No limit counts leaving, and it is as good the second time."""
    ana = a_reader(site)
    assert {site.post(leaving(site, ana), ONE_CLICK).status for _ in range(30)} == {200}
    with readers_store(site.app) as readers:
        assert len(suppressions.of(readers.store, (ana.mark,))) == 1


def test_who_has_left_finds_the_page_that_says_so(site: Living) -> None:
    """The link of any old mail shows it, with the way back."""
    ana = a_reader(site)
    site.post(leaving(site, ana))
    answer = site.get(leaving(site, ana))
    assert "You have unsubscribed" in answer.text
    assert f'href="{site.address}/subscribe"' in answer.text
    assert "<form" not in answer.text


def test_who_has_left_comes_back_by_signing_up_and_confirming_anew(site: Living) -> None:
    """The link that undoes it goes to their mailbox; nobody comes back by the link that they left by."""
    site.post(leaving(site, a_reader(site)))
    site.clock.forward(days=2)
    site.sign_up(ANA)
    assert site.post(site.link_in(mailed(site)[0])).status == 200
    assert state_of(site) is SubscriberState.CONFIRMED
    assert tell_story(site.app, ANA).writable


def test_an_old_link_works_for_who_was_erased(site: Living) -> None:
    """Whoever holds a link that we signed has been written to; it keeps suppressing, and brings no row back."""
    ana = a_reader(site)
    erase_reader(site.app, ANA, by="daniel")
    assert 'method="post"' in site.get(leaving(site, ana)).text
    assert site.post(leaving(site, ana), ONE_CLICK).status == 200
    assert found(site) is None
    with readers_store(site.app) as readers:
        reasons = {one.reason for one in suppressions.living(readers.store, (ana.mark,))}
    assert reasons == {Reason.ERASED, Reason.OPT_OUT}


@pytest.mark.parametrize("kind", ["u", "p"])
@pytest.mark.parametrize("purpose", [Purpose.TEST, Purpose.SAMPLE], ids=lambda one: one.value)
def test_links_of_test_mails_show_what_they_would_do_and_do_nothing(still: Living, kind: str, purpose: Purpose) -> None:
    """Both the page and what follows its button say that they pretend."""
    ana = a_reader(still)
    ring = SAMPLE_RING if purpose is Purpose.SAMPLE else still.live.ring
    path = f"/{kind}/{ring.sign(purpose, mark_text(ana.mark))}"
    before = rows(still)
    for answer in (still.get(path), still.post(path, ONE_CLICK)):
        assert answer.status == 200
        assert "It shows what it would do, and does nothing." in answer.text
    assert rows(still) == before


def bad_tokens(site: Living, reader: Subscriber, *, but: Purpose) -> list[str]:
    """Tokens of every other purpose, forged, cut short, padded, and no tokens at all."""
    good = signed(site, reader, but)
    stranger = KeyRing((Key("k1", b"a key that somebody has made up"),))
    others = [signed(site, reader, one) for one in Purpose if one not in (but, Purpose.TEST, Purpose.SAMPLE)]
    published = SAMPLE_RING.sign(but, good.rpartition(".")[0].rpartition(".")[0])
    forged = stranger.sign(but, good.rpartition(".")[0].rpartition(".")[0])
    odd = ["x", "%00", "%ff", "..", "a.b.c", "%F0%9F%98%80", "x" * 3000]
    return [*others, published, forged, good[:-1], good + "a", good.upper(), "." + good, *odd]


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [("u", Purpose.UNSUBSCRIBE), ("p", Purpose.PREFERENCES), ("me", Purpose.ACCESS)],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_token_is_good_for_its_own_pages_only(still: Living, kind: str, purpose: Purpose) -> None:
    """Of another purpose, forged, cut short or mangled: 404, the same page for all, and nothing changes."""
    ana = a_reader(still)
    before, pages = rows(still), set()
    for token in bad_tokens(still, ana, but=purpose):
        for answer in (still.get(f"/{kind}/{token}"), still.post(f"/{kind}/{token}", {**ONE_CLICK, "do": "leave"})):
            assert answer.status == 404, token
            pages.add(answer.body)
    assert len({page for page in pages if b"This link leads nowhere" in page}) == 1
    assert rows(still) == before


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


def test_no_page_sets_a_cookie_or_is_kept_or_tells_where_a_visitor_came_from(still: Living) -> None:
    """RFC 9111 5.2.2.5, Referrer Policy 3.1: a token in an address must not travel on."""
    ana = a_reader(still)
    own = own_page(still, ana)
    paths = [leaving(still, ana), f"/p/{signed(still, ana, Purpose.PREFERENCES)}", "/preferences", own]
    for answer in [*map(still.get, (*paths, f"{own}/export", f"{own}/erase")), still.post(own, {"do": "resume"})]:
        assert "set-cookie" not in answer.headers
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]


# The link to one's own page


def without_tokens(answer: Answer) -> str:
    return re.sub(r'name="shown" value="[^"]*"', "", answer.text)


def test_reader_leaver_and_stranger_are_answered_the_same_and_only_the_known_get_a_mail(site: Living) -> None:
    """What is shown tells nobody who reads the newsletter; a stranger is not written to."""
    a_reader(site)
    unsubscribe_reader(site.app, a_reader(site, BEN).mark)
    answers = [site.filled_in("/preferences", {"address": one}) for one in (ANA, BEN, "cleo@example.org")]
    assert {answer.status for answer in answers} == {200}
    assert len({without_tokens(answer) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    assert sorted(mail.recipients for mail in mailed(site)) == [(ANA,), (BEN,)]


def test_the_link_goes_to_the_address_as_we_know_it_and_holds_nothing_that_was_typed(site: Living) -> None:
    """Capitals make no difference; one address of ours in the mail, good for a reader's own page and nothing else."""
    ana = a_reader(site)
    site.filled_in("/preferences", {"address": "  ANA@Example.org ", "name": "zq0zq0"})
    [mail] = mailed(site)
    text = text_of(mail)
    assert mail.recipients == (ANA,)
    assert "zq0" not in text
    assert "ANA@" not in text
    assert re.findall(r"https?://\S+", text) == [site.link_in(mail)]
    token = site.link_in(mail).rpartition("/")[2]
    assert timed_of(site.live.ring.verify(Purpose.ACCESS, token)) == (ana.mark, site.clock())
    assert "Your subscription" in site.get(site.link_in(mail)).text


def test_the_link_in_an_issue_opens_nothing_but_has_a_fresh_one_mailed(site: Living) -> None:
    """Mails get forwarded: whoever has one can at most have its reader sent another."""
    ana = a_reader(site, language="zh-Hans")
    path = f"/p/{signed(site, ana, Purpose.PREFERENCES)}"
    assert ANA not in site.get(path).text
    answer = site.post(path)
    assert answer.status == 200
    assert ANA not in answer.text
    [mail] = mailed(site)
    assert mail.recipients == (ANA,)
    assert "链接24小时内有效" in text_of(mail).replace("\n", "")


def test_one_address_gets_three_links_within_a_day(site: Living) -> None:
    """Whoever asks, and however it is spelt; a day after the first there is another."""
    a_reader(site)
    kept = [ask_access(site.app, one) for one in (ANA, "ANA@example.org", ANA, ANA)]
    assert [one is not None for one in kept] == [True, True, True, False]
    site.clock.forward(hours=23, minutes=59)
    assert ask_access(site.app, ANA) is None
    site.clock.forward(minutes=1)
    assert ask_access(site.app, ANA) is not None


def test_a_robot_a_slip_and_a_form_of_nobody_have_no_mail_sent(site: Living) -> None:
    """A robot is told what everybody is told; a slip is marked; without a form of ours there is a second step."""
    a_reader(site)
    shown = site.get("/preferences").hidden("shown")
    site.clock.forward(seconds=30)
    trapped = site.post("/preferences", {"shown": shown, "address": ANA, "website": "http://spam.example"})
    assert "Look into your mailbox" in trapped.text
    wrong = site.post("/preferences", {"shown": shown, "address": "ana at example.org"})
    assert wrong.status == 422
    assert 'value="ana at example.org"' in wrong.text
    assert 'aria-invalid="true" aria-describedby="address-wrong"' in wrong.text
    bare = site.post("/preferences", {"address": ANA})
    assert f'value="{ANA}"' in bare.text
    assert bare.hidden("shown")
    assert mailed(site) == []


def test_a_network_that_asks_for_many_links_has_to_wait(site: Living) -> None:
    """429 with the time to wait; the form keeps what was typed."""
    answers = [site.filled_in("/preferences", {"address": f"r{n}@example.org"}) for n in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert 'value="r10@example.org"' in answers[-1].text


# One's own page


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


def test_the_link_is_good_for_a_day(site: Living) -> None:
    """A second before, it is; then every page and every form behind it is over, and leads to a new one."""
    own = own_page(site, a_reader(site))
    site.clock.now = NOW + timedelta(hours=24) - timedelta(seconds=1)
    assert site.get(own).status == 200
    site.clock.forward(seconds=1)
    before = rows(site)
    every = [site.get(own), site.get(f"{own}/export"), site.get(f"{own}/erase"), site.post(f"{own}/erase")]
    every += [site.post(own, form) for form in ({"do": "leave"}, {"do": "pause", "first": "2026-12-24"})]
    assert {answer.status for answer in every} == {410}
    assert all(f'href="{site.address}/preferences"' in answer.text for answer in every)
    assert rows(site) == before
    site.clock.now = NOW - timedelta(seconds=1)  # a clock that was set back makes no link good that was not mailed yet
    assert site.get(own).status == 410


# What is kept, and erasing it


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


def test_a_mark_with_a_time_reads_back_as_it_was_written() -> None:
    """To the microsecond; nothing else is read as one."""
    mark, at = Mark(bytes(range(16))), datetime(2026, 11, 25, 13, 0, 0, 1, tzinfo=UTC)
    text = timed_text(mark, at)
    assert timed_of(text) == (mark, at)
    bad = ["", "-", text[:-17], text + "-1", mark_text(mark), mark_text(mark) + "-", mark_text(mark) + "-01"]
    assert [timed_of(one) for one in [*bad, f"{mark_text(mark)}-1.5", f"{mark_text(mark)}-{'9' * 30}"]] == [None] * 9
    assert mark_of(text.partition("-")[0]) == mark
