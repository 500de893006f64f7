"""The commands about what comes back, as a person or a mail server types them; and a real mailbox that they read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from newsletter.actions.app import App
from newsletter.actions.keys import key_ring
from newsletter.actions.readers import readers_store
from newsletter.actions.take_returns import PASSWORD, take_returns
from newsletter.cli import bounce, bounces, receipt
from newsletter.deliver.verp import verp
from newsletter.mail.mailbox import MailboxError
from newsletter.model.mailing import DeliveryState, MailingId
from newsletter.model.returned import Nature
from newsletter.store import receipts
from tests import comingback, dovecot
from tests.approving import COMING
from tests.comingback import BOUNCES, Installation, hard, installed, letter, maildir, soft, write_returns
from tests.dovecot import Dovecot
from tests.sending import send

ANA, BEN = "ana@example.org", "ben@example.org"
DATE = str(COMING)


def typed(command: click.Command, root: Path, *words: str, mail: bytes | None = None) -> Result:
    """A command as it is called, with the mail on standard input."""
    return CliRunner().invoke(
        command, [*words], obj=str(root), input=mail, catch_exceptions=False, standalone_mode=False
    )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Installation]:
    with installed("sqlite", tmp_path) as there:
        there.add(ANA, BEN)
        yield there


# newsletter bounces


def test_fetching_says_what_came_and_what_followed(home: Installation) -> None:
    """In words, without an address; what is not about readers is for a person to look at."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA), soft(home.sender(mailing, BEN), BEN), hard(BOUNCES, BEN))
    home.arrives(letter(1), letter(2), letter(3))
    done = typed(bounces.command, home.app.root, "fetch")
    assert done.stdout.splitlines() == [
        "6 mails read: 2 hard, 1 soft.",
        "1 reader is not written to any more: 1 hard bounce.",
        "1 names no copy of ours that can be proved; nobody is suppressed for that.",
        "3 mails are none of these: look into the mailbox.",
    ]


def test_what_came_back_is_listed_shown_and_undone(home: Installation) -> None:
    """The newest first, with the reader; the mail itself is there byte for byte."""
    assert "Nothing has come back." in typed(bounces.command, home.app.root, "list").stdout
    mailing = home.issue()
    mail = hard(home.sender(mailing, ANA), "ana.private@example.com")
    home.arrives(mail, soft(home.sender(mailing, BEN), BEN))
    typed(bounces.command, home.app.root, "fetch")
    listed = [line for line in typed(bounces.command, home.app.root, "list").stdout.splitlines() if "@" in line]
    assert [BEN in listed[0], ANA in listed[1], "hard bounce" in listed[1]] == [True, True, True]
    shown = typed(bounces.command, home.app.root, "show", "1").stdout
    for words in (ANA, "ana.private@example.com", "VERP", f"{DATE}, copy", "not written to any more: hard bounce"):
        assert words in shown
    assert typed(bounces.command, home.app.root, "show", "1", "--raw").stdout_bytes == mail
    lifted = typed(bounces.command, home.app.root, "undo", ANA, "--as", "mei")
    assert (lifted.return_value, lifted.stdout) == (0, f"Lifted for {ANA}: hard bounce.\n")
    assert "hard bounce, undone" in typed(bounces.command, home.app.root, "list").stdout
    again = typed(bounces.command, home.app.root, "undo", ANA, "--as", "mei")
    assert (again.return_value, "nothing was changed" in again.stderr) == (1, True)


def test_mails_in_files_are_read_and_nothing_follows(home: Installation) -> None:
    """A table of what each is, with the copy that it proves to be about."""
    mailing = home.issue()
    path = home.app.root / "one.eml"
    path.write_bytes(hard(home.sender(mailing, ANA), ANA))
    told = typed(bounces.command, home.app.root, "read", str(path)).stdout
    for words in ("one.eml", "hard", ANA, "5.1.1", f"mailing {mailing.id}"):
        assert words in told
    assert (home.facts(ANA), home.living(ANA)) == ((), [])


# newsletter bounce


def test_a_mail_server_hands_a_mail_over(home: Installation) -> None:
    """Exit status 0 when it is kept, again when it comes twice."""
    mail = hard(home.sender(home.issue(), ANA), ANA)
    done = typed(bounce.command, home.app.root, mail=mail)
    assert (done.return_value, done.stdout.splitlines()[0]) == (0, "1 mail read: 1 hard.")
    assert typed(bounce.command, home.app.root, mail=mail).return_value == 0
    assert len(home.facts(ANA)) == 1


