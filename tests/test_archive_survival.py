"""Builds that are killed, that meet, or that the disk refuses: the site stays whole, and the next build heals."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsletter.actions.publish_archive import Published, publish_archive
from newsletter.publication.write import alone
from tests.archiving import add_issue, built, built_anew, opened, public
from tests.conftest import ROOT, SOAK

EVERY = 1 if SOAK else 5  # of a build's file operations


def changed(root: Path) -> None:
    """A new issue, a page that is over, and one that is another."""
    add_issue(root, "2026-11-27", topics=("something new",))
    (root / "content" / "pages" / "privacy.md").unlink()
    about = root / "content" / "pages" / "about.md"
    about.write_text(about.read_text("utf-8").replace("About us", "About"), "utf-8")


def test_a_build_that_is_killed_leaves_each_file_old_or_new_and_the_next_one_heals(publication: Path) -> None:
    """Killed before a file is opened, before it gets its name, before one is removed. Nothing is lost, half or left."""
    for name in ("2026-11-06", "2026-11-13", "2026-11-20"):  # a small site: each kill copies it
        shutil.rmtree(publication / "content" / "issues" / name)
    built(publication)
    changed(publication)
    done = subprocess.run(
        [sys.executable, "-m", "tests.archive_kills", str(publication), str(EVERY)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stderr == ""
    *told, kills = done.stdout.splitlines()
    assert told == []
    assert int(kills) > 40


def test_two_builds_at_once_one_waits_for_the_other(publication: Path) -> None:
    """Both find the site whole; the second finds nothing to do."""
    app, done = opened(publication), list[Published]()
    (publication / "public").mkdir()
    builds = [threading.Thread(target=lambda: done.append(publish_archive(app))) for _ in range(2)]
    with alone(publication / "public"):
        for build in builds:
            build.start()
        assert not list((publication / "public").iterdir())
    for build in builds:
        build.join(60)
    assert sorted(one.changed for one in done) == [False, True]
    assert public(publication) == built_anew(publication, publication.parent)


def test_a_full_disk_is_told_and_the_site_that_stood_is_whole(publication: Path) -> None:
    """No file may grow beyond a size that some pages are below and others above: the first such page ends the build."""
    built(publication)
    before = public(publication)
    changed(publication)
    code = (
        "import resource, signal, sys; from newsletter.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))\n"
        "sys.argv = ['newsletter', '-C', sys.argv[1], 'archive']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(publication)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "File too large; free space" in done.stderr
    found = public(publication)
    after = built_anew(publication, publication.parent)
    assert [path for path in before if path not in found] == []
    assert [path for path, data in found.items() if data not in (before.get(path), after.get(path))] == []
    publish_archive(opened(publication))
    assert public(publication) == after


def test_something_in_the_way_is_told_by_its_place(publication: Path) -> None:
    """A folder where a page is to be: it is somebody's, and is left as it is."""
    app = opened(publication)
    (publication / "public" / "index.html").mkdir(parents=True)
    with pytest.raises(OSError, match=r"index\.html"):
        publish_archive(app)
    (publication / "public" / "index.html").rmdir()
    publish_archive(app)
    assert public(publication) == built_anew(publication, publication.parent)


def test_a_manifest_that_is_cut_short_or_none_of_ours_is_made_anew(publication: Path) -> None:
    """The files that are right are left alone."""
    app = built(publication)
    kept = publication / "var" / "archive.json"
    whole = kept.read_bytes()
    for data in (
        whole[:-100],
        b"",
        b"[]",
        b'{"version": 1}',
        b'{"version": 2}',
        b'{"version":4,"rest":0}',
        whole.replace(b"1", b"2"),
        whole + b"{}\n",
        whole.replace(b'"site":{', b'"site":{"a":1,'),
    ):
        kept.write_bytes(data)
        assert not publish_archive(app).changed
