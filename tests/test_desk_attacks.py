"""What a stranger, a reader's words, a colleague and a copied cookie were tried with, and what must not come of it.
docs/security.md has the table."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse, Response

from newsletter.actions import sessions
from newsletter.actions.accounts import member_of_team
from newsletter.actions.passwords import FRESH, has_password
from newsletter.actions.sign_in_links import first_secret, make_link
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import EVERYONE, Page
from newsletter.edit.load import load
from newsletter.model.errors import ContentError
from newsletter.publication.folder import Folder
from newsletter.publication.publication import read
from tests.approving import COMING
from tests.conftest import ISSUE
from tests.desking import FORM, Desking, Reply, desk_of
from tests.smtpserver import LIMIT

AT = f"/issues/{ISSUE}"
SECTION = f"{AT}/sections/opening"
GOOD = "heron kettle almanac tide"
TOO_LONG = "x" * 1025  # is held against no hash, which takes time
SECRET = "password-of-the-mail-server"
MULTIPART = "multipart/form-data; boundary=x"
PLAIN = {"Content-Type": FORM}


@pytest.fixture(scope="module")
def desk(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """A desk for what changes nobody's password."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("attacks") / "publication"))
    with desk_of(root) as running:
        yield running


@pytest.fixture
def own_desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication) as running:
        yield running


def connected(desk: Desking) -> socket.socket:
    return socket.create_connection(("127.0.0.1", desk.port), LIMIT)


def raw(desk: Desking, *lines: bytes, body: bytes = b"") -> bytes:
    """All that is answered on one connection, which the desk ends."""
    head = b"\r\n".join([lines[0], f"Host: 127.0.0.1:{desk.port}".encode(), *lines[1:], b"", b""])
    with connected(desk) as connection:
        connection.sendall(head + body)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer


# Forms that keep the desk busy


@pytest.mark.parametrize("charset", ["punycode", "idna", "undefined", "utf-7", "unicode_escape", "zlib", '"\x01"'])
def test_a_form_in_characters_that_no_browser_sends_is_refused(desk: Desking, charset: str) -> None:
    """400, unread: one of Python's codecs takes minutes for a megabyte, others fail as nobody expects; the name of one
    is the sender's to choose."""
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n-a9b8c7\r\n--x--\r\n'
    headers = {"Content-Type": f"{MULTIPART}; charset={charset}"}
    answer = desk.stranger().ask("POST", "/sign-in", body, headers)
    assert answer.status == 400
    assert "send it as UTF-8" in answer.text


@pytest.mark.parametrize("kind", [f"{MULTIPART}; charset=UTF-8", MULTIPART])
def test_a_form_in_utf_8_is_read(desk: Desking, kind: str) -> None:
    """Whether it says so or not."""
    client = desk.stranger()
    page = client.get("/sign-in")
    fields = {"token": page.hidden("token"), "name": "Zoë", "password": TOO_LONG}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in fields.items()]
    answer = client.ask("POST", "/sign-in", "".join([*parts, "--x--\r\n"]).encode(), {"Content-Type": kind})
    assert answer.status == 422
    assert 'value="Zoë"' in answer.text


