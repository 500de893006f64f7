"""People and the program at work on the same files: nothing is lost, nothing overwritten, every other byte stays."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_issue
from newsletter.actions.attach_item import attach_item
from newsletter.actions.check_issue import check_issue
from newsletter.actions.fix_issue import fix_issue
from newsletter.actions.move_issue import move_issue
from newsletter.actions.save_text import look_at_text, save_text
from newsletter.edit import attach
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId
from newsletter.model.source import RightsPolicy
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, issue_folder
from newsletter.publication.write import ChangedMeanwhile, alone, change
from newsletter.store import items
from newsletter.store.engine import open_store

COMING, LATER = IssueId(date(2026, 11, 27)), IssueId(date(2026, 12, 4))


def citable(app: App, count: int) -> list[ItemId]:
    """So many items that no issue has yet."""
    with open_store(app.database) as store:
        found = items.items(store)
    cited = {one.url for one in issuefiles.read(Folder(app.root), COMING)[0].items}
    free = (RightsPolicy.QUOTE, RightsPolicy.SUMMARISE)
    fit = [
        one.id for one in found if one.entry.link and one.entry.link not in cited and one.entry.rights.policy in free
    ]
    return fit[:count]


def folder_of(app: App) -> Path:
    return issue_folder(app.root, COMING)


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_items_attached_at_once_are_all_there(home: App) -> None:
    """Six people put items into the issue in the same moment: six entries, six blurbs, nobody waits for ever."""
    names = citable(home, 6)
    with ThreadPoolExecutor(6) as people:
        done = [
            people.submit(attach_item, home, name, f"beyond-{at}", COMING, "mei") for at, name in enumerate(names, 10)
        ]
        marks = {one.result(timeout=60).mark for one in done}
    files, mistakes = issuefiles.read(Folder(home.root), COMING)
    assert mistakes == []
    assert {str(name) for name in names} <= {one.id for one in files.items}
    assert marks == {f"[^{name}]" for name in names}
    assert {f"beyond-{at}" for at in range(10, 16)} <= {blurb.name for blurb in files.blurbs}


def test_a_file_saved_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    """Whoever saved it last keeps it, also where it was not there before or has gone since."""
    path = tmp_path / "number.md"
    with pytest.raises(ChangedMeanwhile, match="was saved by somebody else"):
        change(path, b"ours before", b"ours after")
    assert not path.exists()
    change(path, None, b"ours")
    with pytest.raises(ChangedMeanwhile):
        change(path, None, b"ours again")
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhile):
        change(path, b"ours", b"ours after")
    assert path.read_bytes() == b"theirs"


def test_an_editor_who_saves_while_an_item_is_attached_loses_nothing(
    home: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very moment between reading and writing: her text stays, and she is told to do it once more."""
    (name,) = citable(home, 1)
    path, real = folder_of(home) / "beyond-1.md", attach.blurb_with
    hers = path.read_bytes() + b"\nA sentence more.\n"

    def while_she_saves(text: str, said: dict[str, str], item: str | None = None) -> str:
        path.write_bytes(hers)
        return real(text, said, item)

    monkeypatch.setattr(attach, "blurb_with", while_she_saves)
    with pytest.raises(ChangedMeanwhile):
        attach_item(home, name, "beyond-1", COMING, "mei")
    assert path.read_bytes() == hers


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_order_and_line_ends_stay(home: App, end: str) -> None:
    """An item attached to a blurb with odd spacing, comments and Windows' line ends changes its own lines alone."""
    (name,) = citable(home, 1)
    blurb = folder_of(home) / "beyond-3.md"
    url = "url:   https://example.org/b # where"
    lines = ["---", "# mine", "outlet:   Ours # whose", "title: B", "", url, "---", "Body  with two spaces.", ""]
    blurb.write_bytes(b"\xef\xbb\xbf" + end.join(lines).encode())
    listed = folder_of(home) / "items.yaml"
    listed.write_bytes(b"# first\n".replace(b"\n", end.encode()) + listed.read_bytes().replace(b"\n", end.encode()))
    before = listed.read_bytes()
    attached = attach_item(home, name, "beyond-3", COMING, "mei")
    assert blurb.read_bytes().decode("utf-8") == "\ufeff" + end.join(
        [*lines[:6], f"items: [{attached.cited.id}]", *lines[6:]]
    )
    assert listed.read_bytes().startswith(before)
    assert listed.read_bytes().count(b"\r\n") in (0, listed.read_bytes().count(b"\n"))


