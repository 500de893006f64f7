"""The desk's shell: who is let in, what a form has to carry, what every answer says to a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, Response

from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.routes import EVERYONE, TEAM, WRITERS, Page
from newsletter.model.errors import ConfigError
from tests.desking import FORM, Client, Desking, desk_of


def show(office: Office, ask: Ask) -> Response:
    return office.page(ask, "trouble.html", "A page", {"words": [ask.query.get("q", "nothing")], "texts": []})


def form(office: Office, ask: Ask) -> Response:
    return HTMLResponse(f'<form method="post"><input type="hidden" name="token" value="{ask.token}"></form>')


def take(office: Office, ask: Ask) -> Response:
    if ask.text("what") == "break":
        raise ConfigError("what", "this cannot be done; do that instead")
    if ask.text("what") == "fall":
        raise ZeroDivisionError
    return office.go(ask, "/one", f"Done: {ask.text('what')}, and {len(ask.files)} files.")


PAGES = (
    Page("/one", TEAM, show),
    Page("/form", EVERYONE, form, take),
    Page("/do", TEAM, form, take, WRITERS, most=20_000),
    Page("/only", TEAM, None, take),
)


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication, pages=PAGES) as running:
        yield running


def test_strangers_are_led_to_the_sign_in_and_back(desk: Desking) -> None:
    """Whoever is not signed in learns nothing of a page, nor whether there is one."""
    for path, quoted in (("/one?q=5", "%2Fone%3Fq%3D5"), ("/no/such/page", "%2Fno%2Fsuch%2Fpage")):
        answer = desk.stranger().get(path)
        assert (answer.status, answer.to) == (303, f"/sign-in?next={quoted}")


def test_members_see_the_page_and_what_is_not_there(desk: Desking) -> None:
    """With a session the page comes, with its words escaped; an unknown address is told in words."""
    mei = desk.signed_in("mei")
    assert "&lt;b&gt;" in mei.get("/one?q=<b>").text
    missing = mei.get("/no/such/page")
    assert missing.status == 404
    assert "There is no page at /no/such/page." in missing.text


@pytest.mark.parametrize("path", ["/no/such/page", "/no/such%0apage", "/one/", "/assets/no/such"])
def test_an_address_that_there_is_not_is_told_in_words_whatever_is_sent_to_it(desk: Desking, path: str) -> None:
    """Members read it on a page, with the form's own token or without; strangers are answered as at a page of ours."""
    mei, stranger = desk.signed_in("mei"), desk.stranger()
    form = mei.get("/do")
    for answer in (mei.get(path), mei.post(path, {}), mei.send(form, path, {"what": "x"})):
        assert answer.status == 404
        assert "There is no page at /" in answer.text
        assert "The week" in answer.text  # the desk's own page, for who has signed in
    assert stranger.get(path).to.startswith("/sign-in?next=%2F")
    unknown, known = stranger.post(path, {"what": "my words"}), stranger.post("/do", {"what": "my words"})
    assert (unknown.status, known.status) == (401, 401)
    assert "my words" in unknown.text
    hidden = re.compile(r'value="[^"]*"|next=[^"]*')
    assert hidden.sub("", unknown.text) == hidden.sub("", known.text)


def test_what_is_only_shown_or_only_sent_to_says_so(desk: Desking) -> None:
    """A page that takes nothing, and a button's address that shows nothing: in the desk's words, with what is done
    there. Strangers learn neither."""
    mei, stranger = desk.signed_in("mei"), desk.stranger()
    sent, shown = mei.post("/one", {}), mei.get("/only")
    assert (sent.status, sent.headers["allow"]) == (405, "GET, HEAD")
    assert "This page is only shown" in sent.text
    assert (shown.status, shown.headers["allow"]) == (405, "POST")
    assert "There is nothing to see at this address" in shown.text
    assert (stranger.post("/one", {}).status, stranger.get("/only").status) == (401, 303)
    file = stranger.post("/assets/desk.css", {})
    assert (file.status, file.headers["allow"]) == (405, "GET, HEAD")
    assert "This is a file" in file.text


def test_every_answer_is_guarded(desk: Desking) -> None:
    """Pages, files, redirects and refusals say what a browser may do with them, and none is kept but our files."""
    mei = desk.signed_in("mei")
    for path in ("/one", "/no/such/page", "/assets/desk.css", "/assets/none"):
        answer = mei.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cache-control"] == (
            "public, max-age=31536000, immutable" if path == "/assets/desk.css" else "no-store"
        )


def test_another_host_is_refused(desk: Desking) -> None:
    """A name that somebody else has lead to us is not answered for."""
    assert desk.stranger().get("/one", {"Host": "desk.attacker.test"}).status == 421


def test_a_form_needs_its_token(desk: Desking) -> None:
    """A form without the token, or with the one of another session, does nothing."""
    mei, daniel = desk.signed_in("mei"), desk.signed_in("daniel")
    theirs = daniel.get("/do")
    assert mei.post("/do", {"what": "x"}).status == 403
    assert mei.send(theirs, "/do", {"what": "x"}).status == 403
    assert mei.send(mei.get("/do"), "/do", {"what": "x"}).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://attacker.test"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
    ids=["cross-site", "same-site", "origin", "null"],
)
def test_a_form_from_elsewhere_is_refused(desk: Desking, headers: dict[str, str]) -> None:
    """Even with the right token: what another site's page sends does nothing."""
    mei = desk.signed_in("mei")
    assert mei.send(mei.get("/do"), "/do", {"what": "x"}, headers).status == 403


