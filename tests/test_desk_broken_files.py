"""The desk while a file of the publication has a mistake: what only looks goes on as the files stood before, what is
being sent is looked after as ever, and what needs the file says where it is mended."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.show_receipt import show_receipt
from newsletter.actions.start_sending import is_at_it
from newsletter.desk.faults import forms_for
from newsletter.model.errors import Mistake
from newsletter.model.mailing import DeliveryState, MailingState
from tests.approving import COMING
from tests.commands import run
from tests.conftest import ISSUE
from tests.desk_ground import LAST, UNKNOWN, DeskGround
from tests.desking import Desking, Reply, desk_of
from tests.living import Clock
from tests.sending import COUNT, over_smtp
from tests.smtpserver import Gate, SmtpServer, usual
from tests.test_desk_delivery import begin_now, state, until

AT = f"/issues/{ISSUE}"
DELIVERY = f"{AT}/delivery"
FILES = ("schedule.yaml", "content/people.yaml", "content/names.yaml", "seeds/sources.yaml")
SECTION = f"content/issues/{ISSUE}/number.md"
SHOWN = ("/calendar", "/jobs", "/answers", f"/answers?issue={LAST}", DELIVERY, f"{DELIVERY}/unknown")
NEEDED = (f"{AT}/changes", f"{AT}/changes?since=issue", f"{AT}/test")  # of the issue as its files say it now
STANDS = "the desk shows them as they stood before"
ACCEPT = {"whom": "ticked", "reader": UNKNOWN[0], "decision": "accept", "note": "it stands in the log"}


@contextmanager
def broken(root: Path, path: str) -> Iterator[None]:
    """Somebody has saved a slip in this file."""
    file = root / path
    before = file.read_bytes()
    file.write_bytes(b"---\nkind: [number\n" if path.endswith(".md") else before + b"\n  : [half a line\n")
    try:
        yield
    finally:
        file.write_bytes(before)


@contextmanager
def all_broken(desk: Desking) -> Iterator[None]:
    """In every file of the publication and in the issue, and the desk has seen it."""
    with (
        broken(desk.root, FILES[0]),
        broken(desk.root, FILES[1]),
        broken(desk.root, FILES[2]),
        broken(desk.root, FILES[3]),
        broken(desk.root, SECTION),
    ):
        desk.seconds[0] += 2
        yield
    desk.seconds[0] += 2


@pytest.fixture(scope="module")
def desk(desk_ground: DeskGround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """The desk of an issue that was sent, with copies of which nobody knows whether they arrived."""
    root = Path(shutil.copytree(desk_ground.sent, tmp_path_factory.mktemp("broken") / "publication"))
    with desk_of(root, clock=Clock(desk_ground.after)) as running:
        yield running


def main_of(reply: Reply) -> str:
    """The words of a page without what stands around it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", reply.text.partition("<main")[2]))


@pytest.mark.parametrize("path", FILES)
def test_what_only_looks_goes_on(desk: Desking, path: str) -> None:
    """As the files stood before, which every page says, with file and line. The part of the delivery that moves is
    given as well."""
    mei = desk.signed_in("mei")
    before = {page: main_of(mei.get(page)) for page in SHOWN}
    with broken(desk.root, path):
        desk.seconds[0] += 2
        for page in SHOWN:
            shown = mei.get(page)
            assert (shown.status, main_of(shown)) == (200, before[page])
            assert STANDS in shown.text
            assert f"{path}:" in shown.text
        assert "Waits for a decision" in mei.get(f"{DELIVERY}/progress").text
    desk.seconds[0] += 2
    assert STANDS not in mei.get("/calendar").text


@pytest.mark.parametrize("path", [*FILES, SECTION])
@pytest.mark.parametrize("page", NEEDED)
def test_what_needs_the_file_says_where_it_is_mended(desk: Desking, page: str, path: str) -> None:
    """On a page of the desk, once: file and line, and the form of that file where it has one."""
    mei = desk.signed_in("mei")
    with broken(desk.root, path):
        desk.seconds[0] += 2
        shown = mei.get(page)
    desk.seconds[0] += 2
    assert shown.status == 422
    assert 'aria-label="Desk"' in shown.text
    assert "A file has to be mended first" in main_of(shown)
    assert main_of(shown).count(f"{path}:") == 1
    assert STANDS not in shown.text
    mended = forms_for([Mistake(path, 1, "", "")])
    assert bool(mended) == (path != "schedule.yaml")
    for address in mended.values():
        assert f'href="{address}"' in shown.text.partition("<main")[2]
        assert mei.get(address).status == 200
    assert ("Whoever keeps the publication’s files mends it" in shown.text) == (not mended)


