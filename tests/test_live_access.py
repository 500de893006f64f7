"""Links to readers' own pages: mailed to the reader alone, good for one purpose and a day, telling nobody anything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.ask_access import ask_access
from newsletter.actions.unsubscribe_reader import unsubscribe_reader
from newsletter.model.marks import mark_of, mark_text, timed_of, timed_text
from newsletter.model.subscriber import Mark, Subscriber
from newsletter.tokens import SAMPLE_RING, Key, KeyRing, Purpose
from tests.living import NOW, Answer, Living, running, text_of
from tests.readers import ANA, BEN, ONE_CLICK, a_reader, leaving, mailed, own_page, rows, signed


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


def test_a_mark_with_a_time_reads_back_as_it_was_written() -> None:
    """To the microsecond; nothing else is read as one."""
    mark, at = Mark(bytes(range(16))), datetime(2026, 11, 25, 13, 0, 0, 1, tzinfo=UTC)
    text = timed_text(mark, at)
    assert timed_of(text) == (mark, at)
    bad = ["", "-", text[:-17], text + "-1", mark_text(mark), mark_text(mark) + "-", mark_text(mark) + "-01"]
    assert [timed_of(one) for one in [*bad, f"{mark_text(mark)}-1.5", f"{mark_text(mark)}-{'9' * 30}"]] == [None] * 9
    assert mark_of(text.partition("-")[0]) == mark