@pytest.mark.parametrize("mail", [b"", b"\x00\xff" * 1000, b"Subject: \xf0\x9f\n" * 3, letter()[:40]])
def test_whatever_is_handed_over_is_kept(home: Installation, mail: bytes) -> None:
    """A mail server never hears that a mail was bad."""
    assert typed(bounce.command, home.app.root, mail=mail).return_value == 0
    assert "other" in typed(bounces.command, home.app.root, "list").stdout


def _no_folder(home: Installation) -> None:
    (home.app.root / "schedule.yaml").unlink()


def _a_slip(home: Installation) -> None:
    write_returns(home.app.root, "soft_isues: 3")


def _a_spoilt_key(home: Installation) -> None:
    (home.app.root / ".env").write_text("NEWSLETTER_KEYS=k9:short\n")


def _a_log_in_the_way(home: Installation) -> None:
    (home.app.root / "var" / "leavers.log").mkdir()


@pytest.mark.parametrize("change", [_no_folder, _a_slip, _a_spoilt_key, _a_log_in_the_way])
def test_what_cannot_be_kept_now_is_left_to_the_mail_server(
    home: Installation, change: Callable[[Installation], None]
) -> None:
    """Exit status 75: it tries again, and the words are on the standard error."""
    mail = hard(home.sender(home.issue(), ANA), ANA)
    change(home)
    done = typed(bounce.command, home.app.root, mail=mail)
    assert (done.return_value, done.stdout) == (75, "")
    assert done.stderr
    assert home.facts(ANA) == ()


# newsletter receipt


def test_every_figure_of_what_came_back_opens_to_people(sender: App) -> None:
    """In the receipt, its JSON and its CSV; the sum of the copies is what it was."""
    send(sender)
    write_returns(sender.root, "maildir: returned")
    home = maildir(sender.root / "returned")
    ring = key_ring(sender)
    assert ring
    with readers_store(sender) as (store, _):
        rows = receipts.people(store, MailingId(1), (DeliveryState.ACCEPTED,), 0, 100)
    ana = next(one for one in rows if one.address == ANA)
    other = next(one for one in rows if one.address != ANA)
    to = verp(MailingId(1), ana.seq, BOUNCES, ring)
    away = verp(MailingId(1), other.seq, BOUNCES, ring)
    comingback.arrive(home, hard(to, ANA, 1), hard(to, ANA, 2), soft(away, str(other.address)))
    take_returns(sender)
    shown = typed(receipt.command, sender.root, DATE).stdout
    assert "Of these, came back later:" in shown
    assert [line.split()[:2] for line in shown.splitlines() if " soft " in line or " hard " in line] == [
        ["hard", "1"],
        ["soft", "1"],
    ]
    assert json.loads(typed(receipt.command, sender.root, DATE, "--json").stdout)["returned"] == {"hard": 1, "soft": 1}
    found = list(
        csv.DictReader(io.StringIO(typed(receipt.command, sender.root, DATE, "--show", "hard", "--csv").stdout))
    )
    assert [(row["address"], row["state"]) for row in found] == [(ANA, "accepted")]
    assert found[0]["returned"].count("hard 5.1.1") == 2
    people = typed(receipt.command, sender.root, DATE, "--show", "soft").stdout
    assert str(other.address) in people
    assert ANA not in people
    assert "Nobody." in typed(receipt.command, sender.root, DATE, "--show", "complaint").stdout


# A mailbox on a mail server


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as running:
        yield running


def test_a_mailbox_is_read_and_left_as_it_is(
    home: Installation, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every mail once, in order; none is marked, moved or deleted; a wrong password is told in words."""
    box = ("mailbox:", "  host: 127.0.0.1", "  user: returns", f"  port: {server.port}", "  tls: false")
    write_returns(home.app.root, *box)
    monkeypatch.setenv(PASSWORD, dovecot.PASSWORD)
    mailing = home.issue()
    server.deliver("returns", hard(home.sender(mailing, ANA), ANA), letter())
    first = take_returns(home.app)
    assert (first.mails, first.natures, first.others) == (2, ((Nature.HARD, 1),), 1)
    server.deliver("returns", soft(home.sender(mailing, BEN), BEN))
    assert take_returns(home.app).natures == ((Nature.SOFT, 1),)
    assert take_returns(home.app).mails == 0
    with server.as_user("returns") as owner:
        flags = [mail.flags for mail in owner.fetch(mark_seen=False)]
        assert (len(flags), {flag for one in flags for flag in one} - {"\\Recent"}) == (3, set())
    monkeypatch.setenv(PASSWORD, "wrong")
    with pytest.raises(MailboxError, match="refuses the user or the password"):
        take_returns(home.app)
