"""Links: asked for over a real wire, judged as an editor would, told once each in plain words."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_publication
from newsletter.actions.look_at_links import BAD_FOR, GOOD_FOR, look_at_links
from newsletter.check.inspected import Inspected
from newsletter.check.linkanswers import Try, found
from newsletter.check.linkplaces import addresses_of, is_sample
from newsletter.check.links import CHECK, is_personal, links_of
from newsletter.check.pagetitles import have_nothing_in_common, is_wall, says_missing, title_of
from newsletter.fetch.answer import Answer, Limits
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.finding import Finding, Fix, Severity, Spot
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Gathering, Schedule
from newsletter.store.engine import Store, file_url, open_store
from tests.checking import inspected, issue_with
from tests.conftest import opened
from tests.webserver import Reply, WebServer, bomb, hang, page, raw, redirect, webserver

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
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


@pytest.fixture
def web(pristine: Path) -> Iterator[Web]:
    schedule = read_publication(opened(pristine), Folder(pristine)).schedule
    with webserver() as server:
        yield Web(server, replace(schedule, gather=Gathering(allow_hosts=(PAPER, PORT, "login.internal"))))


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


@pytest.mark.parametrize("host", ["contest.org", "example.org.internal", "latest.com", "myexample.com"])
def test_a_name_that_only_looks_like_a_sample_is_none(host: str) -> None:
    """Names are compared label by label."""
    assert not is_sample(f"https://{host}/")


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


@pytest.mark.parametrize("piece", ["<!--", "<title>", "<svg", "<meta ", "<title x", '<meta content="', "<script>"])
def test_a_hostile_page_is_read_in_no_time(piece: str) -> None:
    """What never ends is looked at once."""
    assert len(title_of(piece * (500_000 // len(piece))) or "") <= 300


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


# Judging, without a wire


def answered(url: str, final: str, moved_to: str | None = None, title: str | None = None) -> LinkSeen:
    answer = Answer(
        key=url,
        url=final,
        status=200,
        body=b"",
        media_type="text/html",
        charset=None,
        etag=None,
        last_modified=None,
        moved_to=moved_to,
        retry_after=None,
        max_age=None,
    )
    return found(url, [Try(answer, title)], NOW)


def test_a_page_that_is_at_the_same_address_with_https_has_moved_there() -> None:
    """That is what `--fix` goes by."""
    seen = answered("http://a.internal/x", "https://a.internal/x", "https://a.internal/x")
    assert (seen.state, seen.final) == (LinkState.MOVED, "https://a.internal/x")


@pytest.mark.parametrize("url", ["https://doi.org/10.1000/182", "https://purl.org/net/x", "https://www.w3id.org/x"])
def test_a_lasting_address_may_lead_on(url: str) -> None:
    """It stays when the page moves; where it leads today would not."""
    assert answered(url, "https://journal.internal/x", "https://journal.internal/x").state is LinkState.ANSWERS


@pytest.mark.parametrize(
    ("title", "is_missing"),
    [
        ("404 Not Found", True),
        ("Error 404", True),
        ("Sorry, this page isn’t available.", True),
        ("The requested page could not be found - Harbour Wire", True),
        ("Seite nicht gefunden | Zeitung", True),
        ("抱歉，找不到该页面", True),
        ("404 Days in the Desert", False),
        ("Lost and not found: a diary", False),
        ("The page that could not be turned", False),
        ("Nothing was found in the wreck", False),
    ],
)
def test_a_title_that_says_a_page_is_missing(title: str, is_missing: bool) -> None:
    """Not one that only uses the words."""
    assert says_missing(title) is is_missing


@pytest.mark.parametrize(
    "title", ["A security check on the border", "Just a moment in time", "Login: how passwords die"]
)
def test_a_story_about_walls_is_none(title: str) -> None:
    """It has more to say than they have."""
    assert not is_wall(title)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The Last Night Train", "Ten recipes for autumn"),
        ("Who keeps the telescope time?", "Kitchen gardens in November | Campus Ledger"),
        ("贸易谈判重启", "二十道秋季菜谱"),
        ("Ночной поезд", "Осенние рецепты"),
    ],
)
def test_titles_of_two_pages_are_told_apart(ours: str, theirs: str) -> None:
    """Not a word of meaning in common."""
    assert have_nothing_in_common(ours, theirs, ["Campus Ledger"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The Pause as a Policy", "the pause as a POLICY – Focus"),
        ("Joint laboratories sign fewer agreements", "A laboratory agreement, and no more"),
        ("Café culture", "Cafe Culture Explained"),
        ("AI and trade", "What the EU AI Act means"),
        ("贸易谈判重启", "中美恢复贸易磋商"),
        ("The Last Night Train", "Der letzte Nachtzug"),
        ("The Last Night Train", "Последний ночной поезд"),
        ("The Last Night Train", "Meridian Quarterly"),
        ("The Last Night Train", "2026-11-27"),
        ("90", "Ten recipes"),
    ],
)
def test_titles_that_may_be_of_one_page_are_let_be(ours: str, theirs: str) -> None:
    """A form of one word, another script or language, a title that says only whose page it is."""
    assert not have_nothing_in_common(ours, theirs, ["Meridian Quarterly"])


@pytest.mark.parametrize(
    "url",
    [
        "https://news.internal/unsubscribe?u=3",
        "https://paper.us1.list-manage.com/profile?u=1",
        "https://paper.internal/a?email=ada%40paper.internal",
        "https://paper.internal/newsletter/preferences/3",
        "https://paper.internal/story?token=abcdefgh12",
        "https://click.paper.internal/f/a/" + "A1" * 30,
    ],
)
def test_a_link_out_of_somebodys_mail_is_personal(url: str) -> None:
    """It acts for whoever got it."""
    assert is_personal(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://social.internal/@ada@other.internal",
        "https://maps.internal/@40.1,-74.2,15z",
        "https://video.internal/watch?v=dQw4w9WgXcQ",
        "https://open.music.internal/track/4uLU6hMCjMI75M1A2tKUQC",
        "https://git.internal/a/b/commit/" + "a1" * 20,
        "https://paper.internal/how-to-opt-out-of-it",
        "https://paper.internal/voter-preferences-2026",
        "https://paper.internal/second-round-of-talks-ends-without-a-text-but-with-a-calendar",
    ],
)
def test_a_link_that_anybody_may_follow_is_not(url: str) -> None:
    """However long or odd it is."""
    assert not is_personal(url)


# Telling

BEYOND = """---
title: The Last Night Train
url: {url}
outlet: Meridian Quarterly
---
A farewell to a sleeping car.
"""


def told(inspected: Inspected, rule: str | None = None) -> list[Finding]:
    return [finding for finding in CHECK.find(inspected) if rule in (None, finding.rule)]


def with_beyond(app: App, url: str, *links: LinkSeen, body: str = "") -> Inspected:
    issue_with(app.root, {"beyond-2.md": BEYOND.format(url=url) + body})
    return inspected(app, links=links)


def seen(url: str, state: LinkState = LinkState.ANSWERS, said: str = "200 OK", **more: str | None) -> LinkSeen:
    return LinkSeen(url=url, state=state, said=said, seen=NOW, **more)


URL = "https://meridian.internal/night-train"
PATH = "content/issues/2026-11-27/beyond-2.md"


def test_the_sample_has_nothing_wrong_with_its_links(app: App) -> None:
    """Asked for or not; where they are asked for, one finding says that they are samples."""
    assert told(inspected(app)) == []
    everything = inspected(app)
    places = links_of(everything.wordings, everything.draft)
    urls = addresses_of(places, everything.draft, everything.publication)
    links = look_at_links(urls, everything.publication.schedule, NOW)
    (finding,) = told(inspected(app, links=links))
    assert (finding.severity, finding.words, finding.section) == (Severity.UNCHECKED, "", None)
    assert finding.what.startswith(f"could not check {len(urls)} links to sample addresses (focus.example.org, ")


def test_every_place_of_a_link_is_known(app: App) -> None:
    """Front matter, texts, definitions at the end of a file, cited items; written in capitals or not; never a mail."""
    body = (
        "\nWe read [one](https://a.internal/x_(y)), <https://b.internal/> and https://c.internal/z. Write to"
        " <ada@paper.internal>, or see\n[two][2], [one](https://a.internal/x_(y)) again.\n\n[2]: https://d.internal/q\n"
    )
    everything = with_beyond(app, '"https://Meridian.internal/é"', body=body)
    places = links_of(everything.wordings, everything.draft)
    here = [(one.url, one.spot.line, one.spot.column, one.ours) for one in places if one.section == "beyond-2"]
    assert here == [
        ("https://meridian.internal/%C3%A9", 3, 7, "The Last Night Train"),
        ("https://a.internal/x_(y)", 8, 15, "one"),
        ("https://b.internal/", 8, 43, "https://b.internal/"),
        ("https://c.internal/z", 8, 68, "https://c.internal/z"),
        ("https://d.internal/q", 11, 6, "two"),
        ("https://a.internal/x_(y)", 9, 17, "one"),
    ]
    assert [one.url for one in places if one.spot.line == 0][:1] == [
        "https://ministry.example.org/readouts/third-round"
    ]
    assert next(one for one in places if one.section == "catchup").ours == "ports and the price of waiting"


def test_our_own_page_is_not_asked_for_before_it_is_there(app: App) -> None:
    """Nor are the issue's pictures; our other pages are."""
    own = "https://focus.example.org/issues/2026-11-27"
    body = f"\n[page]({own}/), [part]({own}#number), [old](https://focus.example.org/issues/2026-11-20/)\n"
    body += "[picture](https://focus.example.org/images/a.png)\n"
    everything = with_beyond(app, URL, body=body)
    places = links_of(everything.wordings, everything.draft)
    urls = addresses_of(places, everything.draft, everything.publication)
    assert not [url for url in urls if url.startswith((own, "https://focus.example.org/images/"))]
    assert "https://focus.example.org/issues/2026-11-20/" in urls


