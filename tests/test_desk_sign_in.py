"""Signing in at the desk, as a browser does it: over HTTP, with real passwords, links, mails and limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from newsletter.actions import sessions
from newsletter.actions.passwords import HASHER, NewPassword
from newsletter.actions.read_audit import read_audit
from newsletter.actions.sign_in import sign_in_by_link
from newsletter.actions.sign_in_links import first_secret, make_link
from newsletter.desk.pages.account import browser_words
from newsletter.desk.pages.sign_in import own_path
from newsletter.model.session import Visit
from tests.desking import Client, Desking, Reply, desk_of
from tests.running import until
from tests.sending import over_smtp
from tests.smtpserver import SmtpServer

GOOD, OTHER, WRONG = "heron kettle almanac tide", "lantern gravel postcard oboe", "not this one, is it"
TOO_LONG = "x" * 1025  # is held against no hash, which takes time
VISIT = Visit("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "192.0.2.0/24")


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication) as running:
        yield running


def password(desk: Desking, member: str, text: str = GOOD) -> None:
    """Sets a password, and leaves nobody signed in."""
    secret = make_link(desk.app, member, desk.clock())
    new = NewPassword(text, text)
    session = sessions.find(desk.app, sign_in_by_link(desk.app, desk.office.schedule, secret, VISIT, new), desk.clock())
    assert session
    sessions.end(desk.app, session.digest)


def signing_in(client: Client, name: str, text: str, next_page: str = "/") -> Reply:
    """What the form leads to."""
    fields = {"name": name, "password": text, "next": next_page}
    return client.send(client.get("/sign-in"), "/sign-in", fields)


def in_schedule(desk: Desking, old: str, new: str) -> None:
    """Changes schedule.yaml, and has the desk see it."""
    path = desk.root / "schedule.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    desk.office.look_again()


def acts(desk: Desking) -> list[str]:
    return [one.deed.act for one in read_audit(desk.app).entries]


# The form


def test_who_wanted_a_page_gets_there_by_signing_in(desk: Desking) -> None:
    """The cookie is out of reach of scripts and of other sites' forms, and lasts as long as a session may."""
    password(desk, "mei")
    client = desk.stranger()
    asked = client.get("/account?a=b")
    assert (asked.status, asked.to) == (303, "/sign-in?next=%2Faccount%3Fa%3Db")
    form = client.follow(asked)
    came = client.send(form, "/sign-in", {"name": "mei", "password": GOOD, "next": form.hidden("next")})
    assert (came.status, came.to) == (303, "/account?a=b")
    assert "Where you are signed in" in client.follow(came).text
    assert client.get("/sign-in?next=/team").to == "/team"
    again = signing_in(desk.stranger(), "Mei@Focus.example.org", GOOD)
    assert again.status == 303


def test_the_cookie_of_a_session_is_kept_as_it_must_be(desk: Desking) -> None:
    """HttpOnly, SameSite, for the whole desk, 14 days; the form's own cookie goes."""
    client = desk.stranger()
    form = client.get(f"/sign-in/{make_link(desk.app, 'mei', desk.clock())}")
    assert client.cookies.keys() == {"form"}
    came = client.send(form, form_path(form))
    assert client.cookies.keys() == {"session"}
    assert came.headers["cache-control"] == "no-store"
    told = came.headers["set-cookie"].split("; ")
    assert told[0] == f"session={client.cookies['session']}"
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=1209600"} <= set(told)


def form_path(page: Reply) -> str:
    """Where the page's own form is sent."""
    found = re.search(r'<main.*?<form method="post" action="([^"]+)"', page.text, re.DOTALL)
    assert found, page.text
    return found[1]


def test_a_session_that_somebody_planted_is_not_taken_over(desk: Desking) -> None:
    """Fixation: what the browser had before signing in signs nobody in after it, and a session that it had ends."""
    password(desk, "mei")
    planted = desk.secret_of("priya")
    for before in ("A" * 43, planted):
        client = Client(desk.port, {"session": before})
        link = make_link(desk.app, "mei", desk.clock())
        page = client.get(f"/sign-in/{link}")
        assert client.send(page, f"/sign-in/{link}").status == 303
        assert client.cookies["session"] != before
        assert sessions.find(desk.app, before, desk.clock()) is None


def masked(reply: Reply, name: str) -> str:
    """A page but for what was typed into it."""
    assert f'value="{name}"' in reply.text
    return reply.text.replace(f'value="{name}"', "")


