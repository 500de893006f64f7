"""Links asked for over a real wire: what each answer is taken for, and how long it is remembered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import read_publication
from newsletter.actions.look_at_links import BAD_FOR, GOOD_FOR, look_at_links
from newsletter.fetch.answer import Limits
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Gathering, Schedule
from newsletter.store.engine import Store, file_url, open_store
from tests.checking import NOW
from tests.conftest import opened
from tests.webserver import Reply, WebServer, bomb, hang, page, raw, redirect, webserver

PATIENT = Limits(bytes=200_000, seconds=20, redirects=4, per_host=2)
HASTY = replace(PATIENT, seconds=0.3)  # for servers that never end
# Names that no registry gives out and RFC 2606 does not reserve, so they are asked for.
PAPER, PORT = "paper.internal", "port.internal"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def html(title: str, status: int = 200) -> Reply:
    """A page with this title."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body><p>Text.</p></body></html>"
    return page(body.encode(), status=status, headers=HTML)


@dataclass
class Web:
    """The server, and the eyes through which an issue looks at it."""

    server: WebServer
    schedule: Schedule
    missing: set[str] = field(default_factory=set)  # hosts that there are not
    inside: set[str] = field(default_factory=set)  # hosts with an address in a private network
    looked_up: list[str] = field(default_factory=list)
    error: int = socket.EAI_NONAME
    limits: Limits = PATIENT

    async def lookup(self, host: str, port: int, family: int) -> Sequence[str]:
        self.looked_up.append(host)
        if host in self.missing:
            raise socket.gaierror(self.error, "not found")
        return ("10.1.2.3",) if host in self.inside else ("127.0.0.1",)

    def url(self, path: str, host: str = PAPER) -> str:
        return self.server.url(path, host)

    def look(
        self,
        *urls: str,
        store: Store | None = None,
        now: datetime = NOW,
        seconds: float = 20,
    ) -> tuple[LinkSeen, ...]:
        return look_at_links(urls, self.schedule, now, store, limits=self.limits, seconds=seconds, lookup=self.lookup)

    def one(self, path: str, reply: Reply, *more: Reply) -> LinkSeen:
        """What is found at a path that answers so, beside a page that is there."""
        self.server.answer(path, reply, *more)
        self.server.answer("/there", html("There"), host=PORT)
        return self.look(self.url(path), self.url("/there", PORT))[0]


@pytest.fixture(scope="module")
def schedule(pristine: Path) -> Schedule:
    """That of the sample, in which hosts of the tests may be asked."""
    found = read_publication(opened(pristine), Folder(pristine)).schedule
    return replace(found, gather=Gathering(allow_hosts=(PAPER, PORT, "login.internal")))


@pytest.fixture
def web(schedule: Schedule) -> Iterator[Web]:
    with webserver() as server:
        yield Web(server, schedule)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "var").mkdir()
    with open_store(file_url(tmp_path / "var" / "links.db")) as links:
        yield links


# Asking


def test_a_page_that_answers_is_there_with_its_title(web: Web) -> None:
    """Entities resolved, white space folded; asked once, as a browser would ask for a page."""
    seen = web.one("/talks", html("Talks&#8217; end &amp;\n beginning"))
    assert seen == LinkSeen(
        url=web.url("/talks"), state=LinkState.ANSWERS, said="200 OK", title="Talks’ end & beginning", seen=NOW
    )
    (asked,) = web.server.asked("/talks")
    assert asked.headers["accept"].startswith("text/html")


@pytest.mark.parametrize(("status", "said"), [(404, "404 Not Found"), (410, "410 Gone")], ids=["not found", "gone"])
def test_a_page_that_is_gone_is_believed_at_the_second_time(web: Web, status: int, said: str) -> None:
    """The second time after all other links have been asked for."""
    seen = web.one("/old", page(status=status))
    assert (seen.state, seen.said) == (LinkState.GONE, said)
    assert [asked.path for asked in web.server.log] in (["/old", "/there", "/old"], ["/there", "/old", "/old"])


def test_a_page_that_is_back_at_the_second_time_is_there(web: Web) -> None:
    """A site that is being put up anew answers 404 for a minute."""
    assert web.one("/story", page(status=404), html("Story")).state is LinkState.ANSWERS


def test_a_page_that_is_gone_only_once_is_not_gone(web: Web) -> None:
    """First a fault, then 404: one try says too little to stand in an issue's way."""
    seen = web.one("/story", page(status=502), page(status=404))
    assert (seen.state, seen.said) == (LinkState.UNREACHABLE, "404 Not Found, though not on both tries")


