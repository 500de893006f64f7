"""Bad luck at the desk: a full disk, a database that is held or gone, files that are no files. Whoever was writing is
told in words what happened and what to do next, and has what they typed."""

from __future__ import annotations

import re
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import Response

from newsletter.actions.app import read_issue
from newsletter.actions.keep_draft import draft_of, drop_draft
from newsletter.actions.save_text import look_at_text, save_text
from newsletter.desk.ask import Ask
from newsletter.desk.faults import disk_words, too_large_words
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import FILE, TEAM, TEXT, Page
from newsletter.store import audit
from newsletter.store.engine import open_store
from tests.approving import COMING, in_issue, sign
from tests.conftest import ISSUE, ROOT
from tests.desking import Client, Desking, Reply, desk_of
from tests.living import NOW
from tests.sectionforms import sent_back, text_of
from tests.uploading import drawn

AT = f"/issues/{ISSUE}"
PATH = f"{AT}/sections/read-more"
SAVE = {"act": "save", "seen": "Mei Okafor"}  # asked whether their approval may go, whoever saves has said yes
TYPED = "Nobody has typed these words before.\n"


@pytest.fixture(scope="module")
def running(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """One desk for all: what happens to it is over at the end of each test."""
    publication = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("faults") / "publication"))
    with desk_of(publication, longest_wait=0.1) as desk:
        sign(desk.app, "mei")
        yield desk