def test_an_item_that_is_shown_to_nobody_is_left_out(app: App) -> None:
    """Readers meet only what a blurb cites."""
    issue_with(
        app.root,
        {
            "number.md": (app.root / "content/issues/2026-11-27/number.md")
            .read_text()
            .replace("items: [pacific-pause]\n", "")
        },
    )
    everything = inspected(app)
    assert not [one for one in links_of(everything.wordings, everything.draft) if "pacificledger" in one.url]


def test_a_link_that_is_gone_blocks(app: App) -> None:
    """Where it is written, once, with the other places where it stands."""
    gone = seen(URL, LinkState.GONE, "404 Not Found")
    (finding,) = told(with_beyond(app, URL, gone, body=f"\n[Again]({URL}).\n"))
    assert (finding.rule, finding.severity, finding.words) == ("link-gone", Severity.BLOCK, URL)
    assert finding.spot == Spot(PATH, 3, 6, 3, 6 + len(URL))
    assert finding.what == "the page is gone (404 Not Found); it stands in beyond-2 as well"


def test_a_host_that_there_is_not_blocks(app: App) -> None:
    """By its name, which may be misspelt."""
    (finding,) = told(with_beyond(app, URL, seen(URL, LinkState.GONE, "no such host")))
    assert finding.what == "the link leads nowhere: there is no host meridian.internal"


