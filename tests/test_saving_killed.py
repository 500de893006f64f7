"""A save that is killed at any step: the file is whole, the draft is there, and nothing stays behind for long."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_issue
from newsletter.actions.keep_draft import draft_of, keep_draft
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.save_text import look_at_text, save_text
from newsletter.model.saving import FileText
from tests.approving import COMING, at_home, in_issue
from tests.conftest import opened

PROCESSES = multiprocessing.get_context("fork")  # the child has all that it needs and does one thing


@pytest.fixture
def app(publication: Path) -> Iterator[App]:
    """The sample publication with its database."""
    with at_home(publication) as app:
        yield app


def shown(app: App) -> FileText:
    return look_at_text(app, COMING, "read-more")


def changed(file: FileText, words: str = "finds the bill") -> str:
    """A text with other words in it."""
    assert words in file.text
    return file.text.replace(words, "somewhere else")


# The last one comes when the file is written, and its entry and the end of the draft are not yet on disk.
_STEPS = (
    *("newsletter.store.drafts.end", "os.fsync", "pathlib.Path.chmod", "pathlib.Path.replace"),
    "newsletter.publication.write._clear_beside",
)


def _save_and_die(root: Path, step: str, text: str, base: str) -> None:
    """Saves, and is killed when it comes to a step."""

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    app = opened(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, die)
        save_text(app, COMING, "read-more", text, base, "mei")


def test_what_a_killed_save_left_beside_the_file_goes_with_a_later_one(app: App) -> None:
    """After an hour; younger ones stay, and whatever is not named exactly as ours, folders and links as well."""
    file, folder = shown(app), in_issue(app.root, "issue.md").parent
    process = PROCESSES.Process(target=_save_and_die, args=(app.root, _STEPS[3], changed(file), file.digest))
    process.start()
    process.join(60)
    (left,) = folder.glob(".read-more.md.*")
    kept = [folder / f".read-more.md.{end}" for end in ("original", "swp", "ab3d_f9h", "saving", "AB3D_f9h.saving")]
    for one in kept:
        one.write_text("theirs", "utf-8")
    (folder / ".notes.abcdefgh.saving").mkdir()
    (folder / ".linked.abcdefgh.saving").symlink_to(folder / "issue.md")
    kept += [folder / ".notes.abcdefgh.saving", folder / ".linked.abcdefgh.saving"]
    save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
    assert left.exists()
    then = left.stat().st_mtime - 3700
    for one in (left, *kept):
        os.utime(one, (then, then), follow_symlinks=False)
    file = shown(app)
    save_text(app, COMING, "read-more", changed(file, "Both governments"), file.digest, "mei")
    assert not left.exists()
    assert [one for one in kept if not one.is_symlink() and not one.exists()] == []
    assert (folder / ".linked.abcdefgh.saving").is_symlink()


@pytest.mark.parametrize("step", _STEPS)
def test_killed_between_two_steps_the_file_is_the_old_one_or_the_new_one(app: App, step: str) -> None:
    """Whole; nobody holds it locked, the draft is there until the file is, and saving again works."""
    file = shown(app)
    keep_draft(app, COMING, "read-more", changed(file), file.digest, "mei")
    process = PROCESSES.Process(target=_save_and_die, args=(app.root, step, changed(file), file.digest))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert shown(app).text == (changed(file) if step == _STEPS[-1] else file.text)
    assert draft_of(app, COMING, "read-more", "mei") is not None
    save_text(app, COMING, "read-more", changed(file), file.digest, "mei")
    assert shown(app).text == changed(file)
    assert draft_of(app, COMING, "read-more", "mei") is None
    assert kept_texts(app, COMING) == ()
    read_issue(app, COMING)