@pytest.fixture
def desk(running: Desking, pristine: Path) -> Desking:
    """The desk, with the sample's text in the section that is written in here."""
    in_issue(running.root, "read-more.md").write_bytes(in_issue(pristine, "read-more.md").read_bytes())
    drop_draft(running.app, COMING, "read-more", "mei")
    return running


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can be written to."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def held(desk: Desking) -> Iterator[None]:
    """Another process writes to the database, and is not done."""
    with closing(sqlite3.connect(desk.root / "var" / "newsletter.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def away(path: Path) -> Iterator[None]:
    """The file or folder is elsewhere, as after `git checkout` of another branch."""
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    yield
    aside.rename(path)


def typed_in(page: Reply) -> dict[str, str]:
    """The fields of a section's form with something typed into it."""
    return {**sent_back(page), **SAVE, "body": TYPED}


def sent(client: Client, page: Reply) -> Reply:
    return client.send(page, f"{PATH}/save", typed_in(page))


def leftovers(desk: Desking) -> list[str]:
    """Files that a write has begun and not ended."""
    return [path.name for path in in_issue(desk.root, ".").rglob(".*.md.*")]


def test_a_full_disk_is_told_and_the_form_can_be_sent_again(desk: Desking) -> None:
    """What was typed stands in the form; the file is as it was; once there is room, the same form is saved."""
    mei, before = desk.signed_in("mei"), text_of(desk, "read-more.md")
    page = mei.get(PATH)
    with full_disk():
        answer = sent(mei, page)
    assert answer.status == 503
    assert "The disk of the desk is full" in answer.text
    assert "whoever runs the desk frees some space, then do this again" in answer.text
    assert sent_back(answer)["body"] == TYPED
    assert text_of(desk, "read-more.md") == before
    assert leftovers(desk) == []
    assert sent(mei, answer).status == 303
    assert TYPED in text_of(desk, "read-more.md")


def test_with_a_full_disk_every_other_way_of_writing_is_told_too(desk: Desking) -> None:
    """Autosave, pictures, new sections; no one is told of a mistake in the program."""
    mei = desk.signed_in("mei")
    page = mei.get(PATH)
    fields = typed_in(page)
    with full_disk():
        kept = mei.send(page, f"{PATH}/draft", fields)
        picture = mei.upload(
            page,
            f"{PATH}/save",
            {**fields, "act": "picture", "f-image-file": "quay.png"},
            "picture",
            ("a.png", drawn(400, 300)),
        )
        added = mei.send(page, f"{AT}/add", {"kind": "note"})
    assert (kept.status, "the disk is full or a quota is used up" in kept.text) == (409, True)
    for answer in (picture, added):
        assert answer.status == 503, answer.text
        assert "the disk of the desk is full" in answer.text
    assert TYPED in picture.text
    assert not in_issue(desk.root, "note.md").exists()
    assert leftovers(desk) == []
    read_issue(desk.app, COMING)


def test_while_the_database_is_held_nothing_is_half_saved(desk: Desking) -> None:
    """The file is not written without its line in the log; pages are read all the while, and the form is sent again."""
    mei, before = desk.signed_in("mei"), text_of(desk, "read-more.md")
    page = mei.get(PATH)
    fields = typed_in(page)
    with held(desk):
        answer = mei.send(page, f"{PATH}/save", fields)
        assert mei.get(PATH).status == 200
        assert mei.send(page, f"{AT}/add", {"kind": "note"}).status == 409
        kept = mei.send(page, f"{PATH}/draft", fields)
    assert (answer.status, kept.status) == (503, 409)
    assert "is held by another process; wait until that is done and try again" in answer.text
    assert sent_back(answer)["body"] == TYPED
    assert text_of(desk, "read-more.md") == before
    assert not in_issue(desk.root, "note.md").exists()
    assert mei.send(page, f"{PATH}/save", fields).status == 303
    with open_store(desk.app.database) as store:
        assert [one.deed.act for one in audit.entries(store, COMING)][-1] == "voids"


def test_what_was_sent_comes_back_where_its_place_is_gone(desk: Desking) -> None:
    """The issue, on another branch; the database, taken away; a folder where the file was. All of it works again once
    it is back."""
    mei = desk.signed_in("mei")
    page = mei.get(PATH)
    file = in_issue(desk.root, "read-more.md")
    with away(file.parent):
        gone = sent(mei, page)
    with away(desk.root / "var"):
        homeless = sent(mei, page)
    with away(file):
        file.mkdir()
        blocked = sent(mei, page)
        file.rmdir()
    assert (gone.status, homeless.status, blocked.status) == (404, 422, 422)
    assert "There is no such issue." in gone.text
    assert "this copy of the publication has none" in homeless.text
    assert "read-more.md: a folder stands where a file is expected; rename the folder" in blocked.text
    for answer in (gone, homeless, blocked):
        assert TYPED in answer.text
        assert "What you typed is here" in answer.text
        assert page.hidden("token") not in answer.text.partition("<main")[2]
    assert sent(mei, page).status == 303


def test_a_form_of_another_session_comes_back(desk: Desking) -> None:
    """Somebody signed out and in again in another window."""
    page = desk.signed_in("mei").get(PATH)
    answer = sent(desk.signed_in("mei"), page)
    assert answer.status == 403
    assert TYPED in answer.text


@pytest.mark.parametrize(
    ("encoding", "is_shown"), [("utf-16", True), ("cp1252", True), ("latin-1", True), ("koi8-r", False)]
)
def test_a_file_in_another_encoding_is_opened_and_mended(desk: Desking, encoding: str, is_shown: bool) -> None:
    """Its text as it is meant, where that can be told; saved, it is UTF-8, and the issue can be made again."""
    file, words = in_issue(desk.root, "read-more.md"), "Кафе" if encoding == "koi8-r" else "Café «Zürich»"
    file_text = file.read_text("utf-8").replace("Both governments", f"{words}: both governments")
    file.write_bytes(file_text.encode(encoding))
    mei = desk.signed_in("mei")
    page = mei.get(PATH)
    assert page.status == 200, page.text
    assert "another encoding than UTF-8" in page.text
    assert (words in page.text) == is_shown
    kept = mei.send(page, f"{PATH}/draft", typed_in(page))
    assert kept.status == 200, kept.text
    assert mei.send(page, f"{PATH}/save", {**sent_back(page), **SAVE}).status == 303
    assert (file.read_text("utf-8") == file_text) == is_shown
    assert "another encoding than UTF-8" not in mei.get(PATH).text
    read_issue(desk.app, COMING)


def test_a_template_that_all_pages_need_is_told_without_it(desk: Desking) -> None:
    """With its line; what was typed stands there as well."""
    mei = desk.signed_in("mei")
    page = mei.get(PATH)
    own = desk.root / "templates" / "desk" / "frame.html"
    own.parent.mkdir(parents=True, exist_ok=True)
    frame = (ROOT / "templates" / "desk" / "frame.html").read_text("utf-8")
    own.write_text(f"{frame}\n{{% if %}}\n", "utf-8")
    desk.seconds[0] += 2
    shown, lost = mei.get(PATH), mei.send(page, f"{AT}/add", {"kind": "nothing of this kind", "note": TYPED})
    for answer in (shown, lost):
        assert answer.status == 422, answer.text
        assert f"templates/desk/frame.html:{frame.count(chr(10)) + 2}: Jinja cannot read this" in answer.text
        assert answer.headers["content-type"].startswith("text/plain")
    assert TYPED.strip() in lost.text
    own.unlink()
    desk.seconds[0] += 2
    assert mei.get(PATH).status == 200


def test_a_save_after_the_file_was_changed_back_is_no_loss(desk: Desking) -> None:
    """A draft that is older than the file is offered with a word on that, and taking it loses neither text."""
    mei = desk.signed_in("mei")
    page = mei.get(PATH)
    assert mei.send(page, f"{PATH}/draft", typed_in(page)).status == 200
    file = look_at_text(desk.app, COMING, "read-more")
    save_text(desk.app, COMING, "read-more", f"{file.text}\nSaid by Daniel.\n", file.digest, "daniel")
    offered = mei.get(PATH)
    assert "did not save it" in offered.text
    assert "The file has been saved by somebody since" in offered.text
    taken = mei.get(f"{PATH}?draft=take")
    answer = mei.send(taken, f"{PATH}/save", {**sent_back(taken), **SAVE})
    assert answer.status == 409
    assert "Said by Daniel." in answer.text
    assert TYPED.strip() in answer.text
    assert draft_of(desk.app, COMING, "read-more", "mei") is None


def test_a_clock_that_is_set_back_or_ahead_loses_nothing(desk: Desking) -> None:
    """Whoever wrote before is not said to write for a day, and what is typed last is what is offered; a year ahead,
    one signs in again, and what was sent comes back."""
    mei, daniel = desk.signed_in("mei"), desk.signed_in("daniel")
    page = mei.get(PATH)
    try:
        mei.send(page, f"{PATH}/draft", typed_in(page))
        desk.clock.now -= timedelta(days=1)
        assert "is writing here" not in daniel.get(PATH).text
        last = {**typed_in(page), "body": "Typed a day before, and last.\n"}
        assert mei.send(page, f"{PATH}/draft", last).status == 200
        assert sent_back(mei.get(f"{PATH}?draft=take"))["body"] == last["body"]
        desk.clock.now += timedelta(days=366)
        answer = sent(mei, page)
        assert (answer.status, TYPED in answer.text) == (401, True)
    finally:
        desk.clock.now = NOW
    assert sent(mei, page).status == 303


def takes(office: Office, ask: Ask) -> Response:
    """A page that says what it has got."""
    return office.page(ask, "trouble.html", "Got", {"words": sorted([*ask.form, *ask.files]), "texts": []})


@pytest.mark.parametrize(("octets", "given_back"), [(60_000, ["Before it.", "Behind it."]), (400_000, ["Before it."])])
def test_a_file_that_is_too_large_is_told_with_what_was_typed(
    publication: Path, octets: int, given_back: list[str]
) -> None:
    """In the words of the desk: how large it may be, and the text around it; of what has no end, the text that came
    first. The next form on the same page is taken."""
    page = Page("/small", TEAM, None, takes, most=40_000)
    with desk_of(publication, pages=(page, *PAGES)) as desk:
        mei = desk.signed_in("mei")
        form = mei.get("/people")
        answer, small = (mei.ask("POST", "/small", *_with_file(form, size)) for size in (octets, 500))
    assert answer.status == 413
    assert "This is too large" in answer.text
    assert too_large_words(40_000) in answer.text
    assert 'aria-label="Desk"' in answer.text
    assert [one for one in ("Before it.", "Behind it.") if one in answer.text] == given_back
    assert (small.status, re.findall('class="error">\\s*(\\w+)', small.text)) == (
        200,
        ["after", "before", "picture", "token"],
    )


def _with_file(form: Reply, size: int) -> tuple[bytes, dict[str, str]]:
    """A form with a text, a file of so many octets, and a text behind it."""
    parts = (("token", form.hidden("token")), ("before", "Before it."), ("picture", ""), ("after", "Behind it."))
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"'
        + (f'; filename="a.png"\r\n\r\n{"x" * size}' if name == "picture" else f"\r\n\r\n{text}")
        for name, text in parts
    ]
    return "\r\n".join([*lines, "--x--\r\n"]).encode(), {"Content-Type": "multipart/form-data; boundary=x"}


def test_the_words_on_a_file_that_is_too_large_say_how_large_it_may_be() -> None:
    """A picture has less room than the form that it comes with."""
    assert "a picture may have 25 MB, any other file 32 MB" in too_large_words(FILE)
    assert "it may have 4 MB" in too_large_words(TEXT)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "the disk of the desk is full (No space left on device)"),
        (PermissionError(13, "Permission denied", "/p/content/a.md"), "content/a.md cannot be read or written"),
        (PermissionError(13, "Permission denied", "/p/content/.a.md.x7k2"), "content/a.md cannot be read or written"),
        (PermissionError(13, "Permission denied", "/elsewhere/b"), "/elsewhere/b cannot be read or written"),
        (OSError(5, "Input/output error"), "a file of the desk cannot be read or written (Input/output error)"),
    ],
)
def test_a_refusal_of_the_disk_names_the_file_that_people_know(error: OSError, words: str) -> None:
    """Below the publication; not the one that is written beside it."""
    assert disk_words(Path("/p"), error).startswith(words)