def test_known_and_unknown_names_are_answered_alike(desk: Desking) -> None:
    """The same page, octet for octet, and the same headers; each was held against one hash with the same costs."""
    password(desk, "mei")
    client, names = desk.stranger(), ("mei", "MEI", "priya", "nobody", "mei@focus.example.org", "eve@focus.example.org")
    before = HASHER.asked
    replies = [signing_in(client, name, WRONG) for name in names]
    assert HASHER.asked - before == len(names)
    assert {reply.status for reply in replies} == {422}
    assert len({masked(reply, name) for reply, name in zip(replies, names, strict=True)}) == 1
    kept = [
        {key: value for key, value in one.headers.items() if key not in ("content-length", "date")} for one in replies
    ]
    assert all(one == kept[0] for one in kept)
    assert WRONG not in replies[0].text


def test_after_five_tries_a_name_has_to_wait_whoever_has_it(desk: Desking) -> None:
    """429 with Retry-After in the same words, for the right password as well; others go on, and after a while it is
    over. A link signs in all the while, so that nobody locks anybody out."""
    password(desk, "mei")
    client, told = desk.stranger(), []
    for name in ("mei", "abc"):
        for _ in range(5):
            assert signing_in(client, name, TOO_LONG).status == 422
        refused = signing_in(client, name, GOOD)
        assert (refused.status, refused.headers["retry-after"]) == (429, "30")
        told.append(masked(refused, name))
    assert told[0] == told[1]
    assert "Wait 30 seconds" in told[0]
    assert signing_in(client, "priya", TOO_LONG).status == 422
    link = make_link(desk.app, "mei", desk.clock())
    other = desk.stranger()
    assert other.send(other.get(f"/sign-in/{link}"), f"/sign-in/{link}").status == 303
    desk.seconds[0] += 30
    assert signing_in(client, "mei", GOOD).status == 303


def test_after_twenty_tries_a_network_has_to_wait(desk: Desking) -> None:
    """Whatever names it goes through; it hashes nothing then."""
    client = desk.stranger()
    page = client.get("/sign-in")
    for number in range(20):
        assert client.send(page, "/sign-in", {"name": f"n{number}", "password": TOO_LONG}).status == 422
    before = HASHER.asked
    refused = client.send(page, "/sign-in", {"name": "mei", "password": GOOD})
    assert (refused.status, refused.headers["retry-after"]) == (429, "10")
    assert HASHER.asked == before