@pytest.mark.parametrize("sign", [b"&", b"=&", b"a&"])
def test_a_form_of_separators_alone_is_refused_before_it_is_taken_apart(desk: Desking, sign: bytes) -> None:
    """Millions of fields, each of them nothing: their number is counted first."""
    body = sign * (900_000 // len(sign))
    assert desk.stranger().ask("POST", "/sign-in", body, PLAIN).status == 400


def test_no_form_holds_more_text_than_a_page_may_have(desk: Desking) -> None:
    """Where files may be sent along, their room is none for text, which every page would have to show again."""
    mei = desk.signed_in("mei")
    for client, fields, size in ((mei, 3, 1_400_000), (mei, 15, 1_990_000), (desk.stranger(), 3, 340_000)):
        texts = {f"f{number}": "<" * size for number in range(fields)}
        plain = b"&".join(f"{name}={text}".encode() for name, text in texts.items())
        assert client.ask("POST", f"{SECTION}/save", plain, PLAIN).status == 413
        parts = (
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in texts.items()
        )
        body = "".join([*parts, "--x--\r\n"]).encode()
        assert client.ask("POST", f"{SECTION}/save", body, {"Content-Type": MULTIPART}).status == 413


def sits(may_go_on: threading.Event) -> Page:
    """A page for everybody that is at it until it may go on."""

    def show(_: Office, _ask: Ask) -> Response:
        may_go_on.wait(LIMIT)
        return PlainTextResponse("done")

    return Page("/sits", EVERYONE, show)


def test_who_signs_in_keeps_nobody_waiting_who_is_at_work(publication: Path) -> None:
    """However many sit at the sign-in, where passwords are hashed a few at a time: a page of the team comes all the
    while."""
    may_go_on = threading.Event()
    with desk_of(publication, pages=(sits(may_go_on), *PAGES)) as desk, ExitStack() as ending:
        mei = desk.signed_in("mei")
        ending.callback(may_go_on.set)
        asking = [ending.enter_context(connected(desk)) for _ in range(30)]
        for one in asking:
            one.sendall(f"GET /sits HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\n\r\n".encode())
        assert mei.get("/people").status == 200
        may_go_on.set()
        assert [one.recv(65_536).partition(b"\r\n")[0] for one in asking] == [b"HTTP/1.1 200 OK"] * 30


def test_marks_that_never_end_keep_nobody_waiting(publication: Path) -> None:
    """Marks that are begun and not ended are looked at a little way each, and not each to the end of the line: that
    would take minutes here, and no other thread goes on while a pattern is at it."""
    path = publication / "content" / "issues" / ISSUE / "issue.md"
    path.write_text(path.read_text("utf-8") + "\n" + "[^a" * 60_000 + "\n", "utf-8")
    folder = Folder(publication)
    found, _ = read(folder)
    assert found
    with pytest.raises(ContentError, match="keep it under 20,000"):
        load(found, folder, COMING)


# Requests in two readings


def test_a_request_with_two_lengths_is_refused(desk: Desking) -> None:
    """A length beside chunks: what is a body for a proxy would be a request of its own for us."""
    second = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\n\r\n".encode()
    head = (b"POST /sign-in HTTP/1.1", b"Content-Length: 4", b"Transfer-Encoding: chunked")
    answer = raw(desk, *head, body=b"0\r\n\r\n" + second)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_only_a_cookie_of_exactly_our_name_is_read(desk: Desking) -> None:
    """A host beside ours may set a cookie whose name has an octet before it that Python takes for a space; a browser
    does not take it for one of `__Host-`, and no more do we."""
    secret = desk.secret_of("mei").encode()
    for before, behind in ((b"\x85", b""), (b"\xa0", b""), (b"", b"\x85"), (b"\x1f", b""), (b"x", b"")):
        answer = raw(
            desk,
            b"GET /account HTTP/1.1",
            b"Cookie: a=b; " + before + b"session" + behind + b"=" + secret,
            b"Connection: close",
        )
        assert b"Where you are signed in" not in answer, before + behind
    fine = raw(desk, b"GET /account HTTP/1.1", b"Cookie: a=b;session=" + secret, b"Connection: close")
    assert b"Where you are signed in" in fine


# Getting in


def tried(desk: Desking, name: str, network: int) -> Reply:
    """A try with a password that nobody has, from one of many networks."""
    client = desk.stranger()
    headers = {"X-Forwarded-For": f"10.{network >> 8}.{network & 255}.7"}
    fields = {"name": name, "password": TOO_LONG}
    return client.send(client.get("/sign-in", headers), "/sign-in", fields, headers)


def test_nobody_is_kept_out_by_tries_from_another_network(own_desk: Desking) -> None:
    """Whoever tries a name until they have to wait has its owner wait nowhere else; who has many networks is held by
    the name itself."""
    own_desk.office.behind = (ip_network("127.0.0.0/8"),)
    assert [tried(own_desk, "mei", 1).status for _ in range(6)] == [422] * 5 + [429]
    assert tried(own_desk, "mei", 2).status == 422
    assert [tried(own_desk, "mei", number).status for number in range(3, 48)] == [422] * 44 + [429]
    assert tried(own_desk, "priya", 1).status == 422


def test_a_copied_cookie_does_not_become_a_password(own_desk: Desking) -> None:
    """Who has none sets their first one soon after they have proved who they are, and no later."""
    priya = own_desk.signed_in("priya")
    page, fields = priya.get("/account"), {"current": "", "password": GOOD, "again": GOOD}
    own_desk.clock.forward(seconds=FRESH.total_seconds())
    refused = priya.send(page, "/account/password", fields)
    assert refused.status == 422
    assert "sign in anew with a link" in refused.text
    assert not has_password(own_desk.app, member_of_team(own_desk.app, "priya"))
    fresh = own_desk.signed_in("priya")
    assert fresh.send(fresh.get("/account"), "/account/password", fields).status == 303


def test_a_link_that_many_press_at_once_lets_one_in(own_desk: Desking) -> None:
    """Of six browsers that send the first user's form at one moment, each as somebody else, one gets in; so of six with
    one and the same link."""
    first = f"/first/{first_secret(own_desk.app, own_desk.clock())}"
    who = [{"member": name, "password": GOOD, "again": GOOD} for name in ("mei", "daniel", "priya") * 2]
    assert at_once(own_desk, first, who) == [303] + [410] * 5
    assert (
        sum(has_password(own_desk.app, member_of_team(own_desk.app, name)) for name in ("mei", "daniel", "priya")) == 1
    )
    link = f"/sign-in/{make_link(own_desk.app, 'priya', own_desk.clock())}"
    assert at_once(own_desk, link, [{}] * 6) == [303] + [410] * 5
    assert len(sessions.of_member(own_desk.app, "priya")) <= 2


def at_once(desk: Desking, path: str, forms: list[dict[str, str]]) -> list[int]:
    """What each of several browsers is answered that send a form at one moment, in order of the numbers."""
    clients = [desk.stranger() for _ in forms]
    pages = [client.get(path) for client in clients]
    together, told = threading.Barrier(len(forms), timeout=LIMIT), list[int]()

    def press(number: int) -> None:
        together.wait()
        told.append(clients[number].send(pages[number], path, forms[number]).status)

    pressing = [threading.Thread(target=press, args=(number,)) for number in range(len(forms))]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join(LIMIT)
    return sorted(told)


# Files of somebody who may bring files into content/


@pytest.mark.parametrize("target", [".env", "var/secret.txt", "../outside.txt"])
def test_a_link_in_content_opens_nothing_that_is_not_content(own_desk: Desking, target: str) -> None:
    """A picture or a section that is a link to .env, to the program's own files, or out of the publication: neither is
    shown, nor is its name taken for a way to write there."""
    root, issue = own_desk.root, own_desk.root / "content" / "issues" / ISSUE
    (root / target).write_text(f"{SECRET}\n", "utf-8")
    (issue / "images").mkdir(exist_ok=True)
    (issue / "images" / "quay-2.png").symlink_to(root / target)
    (issue / "beyond-9.md").symlink_to(root / target)
    mei = own_desk.signed_in("mei")
    page = mei.get(SECTION)
    assert mei.get(f"{AT}/images/quay-2.png").status == 404
    for path in (f"{AT}/sections/beyond-9", f"{AT}/sections/beyond-9?whole=1", f"{AT}/changes", AT):
        assert SECRET not in mei.get(path).text, path
    sent = {"whole": "---\nkind: beyond\n---\nx\n", "base": "", "act": "save"}
    assert SECRET not in mei.send(page, f"{AT}/sections/beyond-9/save", sent).text
    assert (root / target).read_text("utf-8") == f"{SECRET}\n"


def test_a_link_to_the_publication_itself_is_told_as_no_file(publication: Path) -> None:
    """It is a folder, and no text; nothing else is made of it."""
    (publication / "content" / "all.md").symlink_to(publication)
    folder = Folder(publication)
    assert folder.read_bytes("content/all.md") is None
    assert [one.path for one in folder.mistakes] == ["content/all.md"]
