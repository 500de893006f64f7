"""What holds a mailing back, as a person reads it: while it is sent, and in its status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.cli.sending import following, words
from newsletter.deliver.progress import Progress
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.store import mailings
from tests.approving import COMING
from tests.mailing import at as minutes
from tests.sending import COUNT, at, due_of, over_smtp, send
from tests.smtpserver import SmtpServer
from tests.test_sending_commands import sent, status_of, typed

SAID = "20 a second, as schedule.yaml says"
UNDER_WAY = Progress(
    state=MailingState.SENDING,
    counts=((DeliveryState.PLANNED, 60), (DeliveryState.ACCEPTED, 40)),
    rate=20.0,
    left=timedelta(minutes=5),
    under_way=0,
    waits_until=None,
    trouble=None,
)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def test_the_pace_stands_beside_the_rate() -> None:
    """A turn that is waited for is no other try of a copy."""
    paced = replace(UNDER_WAY, pace=SAID, waits_until=minutes(1), paced=True)
    assert words(paced) == f"20/s, 5 minutes left, {SAID}"
    assert words(replace(paced, paced=False)) == f"20/s, the next try is at 06:01 UTC, {SAID}"
    assert words(UNDER_WAY) == "20/s, 5 minutes left"


def test_a_line_is_told_for_another_pace_and_not_for_each_figure_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal to draw a bar on."""
    with following(COMING) as watch:
        for handed in range(40, 48):
            watch(replace(UNDER_WAY, pace=f"day 1 of the warm-up: {handed} of 100 have left"))
        watch(replace(UNDER_WAY, pace=SAID))
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(", ")[2] for line in lines] == [
        "day 1 of the warm-up: 40 of 100 have left",
        "as schedule.yaml says",
    ]


def test_rates_of_schedule_yaml_are_kept_and_told(sender: App, server: SmtpServer) -> None:
    """By the command that sends; afterwards the status of a sent issue does not speak of it."""
    over_smtp(sender, server.port)
    path = sender.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + "  rates:\n    per_second: 40\n", "utf-8")
    done = sent(sender)
    assert status_of(done) == 0
    assert "40 a second, as schedule.yaml says" in done.stderr
    assert len(server.messages) == COUNT
    assert "pace" not in typed(sender, "status", str(COMING)).stdout


def test_status_tells_what_holds_a_mailing_back(sender: App) -> None:
    """As the one who sends has noted it."""
    send(at(sender, due_of(sender) - timedelta(hours=1)))
    with home_store(sender, "a test") as store:
        found = mailings.find(store, COMING)
        assert found
        mailings.note_pace(store, found.id, SAID)
    assert f"  pace: {SAID}\n" in typed(sender, "status", str(COMING)).stdout
