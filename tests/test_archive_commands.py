"""`newsletter archive` and `newsletter rebuild`, as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState
from newsletter.publication.sent import write_sent
from newsletter.store import schema
from newsletter.store.engine import file_url, open_store
from tests.archiving import add_issue, files_in, opened
from tests.commands import run
from tests.mailing import DUE, keep_editions, made
from tests.tools.remake_sent import made_anew

FIRST, COMING = "2026-10-30", "2026-11-27"


def issue_named(name: str) -> IssueId:
    found = IssueId.parse(name)
    assert found is not None
    return found


def test_archive_says_what_it_did_and_the_next_one_that_there_was_nothing_to_do(publication: Path) -> None:
    """Both end with 0."""
    done = run("-C", str(publication), "archive")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The archive is in public/: ")
    again = run("-C", str(publication), "archive")
    assert again.returncode == 0
    assert again.stdout.startswith("The archive is up to date: ")


def test_archive_check_names_what_it_would_write_and_remove_and_ends_with_1(publication: Path) -> None:
    """Where it would; else with 0. Nothing is written."""
    run("-C", str(publication), "archive")
    assert run("-C", str(publication), "archive", "--check").returncode == 0
    (publication / "content" / "pages" / "about.md").unlink()
    before = files_in(publication)
    done = run("-C", str(publication), "archive", "--check")
    assert done.returncode == 1
    assert "would remove public/about/index.html\n" in done.stdout
    assert "would write " in done.stdout
    assert " more\n" in done.stdout
    assert files_in(publication) == before


def test_archive_tells_every_mistake_in_files_and_leaves_the_site_as_it_is(publication: Path) -> None:
    """With the place and what to do, and status 1."""
    run("-C", str(publication), "archive")
    before = files_in(publication / "public")
    (publication / "content" / "pages" / "about.md").write_text("no front matter", "utf-8")
    done = run("-C", str(publication), "archive")
    assert done.returncode == 1
    assert done.stderr.startswith("content/pages/about.md:1: the first line is not ---; ")
    assert files_in(publication / "public") == before


def test_archive_asks_the_database_which_issues_have_begun_to_leave(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An issue is listed from its first mail on, wherever the database is; one that was cancelled then says so."""
    add_issue(publication, COMING)
    database = publication / "var" / "newsletter.db"
    database.parent.mkdir(exist_ok=True)
    with open_store(file_url(database)) as store:
        keep_editions(store)
        made(store)
    home = publication / "public" / "index.html"
    run("-C", str(publication), "archive")
    assert f"issues/{COMING}/" not in home.read_text("utf-8")
    assert run("-C", str(publication), "archive").stdout.startswith("The archive is up to date")
    with open_store(file_url(database)) as store, store.writing() as connection:
        connection.execute(update(schema.mailings).values(began=DUE))
    run("-C", str(publication), "archive")
    assert f"issues/{COMING}/" in home.read_text("utf-8")
    elsewhere = publication.parent / "elsewhere.db"
    shutil.move(database, elsewhere)
    monkeypatch.setenv("DATABASE_URL", file_url(elsewhere))
    with open_store(file_url(elsewhere)) as store, store.writing() as connection:
        connection.execute(update(schema.mailings).values(state=MailingState.CANCELLED.value))
    run("-C", str(publication), "archive")
    assert "Not every reader got this issue" in (home.parent / "issues" / COMING / "index.html").read_text("utf-8")


def test_rebuild_says_identical_where_the_files_make_what_went_out(publication: Path) -> None:
    """Nothing is written."""
    before = files_in(publication)
    done = run("-C", str(publication), "rebuild", FIRST)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{FIRST} is identical: ")
    assert files_in(publication) == before


def test_rebuild_says_what_differs_in_words_sections_and_files(publication: Path) -> None:
    """And ends with 1. What went out stays what it was, as text and as JSON."""
    issue = publication / "content" / "issues" / FIRST / "issue.md"
    issue.write_text(issue.read_text("utf-8").replace("three handshakes", "four handshakes"), "utf-8")
    done = run("-C", str(publication), "rebuild", FIRST)
    assert done.returncode == 1
    assert "[-three-] {+four+} handshakes" in done.stdout
    assert "/u/sample" not in done.stdout  # readers' own links are no part of it
    assert f"content/issues/{FIRST}/issue.md" in done.stdout
    assert "opening" in done.stdout
    found = json.loads(run("-C", str(publication), "rebuild", FIRST, "--json").stdout)
    assert (found["identical"], found["difference"]["same"]) == (False, False)


def test_rebuild_holds_the_newest_edition_against_the_files(publication: Path) -> None:
    """A mended one went out: it is what today's files make."""
    app = opened(publication)
    matter = publication / "content" / "issues" / FIRST / "issue.md"
    matter.write_text(matter.read_text("utf-8").replace("This week", "In this week", 1), "utf-8")
    assert run("-C", str(publication), "rebuild", FIRST).returncode == 1
    write_sent(publication, made_anew(app, issue_named(FIRST)))
    assert run("-C", str(publication), "rebuild", FIRST).returncode == 0


def test_rebuild_of_an_issue_that_has_not_gone_out_says_what_shows_it(publication: Path) -> None:
    """There is nothing to hold it against."""
    done = run("-C", str(publication), "rebuild", COMING)
    assert done.returncode == 1
    assert f"newsletter preview {COMING}" in done.stderr