NASTY = (
    *("", "account", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example"),
    *("/\n/evil.example", "/\r\nLocation: https://evil.example", "https://evil.example", "http:/evil.example"),
    *("javascript:alert(1)", "data:text/html,hi", " //evil.example", "/ /evil.example", "/a b", "/a\\b", "/\0"),
    *("/a\u2028b", "/\u200b/evil.example", "/é", "\ufeff/account", "/\x7f", "/\x85", "?next=/", "#top", ".", "..", "*"),
    *("/sign-out", "/sign-in?next=/", "/sign-in", "/first/abc", f"/{'a' * 2_000}", "ｈttps://evil.example"),
)


@pytest.mark.parametrize("path", NASTY)
def test_signing_in_leads_nowhere_but_to_our_own_pages(path: str) -> None:
    """What an address may say, and a browser would read as another host, leads to Today."""
    assert own_path(path) == "/"


@pytest.mark.parametrize(
    "path", ["/", "/account", "/triage?keep=a%2Fb&x=//y", "/issues/2026-11-27/sections/quote#text", "/@a"]
)
def test_signing_in_leads_to_the_page_that_was_wanted(path: str) -> None:
    """With all that stands behind it."""
    assert own_path(path) == path


def test_the_page_behind_signing_in_is_one_of_ours_over_http_too(desk: Desking) -> None:
    """In the form, in what it leads to, and for who is signed in already."""
    client = desk.signed_in("mei")
    assert client.get("/sign-in?next=%2F%2Fevil.example").to == "/"
    stranger = desk.stranger()
    assert stranger.get("/sign-in?next=%2F%5Cevil.example").hidden("next") == "/"
    password(desk, "priya")
    assert signing_in(stranger, "priya", GOOD, "//evil.example").to == "/"


def test_what_is_typed_for_a_name_is_shown_as_text(desk: Desking) -> None:
    """Whatever it looks like."""
    reply = signing_in(desk.stranger(), "\"><script>alert('1')</script>", TOO_LONG)
    assert "<script>alert" not in reply.text
    assert "&lt;script&gt;alert" in reply.text


# Links


def test_opening_a_link_signs_nobody_in_and_its_button_does_once(desk: Desking) -> None:
    """Programs that read mail open every link; the second press, and the next opening, find it used."""
    path = f"/sign-in/{make_link(desk.app, 'mei', desk.clock())}"
    scanner, client, late = desk.stranger(), desk.stranger(), desk.stranger()
    for _ in range(3):
        assert scanner.get(path).status == 200
    assert "session" not in scanner.cookies
    shown, shown_late = client.get(path), late.get(path)
    assert "Hello, <bdi>Mei Okafor</bdi>" in shown.text
    assert client.send(shown, path).to == "/"
    assert client.get("/account").status == 200
    too_late = late.send(shown_late, path)
    assert (too_late.status, "session" in late.cookies) == (410, False)
    assert "was used before" in too_late.text
    assert late.get(path).status == 410
    assert desk.stranger().get(f"/sign-in/{'A' * 43}").status == 410


def test_a_forgotten_password_is_set_anew_with_a_link(desk: Desking) -> None:
    """Other browsers are signed out; what is wrong stands beside the field, and the link is as good as before."""
    password(desk, "mei")
    other, client = desk.signed_in("mei"), desk.stranger()
    path = f"/sign-in/{make_link(desk.app, 'mei', desk.clock())}"
    page = client.get(path)
    wrong = client.send(page, path, {"password": "short", "again": "short"})
    assert wrong.status == 422
    assert '<p class="error" id="e-password">5 characters are too few' in wrong.text
    assert client.send(wrong, path, {"password": OTHER, "again": OTHER}).status == 303
    assert other.get("/account").to.startswith("/sign-in")
    assert signing_in(desk.stranger(), "mei", OTHER).status == 303


def test_a_link_is_mailed_to_the_team_and_everybody_is_told_the_same(publication: Path) -> None:
    """No answer tells a name that is known from one that is not; the mail goes to the one it is for, and signs in."""
    with SmtpServer() as server, desk_of(publication) as desk:
        over_smtp(desk.app, server.port)
        in_schedule(desk, "\nabout:", "\ndesk: https://desk.focus.example.org\nabout:")
        client = desk.stranger()
        page = client.get("/sign-in")
        assert 'formaction="/sign-in/link"' in page.text
        replies = [client.send(page, "/sign-in/link", {"name": name}) for name in ("nobody", "mei", "eve@example.org")]
        assert {(one.status, one.to) for one in replies} == {(303, "/sign-in")}
        pages = [client.follow(one).text for one in replies]
        assert "a link is on its way" in pages[0]
        (mail,) = server.wait_for(1)
        assert mail.recipients == ("mei@focus.example.org",)
        text = message_from_bytes(mail.content, policy=policy.SMTP).get_content()
        path = re.findall(r"https://desk\.focus\.example\.org(/sign-in/\S+)", text)[0]
        assert client.send(client.get(path), path).status == 303
        assert 'value="mei"' in client.get("/account").text
        assert len(server.messages) == 1


def test_asking_for_links_is_limited_by_network_and_told_where_there_is_no_address(desk: Desking) -> None:
    """The same whatever the name. Without `desk:` in schedule.yaml no link could lead here."""
    client = desk.stranger()
    page = client.get("/sign-in")
    assert "Mail me a link" not in page.text
    nowhere = client.send(page, "/sign-in/link", {"name": "mei"})
    assert nowhere.status == 422
    assert "--link" in nowhere.text
    in_schedule(desk, "\nabout:", "\ndesk: https://desk.focus.example.org\nabout:")
    for _ in range(5):
        assert client.send(page, "/sign-in/link", {"name": "nobody"}).status == 303
    refused = client.send(page, "/sign-in/link", {"name": "mei"})
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")


# The first user


def test_the_first_user_comes_by_the_address_in_the_terminal(desk: Desking) -> None:
    """Says who they are, chooses a password, and is signed in; the address is used then."""
    secret = first_secret(desk.app, desk.clock())
    client, path = desk.stranger(), f"/first/{secret}"
    page = client.get(path)
    assert all(name in page.text for name in ("Mei Okafor", "Daniel Achterberg", "Priya Lindqvist"))
    nobody = client.send(page, path, {"member": "", "password": GOOD, "again": GOOD})
    assert (nobody.status, "Say who you are." in nobody.text) == (422, True)
    differs = client.send(page, path, {"member": "daniel", "password": GOOD, "again": OTHER})
    assert differs.status == 422
    assert '<option value="daniel" selected>' in differs.text
    assert 'id="e-again"' in differs.text
    assert GOOD not in differs.text
    assert client.send(page, path, {"member": "daniel", "password": GOOD, "again": GOOD}).to == "/"
    assert "Daniel Achterberg" in client.get("/account").text
    assert client.get(path).status == 410
    assert client.send(client.get("/team"), path, {"member": "mei", "password": GOOD, "again": GOOD}).status == 410
    assert acts(desk) == ["first-user", "sign-in"]


def test_without_a_team_the_first_page_says_what_to_write(desk: Desking) -> None:
    """And where."""
    secret = first_secret(desk.app, desk.clock())
    path = desk.root / "schedule.yaml"
    path.write_text(re.sub(r"(?s)\nteam:\n.*?\n\n", "\n", path.read_text("utf-8")), "utf-8")
    desk.office.look_again()
    page = desk.stranger().get(f"/first/{secret}")
    assert page.status == 200
    assert "schedule.yaml names nobody yet" in page.text
    assert "roles: [writer, approver, operator]" in page.text


# One's own account


def test_changing_the_password_signs_out_every_other_browser(desk: Desking) -> None:
    """The one it is changed in goes on; the old password signs nobody in."""
    password(desk, "mei")
    mine, other = desk.signed_in("mei"), desk.signed_in("mei")
    page = mine.get("/account")
    wrong = mine.send(page, "/account/password", {"current": WRONG, "password": OTHER, "again": OTHER})
    assert wrong.status == 422
    assert 'id="e-current"' in wrong.text
    fields = {"current": GOOD, "password": OTHER, "again": OTHER}
    done = mine.send(page, "/account/password", fields)
    assert "One other browser was signed out." in mine.follow(done).text
    assert other.get("/account").to.startswith("/sign-in")
    assert signing_in(desk.stranger(), "mei", GOOD).status == 422
    assert acts(desk)[-1] == "set-password"


def test_the_current_password_cannot_be_guessed_from_a_browser_that_was_left_open(desk: Desking) -> None:
    """Its tries are counted with those of signing in."""
    password(desk, "mei")
    mine = desk.signed_in("mei")
    page = mine.get("/account")
    for _ in range(5):
        mine.send(page, "/account/password", {"current": TOO_LONG, "password": OTHER, "again": OTHER})
    refused = mine.send(page, "/account/password", {"current": GOOD, "password": OTHER, "again": OTHER})
    assert (refused.status, refused.headers["retry-after"]) == (429, "30")


def test_who_has_no_password_sets_one_without_another(desk: Desking) -> None:
    """As after the first link."""
    client = desk.signed_in("priya")
    page = client.get("/account")
    assert 'name="current"' not in page.text
    assert client.send(page, "/account/password", {"password": GOOD, "again": GOOD}).status == 303
    assert 'name="current"' in client.get("/account").text


def test_everybody_sees_and_ends_their_own_sessions_and_no_others(desk: Desking) -> None:
    """With browser, network and time; the name of another's session ends nothing."""
    mine, theirs = desk.signed_in("mei"), desk.signed_in("priya")
    other = Client(desk.port, {"session": sessions.begin(desk.app, "mei", VISIT, "password")})
    page = mine.get("/account")
    assert "Firefox on Linux" in page.text
    assert "192.0.2.0/24" in page.text
    assert page.text.count('name="session"') == 1
    foreign = theirs_name(desk)
    assert foreign not in page.text
    tried = mine.send(page, "/account/sessions/end", {"session": foreign})
    assert "signed out already" in mine.follow(tried).text
    assert theirs.get("/account").status == 200
    mine.send(page, "/account/sessions/end", {"session": page.hidden("session")})
    assert other.get("/account").status == 303
    third = desk.signed_in("mei")
    done = mine.send(page, "/account/sessions/end-others")
    assert "One other browser was signed out." in mine.follow(done).text
    assert (third.get("/account").status, mine.get("/account").status) == (303, 200)


def theirs_name(desk: Desking) -> str:
    """What a page calls the session of Priya."""
    (session,) = sessions.of_member(desk.app, "priya")
    return session.name


def test_signing_out_ends_the_session_and_not_only_the_cookie(desk: Desking) -> None:
    """Whoever has copied the cookie has nothing."""
    client = desk.signed_in("mei")
    copy = dict(client.cookies)
    assert client.get("/sign-out").status == 405  # a link or a picture elsewhere signs nobody out
    assert client.send(client.get("/account"), "/sign-out").to == "/sign-in"
    assert "session" not in client.cookies
    assert Client(desk.port, copy).get("/account").status == 303


def test_a_session_ends_by_itself(desk: Desking) -> None:
    """A night without a request."""
    client = desk.signed_in("mei")
    desk.clock.forward(hours=11.9)
    assert client.get("/account").status == 200
    desk.clock.forward(hours=12)
    assert client.get("/account").status == 303


WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1.15", "Safari on a Mac"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (iPhone; like Mac OS X) {WEBKIT} CriOS/130.0 Safari/604.1", "Chrome on an iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "a browser that does not say what it is"),
    ],
)
def test_browsers_are_called_as_people_call_them(told: str, words: str) -> None:
    """By what they are, not by all that they want to be taken for."""
    assert browser_words(told) == words