def test_strays_and_renamed_blurbs_are_nobodys_loss(home: App) -> None:
    """Backups, hidden files and notes of other programs lie in the folder through all that the program does to it."""
    folder = folder_of(home)
    (folder / "beyond-2.md").rename(folder / "beyond-tram.md")
    strays = {
        "number.md~": b"old",
        ".number.md.swp": b"\x00swap",
        "#video.md#": b"auto",
        "notes.txt": b"for us",
        "images/.DS_Store": b"\x00",
        "images/unused.jpg": b"\xff\xd8",
    }
    for name, data in strays.items():
        (folder / name).write_bytes(data)
    before = everything(folder)
    (name,) = citable(home, 1)
    attach_item(home, name, "beyond-2", COMING, "mei")
    checked = check_issue(home, COMING)
    fix_issue(home, COMING, checked.report.findings, checked.desk.draft.files, by="mei")
    after = everything(folder)
    assert {key: after[key] for key in before if key != "items.yaml"} == {
        key: data for key, data in before.items() if key != "items.yaml"
    }
    assert set(after) - set(before) == {"beyond-2.md"}
    target = move_issue(home, COMING, LATER, by="mei")
    assert {key: data for key, data in everything(target).items() if key != "issue.md"} == {
        key: data for key, data in after.items() if key != "issue.md"
    }
    assert "beyond-tram" in {blurb.name for blurb in read_issue(home, LATER).draft.blurbs}


def test_who_changes_an_issue_waits_for_the_one_who_does(home: App) -> None:
    """Two of the program's own: the second begins when the first is done."""
    (name,) = citable(home, 1)
    with ThreadPoolExecutor(1) as other:
        with alone(folder_of(home)):
            second = other.submit(attach_item, home, name, "opening", COMING, "daniel")
            assert str(name) not in (folder_of(home) / "items.yaml").read_text("utf-8")
        assert second.result(timeout=60).cited.id == str(name)


def test_an_issue_is_moved_while_nobody_else_changes_it(home: App) -> None:
    """Whoever saves meanwhile waits: from the first look at its files the lock of all saves is taken."""
    moved: list[bool] = []

    def while_it_is_moved() -> datetime:
        with ThreadPoolExecutor(1) as other:
            moved.append(other.submit(is_locked, folder_of(home)).result(timeout=60))
        return home.clock()

    move_issue(replace(home, clock=while_it_is_moved), COMING, LATER, by="mei")
    assert moved
    assert all(moved)
    assert not is_locked(issue_folder(home.root, LATER))


def is_locked(folder: Path) -> bool:
    """Whether somebody changes files of the folder at this moment."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


@pytest.mark.parametrize("name", ["question", "note"])  # one with a file, and one that would be new
def test_who_waited_while_the_issue_was_moved_writes_nothing_into_the_old_folder(
    home: App, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The very moment between asking for the lock and having it: the folder goes, and is not made again."""
    file, real = look_at_text(home, COMING, name), fcntl.flock

    def once_it_is_moved(handle: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        with ThreadPoolExecutor(1) as other:
            other.submit(move_issue, home, COMING, LATER, by="mei").result(timeout=60)
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", once_it_is_moved)
    with pytest.raises(ConfigError, match="was moved or taken away by somebody else, and nothing was written"):
        save_text(home, COMING, name, f"{file.text}More.\n", file.digest, "mei")
    assert not folder_of(home).exists()
    assert look_at_text(home, LATER, name).text == file.text


def test_a_stray_folder_with_a_blurbs_name_is_told(app: App) -> None:
    """It is not written into, nor taken away."""
    (folder_of(app) / "note.md").mkdir()
    with pytest.raises(ContentError, match="a folder stands where a file is expected"):
        check_issue(app, COMING)
    assert (folder_of(app) / "note.md").is_dir()
