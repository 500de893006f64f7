"""A publication with something on every page of the desk, and the same two days later, when its issue has been sent.

Both are made once for a test session (`desk_ground` in conftest.py) and not to be changed: whoever saves something
takes a copy. `filled(page, ground)` are the addresses of a page that there is something at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from newsletter.actions import diff_issue
from newsletter.actions.app import App
from newsletter.actions.approve_issue import approve_issue
from newsletter.actions.approved_edition import proposal
from newsletter.actions.keep_draft import keep_draft
from newsletter.actions.save_text import look_at_text, save_text
from newsletter.actions.sign_in_links import first_secret, make_link
from newsletter.actions.triage_items import decide
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.desk.routes import Page
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId, Triage
from newsletter.model.job import Job, Run, RunState
from newsletter.model.reader_answer import ReaderAnswer
from newsletter.model.subscriber import Reason
from newsletter.store import items, kept_texts, reader_answers, runs
from newsletter.store.engine import open_store
from tests.approving import COMING, edit, in_issue, no_findings
from tests.conftest import ISSUE, ROOT, opened
from tests.delivering import Clock as Running
from tests.desking import Desking
from tests.living import NOW
from tests.sending import bring_in, over_smtp, send, when_due
from tests.smtpserver import LIMIT, SmtpServer, hang_up, say

LAST = IssueId.parse("2026-11-20")  # the sample's last issue, which has been sent
COPIED = "the tariff freeze, which has roughly twelve weeks to run, is the fourth in two years"  # from a source
REFUSED = ("jonas.weide@example.org", "reader@example.net")
UNKNOWN = ("ana@example.org", "wei@example.com")
SECTIONS = [path.stem for path in sorted((ROOT / "content" / "issues" / ISSUE).glob("*.md")) if path.stem != "issue"]
SECTIONS.insert(0, "opening")  # which is issue.md
_FINDING = "?finding={finding}"
QUERIES = {
    "/issues/{issue}/sections/{name}/sources": _FINDING,
    "/issues/{issue}/sections/{name}/waive": _FINDING,
    "/issues/{issue}/sections/{name}/cite": _FINDING,
    "/names/one": "?name=Ningbo",
    "/readers/story": "?address=ana%40example.org",
    "/readers/story/erase": "?address=ana%40example.org",
    "/answers": "?issue=2026-11-20",
    "/triage/figures": "?q=per+cent",
}
_GROWTH = (70, 42, 21, 6)  # days before, when so many lists were brought in
_FIRST = (
    "Ana",
    "Bruno",
    "Chloe",
    "Dmitri",
    "Esi",
    "Farid",
    "Greta",
    "Hiro",
    "Ines",
    "Jonah",
    "Kalinda",
    "Lars",
    "Maeve",
)
_FAMILY = (("Adeyemi", "Bergqvist"), ("Costa", "Dragan", "Eze"), ("Faulkner",), ("Gruber", "Hakimi", "Ito"))
_ANSWERS = (
    ("Dewi Hartono", "Jakarta", "My daughter waits for her visa since May. We have bought the ticket twice."),
    ("A reader of many years", None, "Ours came in nine days.\n\nNobody at the desk could say why it was so quick."),
)


@dataclass(frozen=True)
class DeskGround:
    """The two, and what their pages are filled with."""

    writing: Path  # two days before the issue is due: signed once, changed since
    sent: Path  # the same after it was sent, with refused and unknown copies
    item: ItemId
    secret: str  # of a link that signs Priya in
    first: str  # of the address where the first password is chosen
    now: datetime  # of `writing`
    after: datetime  # of `sent`


def made_ground(home: Path, folder: Path) -> DeskGround:
    """Both, in a folder that is there, from a publication with its sources gathered."""
    writing = Path(shutil.copytree(home, folder / "writing"))
    app = opened(writing)
    _people(app)
    sent = Path(shutil.copytree(writing, folder / "sent"))
    after = _after(opened(sent))
    item = _desk(app)
    first = first_secret(app, app.clock())
    assert first
    return DeskGround(writing, sent, item, make_link(app, "priya", app.clock()), first, NOW, after)


def _people(app: App) -> None:
    """Readers who came over some weeks, one of whom has left again, and the files that they came in."""
    path = app.root / "readers.csv"
    for days, families in zip(_GROWTH, _FAMILY, strict=True):
        names = [(first, family) for family in families for first in _FIRST]
        rows = "".join(f"{first}.{family}@example.org".lower() + f",{first} {family}\n" for first, family in names)
        path.write_text(f"email,name\n{rows}", "utf-8")
        bring_in(replace(app, clock=_at(app.clock() - timedelta(days=days))), path)
    path.unlink()
    bring_in(replace(app, clock=_at(app.clock() - timedelta(days=90))))
    suppress_reader(app, "lars.costa@example.org", Reason.OPT_OUT, who="daniel", note="asked for by letter")
    suppress_reader(app, "hiro.faulkner@example.org", Reason.HARD_BOUNCE, who="returned mail")


def _desk(app: App) -> ItemId:
    """Decisions, a signature and what was changed since, drafts, texts that came too late, runs, answers, links."""
    now = app.clock()
    _signed(app, "mei", "Read twice; the figures are those of the survey.")
    diff_issue.have_read(app, COMING, "daniel", proposal(app, COMING).edition.digest)
    path = in_issue(app.root, "issue.md")
    edit(path, "two trade teams", "two delegations")
    path.write_text(
        f"{path.read_text('utf-8').rstrip()}\n\nTwo words, and {COPIED}, they say.[^pacific-pause]\n", "utf-8"
    )
    text = look_at_text(app, COMING, "number")
    save_text(app, COMING, "number", text.text, text.digest, "priya")
    keep_draft(app, COMING, "opening", f"{look_at_text(app, COMING, 'opening').text}\nA last thought.\n", "", "daniel")
    with open_store(app.database) as store:
        there = [one.id for one in items.items(store)]
        kept_texts.keep(
            store, COMING, f"content/issues/{ISSUE}/number.md", "mei", f"{text.text}Another end.\n", "", now
        )
        for name, place, words in _ANSWERS:
            question = "How long did your visa take?"
            answer = ReaderAnswer(
                number=0, issue=_last(), question=question, at=now, name=name, place=place, text=words, words="Yes."
            )
            reader_answers.keep(store, answer)
        for job, state, words in (
            (Job.GATHER, RunState.DONE, "6 sources, 3 new items"),
            (Job.BACKUP, RunState.FAILED, "the disk of the backups is full"),
        ):
            began = now - timedelta(hours=3)
            run = Run(
                job=job, key=began.strftime("%Y-%m-%dT%H:%M"), due=began, state=state, attempt=1, began=began,
                ended=began + timedelta(seconds=20), words=words, who="clock",
            )  # fmt: skip
            runs.claim(store, run)
    decide(app, (there[1],), Triage.KEPT, "mei")
    decide(app, (there[3],), Triage.HELD, "priya")
    decide(app, (there[5],), Triage.REJECTED, "daniel", "promotional")
    return there[0]


def _after(app: App) -> datetime:
    """Signs the issue and sends it to a mail server that refuses two copies and leaves two in the dark."""
    _signed(app, "mei", "Ready.")
    due = when_due(app)
    with SmtpServer() as server:
        over_smtp(due, server.port)
        server.at("RCPT", say("550 5.1.1 no such mailbox"), to=REFUSED[0])
        server.at("RCPT", say("552 5.2.2 mailbox full"), to=REFUSED[1])
        for address in UNKNOWN:
            server.at("DOT", hang_up(keeps=True), to=address, times=1)
        clock = due.clock
        assert isinstance(clock, Running)
        clock.tick = timedelta(seconds=30)  # so that it takes its time, as it does with many readers
        send(due)
    return clock.now + timedelta(minutes=5)


def _signed(app: App, who: str, note: str) -> None:
    digest = proposal(app, COMING).edition.digest
    approve_issue(app, COMING, who, login=None, expected=digest, refuse=no_findings, note=note)


def _at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _last() -> IssueId:
    assert LAST is not None
    return LAST


def filled(page: Page, ground: DeskGround, finding: str = "none") -> Iterator[str]:
    """The addresses of a page with every part of it filled in; `finding` is what a page of the desk names one by."""
    given: dict[str, list[str]] = {
        "issue": [ISSUE],
        "name": ["quay.png"] if "/images/" in page.path else ["opening"],
        "item": [ground.item],
        "source": ["gazette"],
        "person": ["lin-yue"],
        "member": ["priya"],
        "view": ["phone"],
        "secret": [ground.first if page.path.startswith("/first/") else ground.secret],
    }
    if page.path == "/issues/{issue}/sections/{name}":
        given["name"] = SECTIONS
    if page.path == "/issues/{issue}":
        given["issue"] = [ISSUE, str(LAST)]
    paths = [page.path]
    for part in re.findall(r"\{(\w+)\}", page.path):
        paths = [path.replace(f"{{{part}}}", value) for path in paths for value in given[part]]
    yield from (path + QUERIES.get(page.path, "").format(finding=finding) for path in paths)


def looked(desk: Desking) -> None:
    """Waits until the desk has the week as it is."""
    pause, left = Event(), LIMIT
    while desk.office.standing.board(desk.clock())[1]:
        assert left > 0, "the week was not looked up in time"
        pause.wait(0.02)
        left -= 0.02
