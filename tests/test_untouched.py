"""The gate looks at files before it renders: it need not where none is another, and none has come that is read."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from newsletter import packaged
from newsletter.actions.app import App
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.todays_edition import read_today
from newsletter.actions.untouched import untouched
from newsletter.assemble.edition import assemble
from newsletter.model.edition import Edition
from tests.approving import COMING, at_home, edit, in_issue, sign

LEFT_OUT = ("beyond-1", "beyond-2", "catchup", "correction", "insight", "read-more", "replies")  # for speed
OWN = "web/quote.html"


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    """Signed by Mei, with one template of its own."""
    for name in LEFT_OUT:
        in_issue(publication, f"{name}.md").unlink()
    own(publication, OWN)
    with at_home(publication) as app:
        sign(app, "mei")
        yield app


def own(root: Path, name: str, more: str = "") -> Path:
    """One of our templates as the publication's own."""
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(packaged.root() / "templates" / name, path)
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    return path


def renders(work: Callable[[], object]) -> bool:
    """Whether an edition is assembled on the way."""
    seen: list[bool] = []

    def look(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is assemble.__code__:
            seen.append(True)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(before)
    return bool(seen)


def signed(home: App) -> Edition:
    return approved_edition(home, COMING).edition


def test_an_issue_whose_files_are_what_they_were_passes_the_gate_without_a_rendering(home: App) -> None:
    """With the very edition, and the same people who may sign it; any comment has the gate render again."""
    assert not renders(lambda: signed(home))
    edition = signed(home)
    assert untouched(home, COMING, edition) == read_today(home, COMING).signers is not None
    edit(in_issue(home.root, "issue.md"), "subject:", "# for Friday\nsubject:")
    assert renders(lambda: signed(home))
    assert signed(home) == edition


def changed(root: Path) -> None:
    edit(in_issue(root, "issue.md"), "However, the same", "However the same")


def new_blurb(root: Path) -> None:
    in_issue(root, "note.md").write_text("---\ntitle: A word\n---\nOne word more.\n", "utf-8")


def no_names(root: Path) -> None:
    (root / "content" / "names.yaml").unlink()


def no_waivers(root: Path) -> None:
    path = in_issue(root, "waivers.yaml")
    path.unlink() if path.exists() else path.write_text("[]\n", "utf-8")


def another_picture(root: Path) -> None:
    for picture in in_issue(root, "images").iterdir():
        picture.write_bytes(picture.read_bytes() + b" ")


def broken(root: Path) -> None:
    (root / "schedule.yaml").write_text("name: [", "utf-8")


def own_frame(root: Path) -> None:
    own(root, "frame/en.yaml")


def before_ours(root: Path) -> None:
    own(root, "email/quote.mjml")


def own_changed(root: Path) -> None:
    own(root, OWN, more="<!-- ours -->\n")


def own_gone(root: Path) -> None:
    (root / "templates" / OWN).unlink()


CHANGES = (
    changed,
    new_blurb,
    no_names,
    no_waivers,
    another_picture,
    broken,
    own_frame,
    before_ours,
    own_changed,
    own_gone,
)


def test_any_file_that_is_changed_come_or_gone_is_noticed(home: App) -> None:
    """Then the gate renders, and says what follows from it; put back, the file is no hindrance."""
    edition = signed(home)
    kept = home.root.with_name("kept")
    shutil.copytree(home.root, kept)
    for change in CHANGES:
        change(home.root)
        assert untouched(home, COMING, edition) is None, change.__name__
        for folder in ("content", "templates", "seeds"):
            shutil.rmtree(home.root / folder)
            shutil.copytree(kept / folder, home.root / folder)
        shutil.copyfile(kept / "schedule.yaml", home.root / "schedule.yaml")
        assert untouched(home, COMING, edition) is not None, change.__name__


def test_a_template_that_nothing_takes_in_hinders_nothing_and_one_that_is_taken_in_does(home: App) -> None:
    """The publication may have more templates than the issue is made of, and a file may come under a name that one of
    them asks for where it is there."""
    edition = signed(home)
    (home.root / "templates" / "web" / "spare.html").write_text("<p>Spare</p>\n", "utf-8")
    assert untouched(home, COMING, edition) is not None
    own(home.root, OWN, more='{% include "web/colophon.html" ignore missing %}\n')
    asks = read_today(home, COMING).edition
    assert asks is not None
    assert untouched(home, COMING, asks) is not None
    (home.root / "templates" / "web" / "colophon.html").write_text("<p>Set in type.</p>\n", "utf-8")
    assert untouched(home, COMING, asks) is None
