"""An installation that is ready to send, for the bench: an approved newsletter of 60 KB, readers, rows planned."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.actions.app import App, coming_issue, open_app, read_issue
from newsletter.actions.approve_issue import approve_issue
from newsletter.actions.approved_edition import proposal
from newsletter.actions.build_issue import sample_values
from newsletter.actions.demo import BEFORE_DUE, WHO, sample_now
from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.init_publication import init_publication
from newsletter.actions.publish_archive import publish_archive
from newsletter.actions.send_issue import send_issue
from newsletter.assemble.edition import assemble
from newsletter.mail.mime import splice
from newsletter.model.edition import Edition
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId
from newsletter.model.letter import Slot, Slotted
from newsletter.model.mailing import Recipient

OCTETS = 61_440  # of a message: 60 KB, as a newsletter with a dozen blurbs has
SELECTOR, DOMAIN = "bench", "focus.example.org"
BOUNCES = f"bounces@{DOMAIN}"
LOGIN = "bench"

_LEFT_OUT = ("replies", "correction", "beyond-2")  # of the sample's issue, which has 72 KB
_PADDED, _MORE = "read-more.md", " A ship waits."
_PROBED = 3  # readers of the installation that shows what a message is like
_DOMAINS = 40  # that readers have their addresses at


class Running:
    """A clock that begins at the moment the sample's issue is due, and goes on from there as real time does."""

    def __init__(self, due: datetime) -> None:
        self._due, self._began = due, perf_counter()

    def __call__(self) -> datetime:
        return self._due + timedelta(seconds=perf_counter() - self._began)


@dataclass(frozen=True, slots=True)
class Way:
    """How messages leave, as `sending:` of schedule.yaml says it."""

    port: int
    connections: int
    signed: bool

    @property
    def lines(self) -> tuple[str, ...]:
        signing = (f"dkim: {{ selector: {SELECTOR}, domain: {DOMAIN} }}",) if self.signed else ()
        server = ("transport: smtp", "host: 127.0.0.1", f"port: {self.port}", "tls: none")
        return (*server, f"connections: {self.connections}", f"bounces: {BOUNCES}", *signing)


@dataclass(frozen=True, slots=True)
class Ready:
    """An installation with a mailing that is READY. It sends from `root`, since the right to send goes with the folder;
    what it was before is kept aside."""

    root: Path
    kept: Path
    issue: IssueId
    count: int  # readers

    def anew(self, way: Way) -> None:
        """Nothing has been sent yet, and the next to be sent goes this way."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.kept, self.root)
        _sending(self.root, way.lines)


def made_ready(folder: Path, count: int, key: bytes, way: Way) -> tuple[Ready, Edition]:
    """The installation in this folder, with so many readers; `key` signs where a `Way` says so.

    Approved as it stands with this way: with another, schedule.yaml is another file, and the gate has more to look at.
    """
    root = init_publication(folder / "publication")
    _sending(root, way.lines)
    edition = _approved(root, key)
    _bring_in(open_app(root, clock=lambda: sample_now(root)), folder / "readers.csv", count)
    _planned(root)
    kept = folder / "kept"
    root.rename(kept)
    return Ready(root, kept, edition.issue, count), edition


def messages(folder: Path, key: bytes, *, signed: bool) -> list[bytes]:
    """What readers get, as files: how the messages of such an installation look when they leave."""
    root = init_publication(folder / f"probe-{signed}")
    issue = _approved(root, key).issue
    _bring_in(open_app(root, clock=lambda: sample_now(root)), folder / "probed.csv", _PROBED)
    _sending(root, (f"bounces: {BOUNCES}", *(line for line in Way(0, 1, signed).lines if line.startswith("dkim"))))
    send_issue(_when_due(root), issue, WHO, login=LOGIN)
    return [path.read_bytes() for path in sorted((root / "var" / "outbox" / "new").iterdir())]


def for_peers(edition: Edition, path: Path) -> None:
    """Writes the newsletter as the peers' programs read it: texts as pieces, with {"slot": NAME} between them."""
    written = {
        "from": ["Focus This Week", f"weekly@{DOMAIN}"],
        "bounces": BOUNCES,
        "reply_to": f"editor@{DOMAIN}",
        "subject": edition.subject,
        "headers": {"List-Id": f"Focus This Week <weekly.{DOMAIN}>", "Feedback-ID": f"{edition.issue}:focus"},
        "domain": DOMAIN,
        "selector": SELECTOR,
        "text": _pieces(edition.text),
        "html": _pieces(edition.html),
    }
    path.write_text(json.dumps(written), "utf-8")


def new_key() -> bytes:
    """A private key, PEM, written so that every peer can read it."""
    private = rsa.generate_private_key(65537, 2048)
    return private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def due_of(root: Path) -> datetime:
    """When its coming issue is due."""
    return sample_now(root) + BEFORE_DUE


def _approved(root: Path, key: bytes) -> Edition:
    """The coming issue, made to measure and signed for."""
    now = sample_now(root)
    app = open_app(root, clock=lambda: now)
    issue = coming_issue(root)
    files = root / "content" / "issues" / str(issue)
    for name in _LEFT_OUT:
        (files / f"{name}.md").unlink()
    padded = files / _PADDED
    missing = OCTETS - _size(app, issue)
    padded.write_text(padded.read_text("utf-8").rstrip() + _MORE * (missing // (2 * len(_MORE))) + "\n", "utf-8")
    (root / "var" / "dkim").mkdir(parents=True, exist_ok=True)
    (root / "var" / "newsletter.db").touch()  # this is home
    (root / "var" / "dkim" / f"{SELECTOR}.pem").write_bytes(key)
    (root / "var" / "dkim" / f"{SELECTOR}.pem").chmod(0o600)
    expected = proposal(app, issue).edition.digest
    return approve_issue(app, issue, WHO, login=LOGIN, expected=expected, refuse=_nothing).edition


def _size(app: App, issue: IssueId) -> int:
    desk = read_issue(app, issue)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    reader = Recipient(seq=1, subscriber="sample-1", address="ana@example.org", name="Ana")
    return len(splice(edition.letter, sample_values(desk, edition, reader)))


def _nothing(_app: App, _issue: IssueId) -> tuple[Finding, ...]:
    """Lets an issue be approved that is longer than an editor would make it."""
    return ()


def _bring_in(app: App, path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("email", "name"))
        rows.writerows(
            (f"reader-{number}@mail-{number % _DOMAINS}.example.org", f"Reader {number}") for number in range(count)
        )
    with dry_run(app, path, _quiet) as run:
        import_subscribers(app, run, basis="a bench", who=LOGIN, report=_quiet)


def _quiet(_what: str, _done: int, _whole: int) -> None:
    pass


def _planned(root: Path) -> None:
    """Plans the rows an hour before the issue is due, on an installation whose archive stands."""
    early = due_of(root) - timedelta(hours=1)
    app = open_app(root, clock=lambda: early)
    sent = send_issue(app, coming_issue(root), WHO, login=LOGIN)
    assert sent.early
    publish_archive(app)


def _when_due(root: Path) -> App:
    due = due_of(root)
    return open_app(root, clock=lambda: due)


def _sending(root: Path, lines: tuple[str, ...]) -> None:
    path = root / "schedule.yaml"
    kept = path.read_text("utf-8").partition("\nsending:")[0].rstrip("\n")
    path.write_text("\n  ".join((f"{kept}\nsending:", *lines)) + "\n", "utf-8")


def _pieces(text: Slotted) -> list[str | dict[str, str]]:
    return [{"slot": piece.name.lower()} if isinstance(piece, Slot) else piece for piece in text.pieces]