def test_a_link_that_leads_on_to_a_missing_host_blocks(app: App) -> None:
    """By the name of that one."""
    (finding,) = told(with_beyond(app, URL, seen(URL, LinkState.GONE, "no such host: lost.internal")))
    assert finding.what == "the link leads on to lost.internal, and there is no such host"


def test_a_link_that_has_moved_warns_with_the_new_address(app: App) -> None:
    """To be written instead."""
    moved = seen(URL, LinkState.MOVED, "moved for good", final="https://meridian.internal/essays/night-train")
    (finding,) = told(with_beyond(app, URL, moved))
    assert (finding.rule, finding.severity, finding.fix) == ("link-moved", Severity.WARN, None)
    assert finding.todo == "write https://meridian.internal/essays/night-train"


@pytest.mark.parametrize(
    "moved",
    [
        seen(URL, LinkState.MOVED, "leads to the front page of a site", final="https://meridian.internal/", title="M"),
        seen(URL, LinkState.MOVED, "a page that says of itself that it is not there", title="Page not found"),
    ],
    ids=["front page", "title"],
)
def test_a_page_that_is_probably_gone_warns_and_its_title_is_held_against_nothing(app: App, moved: LinkSeen) -> None:
    """It is not certain, so it does not block."""
    (finding,) = told(with_beyond(app, URL, moved))
    assert (finding.rule, finding.severity) == ("link-moved", Severity.WARN)
    assert finding.todo == "find where the page is now, or take the link out"


def test_a_link_without_https_warns(app: App) -> None:
    """What to write is said; it is written by --fix where the page was seen there."""
    plain = "http://meridian.internal/night-train"
    (finding,) = told(with_beyond(app, plain))
    assert (finding.rule, finding.fix) == ("link-not-https", None)
    (finding,) = told(with_beyond(app, plain, seen(plain, LinkState.MOVED, "moved for good", final=URL)))
    assert finding.fix == Fix(PATH, 3, 6, plain, URL)
    with_www = "https://www.meridian.internal/night-train/"
    (finding,) = told(with_beyond(app, plain, seen(plain, LinkState.MOVED, "moved for good", final=with_www)))
    assert (finding.rule, finding.todo) == ("link-not-https", f"write {with_www}")