@pytest.mark.parametrize("status", [401, 403, 429, 451, 400, 406])
def test_a_wall_says_nothing_of_the_page(web: Web, status: int) -> None:
    """Asked once: who is turned away does not knock again."""
    seen = web.one("/walled", page(status=status))
    assert (seen.state, seen.said.split()[0]) == (LinkState.BLOCKED, str(status))
    assert len(web.server.asked("/walled")) == 1


@pytest.mark.parametrize(
    "title", ["Just a moment...", "Attention Required! | Cloudflare", "Access Denied", "Robot Check", "安全验证"]
)
def test_a_wall_that_says_all_is_well_is_known_by_its_title(web: Web, title: str) -> None:
    """And its title is never held against ours."""
    seen = web.one("/walled", html(title))
    assert (seen.state, seen.said, seen.title) == (LinkState.BLOCKED, "a wall against robots", None)


@pytest.mark.parametrize("target", ["/login?next=/story", "/account/sign-in", "/consent/collect"])
def test_a_page_behind_a_sign_in_cannot_be_checked(web: Web, target: str) -> None:
    """The redirect leads to a door, not to another address of the page."""
    web.server.answer(target, html("Welcome"))
    assert web.one("/story", redirect(302, target)).said == "a page that asks to sign in or to consent"


def test_a_link_that_is_meant_to_lead_to_a_sign_in_is_no_wall(web: Web) -> None:
    """A letter may invite its readers to their account."""
    assert web.one("/login", html("Sign up for the archive")).state is LinkState.ANSWERS


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_the_server_is_tried_twice_and_says_nothing(web: Web, status: int) -> None:
    """Then somebody has to look."""
    seen = web.one("/busy", page(status=status))
    assert (seen.state, len(web.server.asked("/busy"))) == (LinkState.UNREACHABLE, 2)


@pytest.mark.parametrize(
    "reply", [hang(), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), raw(b"")], ids=["slow", "cut", "empty"]
)
def test_a_server_that_does_not_answer_is_tried_twice(web: Web, reply: Reply) -> None:
    """And the links of other hosts are answered meanwhile."""
    web.limits = HASTY
    assert web.one("/mute", reply).state is LinkState.UNREACHABLE
    assert len(web.server.asked("/mute")) >= 2  # a connection that was hung up on is made anew by the client itself


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_to_its_end(web: Web, status: int) -> None:
    """The address it ends at is offered, without what tracks readers and with the place in the page."""
    web.server.answer("/middle", redirect(status, "/new/story?utm_source=old"))
    web.server.answer("/new/story?utm_source=old", html("Story"))
    web.server.answer("/there", html("There"), host=PORT)
    web.server.answer("/old", redirect(status, "/middle"))
    seen = web.look(web.url("/old#part-2"), web.url("/there", PORT))[0]
    said = "moved for good" if status in (301, 308) else "leads to another address"
    assert (seen.state, seen.said, seen.final) == (LinkState.MOVED, said, web.url("/new/story#part-2"))
    assert seen.title == "Story"


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/story", "/story/"), ("/story", "/story?utm_medium=web"), ("/story", "/story?cookies=1"), ("/", "/en/home")],
)
def test_a_redirect_that_no_reader_cares_for_is_none(web: Web, path: str, leads_to: str) -> None:
    """A slash, a cookie tried out, a front page in the reader's language."""
    web.server.answer(leads_to, html("Story"))
    assert web.one(path, redirect(302, leads_to)).state is LinkState.ANSWERS


def test_redirects_without_end_are_a_wall(web: Web) -> None:
    """Sites that want a cookie send a program round in circles, and readers not."""
    assert web.one("/circle", redirect(302, "/circle")).state is LinkState.BLOCKED


def test_a_story_that_leads_to_the_front_page_is_told_as_such(web: Web) -> None:
    """Many sites do that when a page is gone."""
    web.server.answer("/", html("The Peninsula Gazette"))
    seen = web.one("/2024/story-17", redirect(301, "/"))
    assert (seen.state, seen.said) == (LinkState.MOVED, "leads to the front page of a site")


def test_a_page_that_says_it_is_not_there_is_believed(web: Web) -> None:
    """Though the server says that all is well."""
    seen = web.one("/story", html("Page not found – The Peninsula Gazette"))
    assert (seen.state, seen.said) == (LinkState.MOVED, "a page that says of itself that it is not there")