def test_each_file_that_has_a_form_is_led_to() -> None:
    """The opening stands in issue.md; what has no form has no address, and each file is named once."""
    paths = (f"content/issues/{ISSUE}/issue.md", SECTION, SECTION, *FILES, f"content/issues/{ISSUE}/items.yaml")
    assert forms_for(Mistake(path, 3, "it is wrong", "mend it") for path in paths) == {
        f"content/issues/{ISSUE}/issue.md": f"{AT}/sections/opening",
        SECTION: f"{AT}/sections/number",
        "content/people.yaml": "/people",
        "content/names.yaml": "/names",
        "seeds/sources.yaml": "/sources",
    }


def test_unknown_copies_are_decided_on_whatever_is_broken(desk_ground: DeskGround, tmp_path: Path) -> None:
    """At the desk and on the command line."""
    root = Path(shutil.copytree(desk_ground.sent, tmp_path / "publication"))
    with desk_of(root, clock=Clock(desk_ground.after)) as desk:
        mei = desk.signed_in("mei")
        with all_broken(desk):
            done = mei.send(mei.get(f"{DELIVERY}/unknown"), f"{DELIVERY}/unknown", ACCEPT)
            assert "1 copy is counted as accepted" in mei.follow(done).text
            typed = run("-C", str(root), "resolve", ISSUE, "--unknown", "accept")
            assert (typed.returncode, "1 copy counted as accepted" in typed.stdout) == (0, True), typed
        assert state(desk.app) is MailingState.SENT


@pytest.fixture
def going_out(sender: App) -> Iterator[tuple[Desking, Gate]]:
    """A desk in the hour in which its issue goes out: the third copy waits at the mail server."""
    gate = Gate()
    with SmtpServer() as server, desk_of(sender.root, clock=Clock(sender.clock())) as desk:
        over_smtp(sender, server.port)
        desk.seconds[0] += 2
        server.at("DOT", usual(gate=gate), after=2, times=1)
        begin_now(desk.signed_in("mei"))
        gate.wait()
        yield desk, gate
        gate.open()
        until(lambda: not is_at_it(sender, COMING))


def test_a_mailing_is_paused_whatever_is_broken(going_out: tuple[Desking, Gate]) -> None:
    """Its page is there, and says how far it is; what cannot go on without schedule.yaml says so on that page; once it
    is mended, it goes on."""
    desk, gate = going_out
    mei = desk.signed_in("mei")
    with all_broken(desk):
        page = mei.get(DELIVERY)
        assert (page.status, "Pause" in page.text) == (200, True)
        done = mei.send(page, f"{DELIVERY}/pause", {"note": "a wrong link"})
        gate.open()
        assert "It is paused" in mei.follow(done).text
        until(lambda: not is_at_it(desk.app, COMING))
        again = mei.send(page, f"{DELIVERY}/start", {"start": "resume"})
        assert (again.status, "Nothing was begun: schedule.yaml:" in main_of(again)) == (409, True)
        assert state(desk.app) is MailingState.PAUSED
    with broken(desk.root, "content/people.yaml"), broken(desk.root, SECTION):
        assert mei.send(page, f"{DELIVERY}/start", {"start": "resume"}).status == 303
        until(lambda: state(desk.app) is MailingState.SENT)
    assert show_receipt(desk.app, COMING).receipt.of(DeliveryState.ACCEPTED) == COUNT


def test_a_mailing_is_cancelled_whatever_is_broken(going_out: tuple[Desking, Gate]) -> None:
    """Paused on the command line, ended at the desk: both need the database alone, and nobody else gets it. What the
    site cannot show meanwhile is told, and done by the command that is named."""
    desk, gate = going_out
    mei, where = desk.signed_in("mei"), ("-C", str(desk.root))
    with all_broken(desk):
        paused = run(*where, "pause", ISSUE)
        gate.open()
        assert (paused.returncode, "Paused: " in paused.stdout) == (0, True), paused
        until(lambda: not is_at_it(desk.app, COMING))
        done = mei.send(mei.get(DELIVERY), f"{DELIVERY}/cancel", {"note": "called off", "sure": "yes"})
        assert (done.status, f"{ISSUE} is cancelled, and nobody else gets it" in main_of(done)) == (409, True)
        again = run(*where, "cancel", ISSUE, "--yes")
        assert (again.returncode, "its page does not say so yet: schedule.yaml:" in again.stderr) == (1, True), again
    assert run(*where, "cancel", ISSUE, "--yes").returncode == 0
    receipt = show_receipt(desk.app, COMING).receipt
    assert receipt.closed
    assert 0 < receipt.of(DeliveryState.ACCEPTED) < COUNT