def test_a_form_before_signing_in_is_bound_to_its_browser(desk: Desking) -> None:
    """The token of one stranger's page is of no use to another: nobody can be signed in by a form of somebody else."""
    one, other = desk.stranger(), desk.stranger()
    page = one.get("/form")
    assert other.send(page, "/form", {"what": "x"}).status == 403
    other.get("/form")
    assert other.send(page, "/form", {"what": "x"}).status == 403
    assert one.send(page, "/form", {"what": "x"}).status == 303


def test_what_was_done_is_said_once(desk: Desking) -> None:
    """The page after a form says it, the one after that does not; another browser cannot be made to say it."""
    mei, daniel = desk.signed_in("mei"), desk.signed_in("daniel")
    answer = mei.send(mei.get("/do"), "/do", {"what": "<b>kept</b>"})
    daniel.cookies["said"] = mei.cookies["said"]
    assert "kept" not in daniel.get("/one").text
    assert "Done: &lt;b&gt;kept&lt;/b&gt;, and 0 files." in mei.follow(answer).text
    assert "kept" not in mei.get("/one").text


def test_files_arrive(desk: Desking) -> None:
    """A form with a file is read with its token, and one that is too large is refused."""
    mei = desk.signed_in("mei")
    page = mei.get("/do")
    answer = mei.upload(page, "/do", {"what": "a picture"}, "file", ("a.png", b"\x89PNG"))
    assert "Done: a picture, and 1 files." in mei.follow(answer).text
    assert mei.upload(page, "/do", {"what": "a picture"}, "file", ("a.png", b"x" * 20_001)).status == 413


def test_what_an_action_refuses_is_told_in_its_words(desk: Desking) -> None:
    """A mistake of who asks becomes a page of words; one of ours says that it is ours."""
    mei = desk.signed_in("mei")
    refused = mei.send(mei.get("/do"), "/do", {"what": "break"})
    assert refused.status == 422
    assert "do that instead" in refused.text
    part = mei.send(mei.get("/do"), "/do", {"what": "break"}, {"HX-Request": "true"})
    assert "<html" not in part.text
    assert "do that instead" in part.text
    fallen = mei.send(mei.get("/do"), "/do", {"what": "fall"})
    assert fallen.status == 500
    assert "ZeroDivisionError" not in fallen.text
    assert "a mistake in the program" in fallen.text


def test_what_is_sent_after_the_session_ended_is_given_back(desk: Desking) -> None:
    """Whoever wrote for a day and was signed out meanwhile sees their text again; nothing of it was done."""
    mei = desk.signed_in("mei")
    page = mei.get("/do")
    desk.clock.forward(hours=13)
    answer = mei.send(page, "/do", {"what": "the narrative of the week"})
    assert answer.status == 401
    assert "the narrative of the week" in answer.text
    assert page.hidden("token") not in answer.text


def test_a_member_who_has_left_is_a_stranger(desk: Desking) -> None:
    """Who is taken out of schedule.yaml is out at the next request, with a session that has not ended."""
    mei = desk.signed_in("mei")
    assert mei.get("/one").status == 200
    path = desk.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8").replace("id: mei,", "id: may,").replace("id: mei\n", "id: may\n"), "utf-8")
    desk.seconds[0] += 2
    assert mei.get("/one").status == 303


def test_a_broken_schedule_is_told_and_the_desk_goes_on(desk: Desking) -> None:
    """Whoever saves a mistake into schedule.yaml is told on the desk, which shows things as they stood before."""
    mei = desk.signed_in("mei")
    path = desk.root / "schedule.yaml"
    before = path.read_text("utf-8")
    path.write_text(before + "\nnonsense: yes\n", "utf-8")
    desk.seconds[0] += 2
    assert "hold mistakes" in mei.get("/one").text
    path.write_text(before, "utf-8")
    desk.seconds[0] += 2
    assert "hold mistakes" not in mei.get("/one").text


def test_a_body_without_its_form_is_refused(desk: Desking) -> None:
    """What is no form has no token; a form of a thousand fields too many is no form of ours."""
    mei = desk.signed_in("mei")
    assert mei.ask("POST", "/do", b'{"what": "x"}', {"Content-Type": "application/json"}).status == 403
    many = "&".join(f"f{number}=1" for number in range(2_200)).encode()
    assert mei.ask("POST", "/do", many, {"Content-Type": FORM}).status == 400


def test_reading_does_not_write(desk: Desking) -> None:
    """No GET is taken for a form, and no method but GET, HEAD and POST is answered."""
    mei = desk.signed_in("mei")
    assert mei.ask("PUT", "/do").status == 405
    assert Client(desk.port, dict(mei.cookies)).ask("HEAD", "/one").status == 200
    assert mei.post("/one", {"token": mei.get("/do").hidden("token")}).status == 405