def test_a_host_that_there_is_not_is_gone_at_the_second_time(web: Web) -> None:
    """Where others answer, so that the network is there."""
    web.missing.add(PAPER)
    seen = web.one("/story", html("Story"))
    assert (seen.state, seen.said) == (LinkState.GONE, "no such host")
    assert web.looked_up.count(PAPER) == 2


def test_a_link_that_leads_on_to_a_host_that_there_is_not_is_gone(web: Web) -> None:
    """Its readers end there as well."""
    web.missing.add("lost.internal")
    assert web.one("/old", redirect(301, "http://lost.internal/")).said == "no such host: lost.internal"


def test_one_link_alone_to_a_host_that_there_is_not_is_not_known_to_be_gone(web: Web) -> None:
    """A machine without a network knows no host either."""
    web.missing.add(PAPER)
    (seen,) = web.look(web.url("/story"))
    assert (seen.state, seen.said) == (LinkState.UNREACHABLE, "the network could not be reached")


def test_one_link_alone_is_gone_where_those_known_to_answer_still_do(web: Web, store: Store) -> None:
    """They are asked again for that alone; when they are silent too, it is the network."""
    web.server.answer("/there", html("There"))
    there, lost = web.url("/there", PORT), web.url("/story")
    web.look(there, store=store)
    web.missing.add(PAPER)
    assert web.look(there, lost, store=store)[1].state is LinkState.GONE
    assert len(web.server.asked("/there")) == 2
    web.missing.add(PORT)
    later = NOW + BAD_FOR + timedelta(seconds=1)
    assert web.look(there, lost, store=store, now=later)[1].said == "the network could not be reached"


@pytest.mark.parametrize("error", [socket.EAI_NONAME, socket.EAI_AGAIN], ids=["none", "again"])
def test_where_no_host_at_all_is_found_the_network_is_at_fault(web: Web, error: int) -> None:
    """A hotel's network knows no name until one has signed in: no link is gone."""
    web.error = error
    web.missing |= {PAPER, PORT}
    seen = web.look(web.url("/story"), web.url("/other", PORT))
    assert {(one.state, one.said) for one in seen} == {(LinkState.UNREACHABLE, "the network could not be reached")}


def test_why_a_server_was_not_reached_is_said_without_its_name(web: Web) -> None:
    """So that several links fall under one reason."""
    web.server.answer("/there", html("There"))
    seen, _ = web.look("http://port.internal:9/x", web.url("/there"))
    assert (seen.state, seen.said) == (LinkState.UNREACHABLE, "the server took no connection (connection refused)")


def test_a_name_server_that_fails_makes_no_host_gone(web: Web) -> None:
    """It knows nothing for the moment."""
    web.error = socket.EAI_AGAIN
    web.missing.add(PAPER)
    assert web.one("/story", html("Story")).said == "its host was not found"


def test_a_private_address_is_never_asked_for(web: Web) -> None:
    """Neither by name nor by number, unless schedule.yaml names the host."""
    web.inside.add("intranet.internal")
    there = web.url("/there", PORT)
    web.server.answer("/there", html("There"))
    by_name, by_number, _ = web.look(web.url("/x", "intranet.internal"), web.url("/x", "127.0.0.1"), there)
    assert {(one.state, one.said) for one in (by_name, by_number)} == {(LinkState.BLOCKED, "inside a private network")}
    assert [asked.path for asked in web.server.log] == ["/there"]


def test_a_redirect_into_a_private_network_is_not_followed(web: Web) -> None:
    """The guard stands at every hop."""
    assert web.one("/in", redirect(302, web.url("/secret", "127.0.0.1"))).said == "inside a private network"
    assert web.server.asked("/secret") == []


@pytest.mark.parametrize(
    "host", ["wire.test", "example.org", "www.example.com", "a.b.example.net", "x.invalid", "localhost", "x.example"]
)
def test_a_sample_address_is_never_looked_up(web: Web, host: str) -> None:
    """Nobody asks a name server or a web server for it."""
    (seen,) = web.look(web.url("/story", host))
    assert (seen.state, web.looked_up, web.server.log) == (LinkState.SAMPLE, [], [])


