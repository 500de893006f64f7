"""The commands that send, stop, tell and decide, as a person types them. Their clock is the real one: hence --now."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from newsletter.actions.app import App
from newsletter.cli import cli
from tests.approving import COMING
from tests.sending import COUNT, at, due_of, over_smtp, send
from tests.smtpserver import SmtpServer, hang_up, say

DATE = str(COMING)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def typed(app: App, *words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(
        cli, ["-C", str(app.root), *words], input=answer, catch_exceptions=False, standalone_mode=False
    )


def status_of(done: Result) -> int:
    """The exit status that `main` makes of it."""
    return done.return_value if isinstance(done.return_value, int) else 0


def sent(app: App) -> Result:
    return typed(app, "send", DATE, "--now", "--as", "mei")


def test_a_dry_run_tells_what_would_go_to_whom(sender: App) -> None:
    """The edition, its signer, the time in both cities, the way and the number."""
    told = typed(sender, "send", DATE, "--dry-run").stdout
    for words in (
        "approved by mei",
        "08:00 New York",
        "files in var/outbox",
        f"{COUNT} would get it",
        "Nothing was sent",
    ):
        assert words in told


def test_sending_tells_the_sum_and_the_next_issue(sender: App) -> None:
    """Exit status 0, for everybody has it."""
    done = sent(sender)
    assert status_of(done) == 0
    assert f"{DATE} is sent: {COUNT} in all = {COUNT} accepted" in done.stdout
    assert "The next issue is open: content/issues/2026-12-04" in done.stdout
    assert f"{COUNT} of {COUNT}" in done.stderr


def test_a_receipt_is_a_table_json_and_csv(sender: App) -> None:
    """Each shows the same sum; the table of people has who got which message."""
    sent(sender)
    shown = typed(sender, "receipt")
    assert status_of(shown) == 0
    assert f"accepted  {COUNT}" in shown.stdout
    assert "the sum closes" in shown.stdout
    found = json.loads(typed(sender, "receipt", DATE, "--json").stdout)
    assert (found["state"], found["counts"]["accepted"], found["total"], found["closed"]) == (
        "sent",
        COUNT,
        COUNT,
        True,
    )
    rows = list(csv.DictReader(io.StringIO(typed(sender, "receipt", DATE, "--show", "all", "--csv").stdout)))
    assert len({row["message_id"] for row in rows}) == COUNT
    assert "ana@example.org" in {row["address"] for row in rows}
    people = typed(sender, "receipt", DATE, "--show", "accepted").stdout
    assert people.count("250") == COUNT
    assert "Nobody." in typed(sender, "receipt", DATE, "--show", "refused").stdout


def test_unknown_copies_are_told_and_decided_on(sender: App, server: SmtpServer) -> None:
    """Exit status 1 until a person has spoken; the status names the way."""
    over_smtp(sender, server.port)
    server.at("DOT", hang_up(keeps=True), to="ana@example.org")
    done = sent(sender)
    assert status_of(done) == 1
    assert "1 copy has an unknown end" in done.stdout
    assert status_of(typed(sender, "receipt", DATE)) == 1
    assert (
        f"`newsletter receipt {DATE} --show unknown` names those to decide on" in typed(sender, "status", DATE).stdout
    )
    settled = typed(sender, "resolve", DATE, "--unknown", "accept", "--who", "ana@example.org", "--as", "mei")
    assert f"1 copy counted as accepted: {COUNT} in all = {COUNT} accepted" in settled.stdout
    assert status_of(typed(sender, "receipt", DATE)) == 0


def test_a_mailing_that_paused_itself_says_why_and_can_be_ended(sender: App, server: SmtpServer) -> None:
    """The server's words stand in status; cancelled before the first mail, the issue can be sent again."""
    over_smtp(sender, server.port)
    server.at("MAIL", say("550 5.7.1 sender not allowed"))
    done = sent(sender)
    assert status_of(done) == 1
    assert "is paused (550 5.7.1 sender not allowed (at MAIL))" in done.stdout
    assert f"`newsletter resume {DATE}` goes on" in typed(sender, "status", DATE).stdout
    kept = typed(sender, "cancel", DATE, answer="n\n")
    assert (status_of(kept), kept.stdout) == (1, "")
    ended = typed(sender, "cancel", DATE, "--note", "called off", "--yes")
    assert "Nobody has got it. The page was taken back" in ended.stdout
    server.usual_again()
    assert status_of(sent(sender)) == 0


def test_a_pause_says_who_is_open_and_a_resume_goes_on(sender: App) -> None:
    """A planned mailing waits, and goes on when it is told to."""
    send(at(sender, due_of(sender) - timedelta(hours=1)))
    paused = typed(sender, "pause", DATE, "--note", "a wrong link", "--as", "mei")
    assert f"Paused: {COUNT} in all = {COUNT} planned" in paused.stdout
    assert "paused (a wrong link)" in typed(sender, "status", DATE).stdout
    assert status_of(typed(sender, "resume", DATE, "--as", "mei")) == 0


def test_what_cannot_be_done_now_is_told_in_words(sender: App) -> None:
    """Each with the way that there is."""
    with pytest.raises(Exception, match="nothing of 2026-11-27 has been sent or planned here"):
        typed(sender, "pause", DATE)
    sent(sender)
    with pytest.raises(Exception, match="only one that is ready or sending can be paused"):
        typed(sender, "pause", DATE)
    with pytest.raises(Exception, match="is sent; `newsletter receipt 2026-11-27` shows who got it"):
        sent(sender)