# The team


def test_an_operator_makes_a_link_for_somebody_and_it_is_shown_once(desk: Desking) -> None:
    """It signs them in; the audit log says who made it."""
    operator = desk.signed_in("daniel")
    page = operator.get("/team")
    assert page.text.count("Make a sign-in link</button>") == 2
    made = operator.send(page, "/team/priya/link")
    found = re.search(r'value="(/sign-in/\S{43})" readonly', made.text)
    assert found
    assert made.headers["cache-control"] == "no-store"
    assert found[1] not in operator.get("/team").text
    client = desk.stranger()
    assert client.send(client.get(found[1]), found[1]).status == 303
    assert "Priya Lindqvist" in client.get("/account").text
    told = [(one.deed.who, one.deed.act, one.deed.note) for one in read_audit(desk.app).entries]
    assert ("daniel (signed in)", "make-link", "for priya") in told
    assert operator.send(page, "/team/nobody/link").status == 404


def test_an_operator_signs_a_member_out_everywhere(desk: Desking) -> None:
    """In their own name."""
    operator, one, two = desk.signed_in("daniel"), desk.signed_in("mei"), desk.signed_in("mei")
    page = operator.get("/team")
    done = operator.send(page, "/team/mei/sessions/end")
    assert "Mei Okafor was signed out of 2 browsers." in operator.follow(done).text
    assert [client.get("/account").status for client in (one, two)] == [303, 303]
    assert operator.send(page, "/team/nobody/sessions/end").status == 404
    assert acts(desk)[-1] == "end-sessions"


