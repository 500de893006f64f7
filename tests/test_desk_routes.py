"""Every page of the desk and every role: who sees it, who may send something to it, what strangers get."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import Page
from newsletter.publication.schedule import Role
from tests.desking import Client, Desking, Reply, desk_of

NOT_FOR_THEM = "This is for whoever is"
OF_ANOTHER_SESSION = "This form is of another session"
_TEAM = re.compile(r"(?m)^team:\n(?:  .*\n)+")


@pytest.fixture(scope="module")
def desk(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """A desk whose team has one member for each role."""

    root = tmp_path_factory.mktemp("roles") / "publication"
    shutil.copytree(pristine, root)
    path = root / "schedule.yaml"
    team = "".join(
        f"  - {{ id: {role.value}, name: The {role.value}, address: {role.value}@focus.example.org, city: Hong Kong, "
        f"roles: [{role.value}] }}\n"
        for role in Role
    )
    path.write_text(_TEAM.sub(f"team:\n{team}", path.read_text("utf-8")), "utf-8")
    with desk_of(root) as running:
        yield running


def at(page: Page) -> str:
    """An address of the page. What it names need not be there: who may see it is told before."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: {"issue": "2026-11-27"}.get(match[1], "none"), page.path)


SHOWN = [page for page in PAGES if page.show]
TAKEN = [page for page in PAGES if page.take]
PRIVATE_SHOWN = [page for page in SHOWN if page.roles]
PRIVATE_TAKEN = [page for page in TAKEN if page.takers]


def test_no_two_pages_have_one_address() -> None:
    """The first would hide the second."""
    addresses = [(page.path, method) for page in PAGES for method in ("show", "take") if getattr(page, method)]
    assert sorted({one for one in addresses if addresses.count(one) > 1}) == []


@pytest.mark.parametrize("page", PRIVATE_SHOWN, ids=lambda page: page.path)
def test_strangers_see_no_page(desk: Desking, page: Page) -> None:
    """Without a session, and with one that nobody was given, there is only the sign-in."""
    for client in (desk.stranger(), Client(desk.port, {"session": "x" * 43})):
        answer = client.get(at(page))
        assert answer.status == 303
        assert answer.to.startswith("/sign-in?next=")


@pytest.mark.parametrize("page", PRIVATE_TAKEN, ids=lambda page: page.path)
def test_strangers_can_send_nothing(desk: Desking, page: Page) -> None:
    """What they send comes back to them and is done by nobody."""
    answer = desk.stranger().post(at(page), {"token": "x"})
    assert answer.status == 401
    assert "You are signed out" in answer.text


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
@pytest.mark.parametrize("page", PRIVATE_SHOWN, ids=lambda page: page.path)
def test_each_role_sees_its_pages_and_no_others(desk: Desking, page: Page, role: Role) -> None:
    """As the list says; a page of another role says whose it is."""
    answer = signed_in(desk, role).ask("HEAD", at(page)) if role in page.roles else signed_in(desk, role).get(at(page))
    assert is_refused(answer) is (role not in page.roles)
    assert answer.status < 500


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
@pytest.mark.parametrize("page", PRIVATE_TAKEN, ids=lambda page: page.path)
def test_each_role_sends_what_it_may_and_nothing_else(desk: Desking, page: Page, role: Role) -> None:
    """Who may not is refused before what they send is read; who may is asked for the form's own token, always."""
    answer = signed_in(desk, role).post(at(page), {})
    assert answer.status == 403
    if role in page.takers:
        assert OF_ANOTHER_SESSION in answer.text
    else:
        assert NOT_FOR_THEM in answer.text


@pytest.mark.parametrize("page", [page for page in TAKEN if not page.takers], ids=lambda page: page.path)
def test_forms_for_everybody_need_their_token_too(desk: Desking, page: Page) -> None:
    """Nobody is signed in, or sent a link, by a form of another page."""
    answer = desk.stranger().post(at(page), {})
    assert answer.status == 403
    assert OF_ANOTHER_SESSION in answer.text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_page_is_kept_by_anybody(desk: Desking, page: Page) -> None:
    """Neither by a browser nor by what stands between, and none can be framed by another site."""
    answer = signed_in(desk, Role.OPERATOR).get(at(page))
    assert answer.headers["cache-control"] == "no-store"
    assert re.search(r"frame-ancestors '(none|self)'", answer.headers["content-security-policy"])


_SIGNED_IN: dict[tuple[int, Role], Client] = {}


def signed_in(desk: Desking, role: Role) -> Client:
    """The browser of the member who has this role alone."""
    return _SIGNED_IN.setdefault((desk.port, role), desk.signed_in(role.value))


def is_refused(answer: Reply) -> bool:
    return answer.status == 403