def test_a_link_that_tracks_warns_with_the_clean_address(app: App) -> None:
    """Each place is mended by --fix; what the page needs stays."""
    tracking = f"{URL}?id=7&utm_source=letter&fbclid=abc"
    found = told(with_beyond(app, tracking, body=f"\n[Again]({tracking}).\n"), "link-tracks")
    assert [finding.fix for finding in found] == [
        Fix(PATH, 3, 6, tracking, f"{URL}?id=7"),
        Fix(PATH, 8, 9, tracking, f"{URL}?id=7"),
    ]
    assert found[0].what == "the link carries what counts readers: utm_source, fbclid"


def test_a_personal_link_warns(app: App) -> None:
    """Before every reader acts as the one who got it."""
    (finding,) = told(with_beyond(app, "https://meridian.internal/unsubscribe?u=7"))
    assert (finding.rule, finding.severity) == ("link-personal", Severity.WARN)


def test_a_page_with_quite_another_title_warns(app: App) -> None:
    """With that title beside ours, at the place of ours."""
    (finding,) = told(with_beyond(app, URL, seen(URL, title="Ten recipes for autumn | Meridian Quarterly")))
    assert (finding.rule, finding.severity, finding.words) == ("link-title", Severity.WARN, "The Last Night Train")
    assert finding.spot.line == 2
    assert finding.beside[0].text == "Ten recipes for autumn | Meridian Quarterly"


def test_the_words_of_a_link_are_read_with_those_around_it(app: App) -> None:
    """ "Here" is no title; the paragraph says what it leads to."""
    body = "\nA diary of a harbour pilot is [here](https://h.internal/1), recipes [there](https://h.internal/2).\n"
    links = [seen("https://h.internal/1", title="Harbour diary"), seen("https://h.internal/2", title="Tax forms")]
    found = told(with_beyond(app, URL, *links, body=body))
    assert [(finding.rule, finding.words) for finding in found] == [("link-title", "there")]


def test_our_own_issues_are_told_by_what_was_in_them(app: App) -> None:
    """Their page is called by its subject, which says something else."""
    issue = "https://focus.example.org/issues/2026-11-20/"
    assert told(inspected(app, links=[seen(issue, title="Recipes for autumn")])) == []


def test_what_could_not_be_checked_is_told_once_for_each_reason(app: App) -> None:
    """Never as a warning."""
    urls = [f"https://h{number}.internal/" for number in range(6)]
    body = "\n" + " ".join(f"[harbour]({url})" for url in urls) + "\n"
    links = [
        seen(URL, title="The Last Night Train"),
        *(seen(url, LinkState.BLOCKED, "403 Forbidden") for url in urls[:4]),
        seen(urls[4], LinkState.UNREACHABLE, "no answer in time"),
        seen(urls[5], LinkState.BLOCKED, "inside a private network"),
    ]
    found = told(with_beyond(app, URL, *links, body=body))
    assert [(finding.severity, finding.words) for finding in found] == [(Severity.UNCHECKED, "")] * 3
    assert [finding.what for finding in found] == [
        "could not check 4 links (h0.internal, h1.internal, h2.internal and 1 more): 403 Forbidden",
        "could not check one link (h4.internal): no answer in time",
        "could not check one link inside a private network (h5.internal)",
    ]
    assert [finding.spot.line for finding in found] == [0, 8, 8]


def test_a_network_that_cannot_be_reached_is_told_once(app: App) -> None:
    """For all links together; nothing blocks. Of one link alone it is not so certain."""
    other = "https://other.internal/"
    down = [seen(url, LinkState.UNREACHABLE, "the network could not be reached") for url in (URL, other)]
    (finding,) = told(with_beyond(app, URL, *down, body=f"\n[Train]({other})\n"))
    assert finding.what == "could not check 2 links: the network could not be reached"
    assert finding.severity is Severity.UNCHECKED
    (finding,) = told(with_beyond(app, URL, down[0]))
    assert finding.what == "could not check one link (meridian.internal): neither its server nor any other answered"


def test_looking_at_links_can_be_done_beside_a_running_loop(web: Web) -> None:
    """The desk asks from inside one."""
    web.server.answer("/story", html("Story"))

    async def ask() -> tuple[LinkSeen, ...]:
        return web.look(web.url("/story"))

    # On a thread of its own: this one has a running loop once a test before it has used the browser.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: asyncio.run(ask())).result()[0].state is LinkState.ANSWERS