def test_nobody_but_an_operator_makes_links_or_ends_sessions_of_others(desk: Desking) -> None:
    """They see the team, without buttons; what they send is refused."""
    client, other = desk.signed_in("mei"), desk.signed_in("priya")
    page = client.get("/team")
    assert "Priya Lindqvist" in page.text
    assert "/team/priya" not in page.text
    for path in ("/team/priya/link", "/team/priya/sessions/end"):
        assert client.send(page, path).status == 403
    assert other.get("/team").status == 200


def test_who_comes_while_schedule_yaml_has_a_mistake_is_let_in(desk: Desking) -> None:
    """By the team of before, with a password or by a link that was made then: somebody may have to stop a mailing."""
    password(desk, "mei")
    link = make_link(desk.app, "daniel", desk.clock())
    in_schedule(desk, "team:", "team: [")
    assert signing_in(desk.stranger(), "mei", GOOD).status == 303
    client = desk.stranger()
    came = client.send(client.get(f"/sign-in/{link}"), f"/sign-in/{link}")
    assert came.status == 303
    assert "the desk shows them as they stood before" in client.get("/calendar").text


def test_who_is_taken_out_of_the_team_is_signed_out_at_once(desk: Desking) -> None:
    """And roles hold from the moment they are written."""
    daniel, priya = desk.signed_in("daniel"), desk.signed_in("priya")
    in_schedule(desk, "    roles: [writer, approver, operator]", "    roles: [writer, approver]")
    assert "Make a sign-in link" not in daniel.get("/team").text
    path = desk.root / "schedule.yaml"
    path.write_text(re.sub(r"  - id: priya\n(    .*\n)+", "", path.read_text("utf-8")), "utf-8")
    desk.office.look_again()
    assert until(lambda: priya.get("/account").status) == 303
    assert daniel.get("/account").status == 200
