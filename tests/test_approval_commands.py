"""`newsletter approve`, `newsletter diff` and `newsletter audit`, as they are typed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from newsletter.actions.app import App
from newsletter.actions.approve_issue import AnotherEdition
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.home import NotAtHome
from newsletter.cli import cli
from newsletter.model.approval import NotApproved
from tests.approving import COMING, at_home, edit, in_issue, sign


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


def run(root: Path, *words: str, answer: str = "") -> Result:
    """`newsletter -C ROOT ...`, with an answer to what it asks."""
    return CliRunner().invoke(cli, ["-C", str(root), *words], input=answer, standalone_mode=False)


def test_an_issue_is_looked_at_signed_and_found_in_the_log(home: App) -> None:
    """A week's end on the command line: diff, approve, a refusal, audit."""
    assert "This is the first look of mei" in run(home.root, "diff", "--as", "mei").stdout
    edit(in_issue(home.root, "question.md"), "?", ", if at all?")
    no = run(home.root, "approve", "--as", "mei", answer="n\n")
    assert (no.return_value, no.stderr.rstrip().endswith("Nothing was signed.")) == (1, True)
    assert "No. 128, 2026-11-27: Two capitals, one table" in no.stdout
    assert "{+relationship, if at all?+}" in no.stdout
    yes = run(home.root, "approve", "--as", "mei", "--note", "Read twice", answer="y\n")
    assert (yes.return_value, yes.stdout.splitlines()[-1]) == (0, "It is approved: mei (signed).")
    digest = yes.stdout.splitlines()[-2].rpartition("edition ")[2].rstrip(".")
    assert approved_edition(home, COMING).edition.digest.startswith(digest)
    edit(in_issue(home.root, "question.md"), ", if at all?", "?")
    late = run(home.root, "approve", "--as", "daniel", "--yes", "--digest", digest)
    assert isinstance(late.exception, AnotherEdition)
    log = run(home.root, "audit")
    assert log.return_value == 0
    assert "mei (login " in log.stdout
    assert "1 entry; the log is whole" in log.stdout
    (entry,) = json.loads(run(home.root, "audit", "--json").stdout)["entries"]
    assert (entry["act"], entry["note"], entry["digest"][:16]) == ("approve", "Read twice", digest)
    run(home.root, "approve", "--as", "mei", "--withdraw")
    with pytest.raises(NotApproved, match="every signature was taken back"):
        approved_edition(home, COMING)


@pytest.mark.parametrize("words", [["--yes"], ["--withdraw", "--release"]], ids=["no digest", "both"])
def test_options_that_make_no_sense_together_are_told(home: App, words: list[str]) -> None:
    """As misuse."""
    assert isinstance(run(home.root, "approve", *words).exception, click.UsageError)


def test_a_clone_is_told_where_to_go(app: App) -> None:
    """By each command that asks for what only home has."""
    for command in ("approve", "diff", "audit"):
        assert isinstance(run(app.root, command).exception, NotAtHome)
    assert not (app.root / "var").exists()


def test_a_log_that_was_changed_is_told(home: App) -> None:
    """With the entry, and as a failure."""
    sign(home, "mei")
    with sqlite3.connect(home.root / "var" / "newsletter.db") as database:
        database.execute("UPDATE audit SET note = 'Never read'")
    database.close()
    done = run(home.root, "audit")
    assert done.return_value == 1
    assert "The log is broken at entry 1" in done.stderr