def test_a_redirect_to_a_sample_address_is_not_looked_up_either(web: Web) -> None:
    """It leads a reader nowhere."""
    assert web.one("/old", redirect(301, "http://wire.test/")).state is LinkState.UNREACHABLE
    assert "wire.test" not in web.looked_up


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        ("<title>Zürich räumt auf</title>".encode("latin-1"), "text/html; charset=iso-8859-1", "Zürich räumt auf"),
        ("<meta charset=gb2312><title>两个首都</title>".encode("gb18030"), "text/html", "两个首都"),
        (b"<html><body>No title</body></html>", "text/html", None),
        (b"<title>not html</title>", "application/pdf", None),
        (b"\x00\x00\x01\x00" * 50, "", None),
        (b"<svg><title>icon</title></svg><!-- <title>old</title> --><TITLE>New</TITLE>", "text/html", "New"),
        (
            b"<title>Home</title><meta property=og:title content='The harbour pilot'>",
            "text/html",
            "Home | The harbour pilot",
        ),
        (b"<title>Cut sho", "text/html", "Cut sho"),
    ],
)
def test_a_title_is_read_as_the_page_means_it(web: Web, body: bytes, content_type: str, title: str | None) -> None:
    """Whatever the charset; not out of a comment, a picture or another kind of file."""
    assert web.one("/story", page(body, headers={"Content-Type": content_type})).title == title


@pytest.mark.parametrize("reply", [bomb(50), page(b"<title>Long</title>" + b"x" * 300_000, headers=HTML)])
def test_a_page_that_is_too_large_to_read_is_there(web: Web, reply: Reply) -> None:
    """No more of it is taken than the limit allows."""
    seen = web.one("/large", reply)
    assert (seen.state, seen.title) == (LinkState.ANSWERS, None)


def test_all_links_together_take_no_longer_than_they_may(web: Web) -> None:
    """What has not answered by then is told as such, and what has is kept."""
    web.server.answer("/mute", hang())
    web.server.answer("/there", html("There"), host=PORT)
    mute, there = web.look(web.url("/mute"), web.url("/there", PORT), seconds=1.5)
    assert (mute.state, mute.said) == (LinkState.UNREACHABLE, "no answer in time")
    assert there.state is LinkState.ANSWERS


def test_one_host_is_asked_for_little_at_a_time(web: Web) -> None:
    """However many links lead to it; and addresses that differ in the place within a page are one."""
    for number in range(12):
        web.server.answer(f"/{number}", html(f"Story {number}"))
    seen = web.look(*(web.url(f"/{number}#{place}") for number in range(12) for place in "ab"))
    assert len(seen) == 24
    assert len(web.server.log) == 12
    assert web.server.most_at_once[PAPER] <= 2


# Remembering


def test_what_answers_is_not_asked_for_again_within_a_day(web: Web, store: Store) -> None:
    """And after that it is."""
    web.server.answer("/story", html("Story"))
    first = web.look(web.url("/story"), store=store)
    assert web.look(web.url("/story"), store=store, now=NOW + GOOD_FOR) == first
    assert len(web.server.log) == 1
    web.look(web.url("/story"), store=store, now=NOW + GOOD_FOR + timedelta(seconds=1))
    assert len(web.server.log) == 2


def test_what_does_not_answer_is_soon_asked_for_again(web: Web, store: Store) -> None:
    """An editor who mended the page sees it within a quarter of an hour."""
    web.server.answer("/story", page(status=404), page(status=404), html("Story"))
    assert web.look(web.url("/story"), store=store)[0].state is LinkState.GONE
    assert web.look(web.url("/story"), store=store, now=NOW + BAD_FOR)[0].state is LinkState.GONE
    after = NOW + BAD_FOR + timedelta(seconds=1)
    assert web.look(web.url("/story"), store=store, now=after)[0].state is LinkState.ANSWERS


def test_what_was_seen_by_a_clock_that_was_wrong_is_asked_for_again(web: Web, store: Store) -> None:
    """A look from the future is no look."""
    web.server.answer("/story", html("Story"))
    web.look(web.url("/story"), store=store, now=NOW + timedelta(days=400))
    assert web.look(web.url("/story"), store=store)[0].seen == NOW


def test_a_network_that_is_down_is_not_remembered(web: Web, store: Store) -> None:
    """Who connects and asks again gets an answer."""
    web.missing |= {PAPER, PORT}
    web.look(web.url("/story"), web.url("/story", PORT), store=store)
    web.missing.clear()
    web.server.answer("/story", html("Story"))
    assert {one.state for one in web.look(web.url("/story"), web.url("/story", PORT), store=store)} == {
        LinkState.ANSWERS
    }


# Telling


def test_looking_at_links_can_be_done_beside_a_running_loop(web: Web) -> None:
    """The desk asks from inside one."""
    web.server.answer("/story", html("Story"))

    async def ask() -> tuple[LinkSeen, ...]:
        return web.look(web.url("/story"))

    # On a thread of its own: this one has a running loop once a test before it has used the browser.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(ask())).result()[0].state is LinkState.ANSWERS
