"""Waits: who of the team has to do what before an issue can go out, down to the line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from newsletter.actions.app import App
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.home import home_store
from newsletter.actions.issue_status import SectionStatus, Status, issue_status
from newsletter.actions.todays_edition import signers_of
from newsletter.actions.way_out import read_schedule
from newsletter.model.approval import NotApproved, Signers, said
from newsletter.model.changes import listed
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId, Week
from newsletter.model.mailing import MailingState
from newsletter.publication import calendar
from newsletter.publication.folder import Folder, is_sent, issue_ids
from newsletter.publication.schedule import Member, Role, Schedule
from newsletter.store import mailings

SHOWN = 3  # places of one task; the command that shows all of them stands in every mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that stands in the way of an issue."""

    who: Member | None  # whose section it is; None: nobody's, so it is for those who approve
    what: str  # in a clause: "question is not written"
    places: tuple[str, ...] = ()  # where, what and what to do, a sentence each; the first few
    more: int = 0  # places that are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """An issue before a deadline."""

    issue: IssueId
    schedule: Schedule
    week: Week
    over: str | None = None  # why nobody has to do anything any more, in a clause; None: the issue waits
    is_there: bool = True  # its folder
    tasks: tuple[Task, ...] = ()
    missing: str = ""  # which signatures it needs, in words; "" where nobody can tell before the tasks are done
    signers: tuple[Member, ...] = ()  # who may sign now and has not

    def of(self, member: Member) -> tuple[Task, ...]:
        """What is this person's to do."""
        return tuple(one for one in self.tasks if one.who is not None and one.who.id == member.id)

    @property
    def nobodys(self) -> tuple[Task, ...]:
        """What nobody is named for."""
        return tuple(one for one in self.tasks if one.who is None)

    @property
    def owners(self) -> tuple[Member, ...]:
        """Those with something to do, in the order of the issue, each once."""
        return tuple({one.who.id: one.who for one in self.tasks if one.who is not None}.values())


def approvers(schedule: Schedule) -> tuple[Member, ...]:
    """Everybody of the team whose office it is to sign."""
    return tuple(one for one in schedule.team if Role.APPROVER in one.roles)


def issue_waits(app: App, issue: IssueId) -> Waits:
    """Whom an issue waits for at this moment. Changes nothing.

    Mistakes in its files are tasks like others. Raises `NotAtHome`, and `ContentError` for schedule.yaml alone.
    """
    schedule = read_schedule(app)
    bare = Waits(issue=issue, schedule=schedule, week=calendar.week(schedule.calendar, issue))
    if over := _over(app, issue, schedule):
        return replace(bare, over=over)
    if issue not in issue_ids(app.root):
        task = Task(who=None, what="its folder is not there yet", places=(f"Make it with `newsletter open {issue}`.",))
        return replace(bare, is_there=False, tasks=(task,))
    signers = signers_of(schedule, Folder(app.root), issue)
    owners = _owners(signers, schedule)
    try:
        status = issue_status(app, issue)
    except ContentError as error:
        return replace(
            bare, tasks=tuple(_unread(error.mistakes, owners, issue)), signers=_ready(signers, schedule, app)
        )
    return replace(
        bare,
        tasks=tuple(_of_status(status, owners)),
        missing=_missing(status, bare.week),
        signers=_ready(signers, schedule, app, [one.who for one in status.standing.counted] if status.standing else []),
    )


def owners_of(app: App, issue: IssueId, schedule: Schedule) -> Mapping[str, Member]:
    """Who writes each section, by its name or kind, as far as issue.md names people of the team."""
    return _owners(signers_of(schedule, Folder(app.root), issue), schedule)


def owner_of(section: str, owners: Mapping[str, Member]) -> Member | None:
    """Who writes the section of this name: named for itself, or for all of its kind ("beyond" for "beyond-2")."""
    parts = section.split("-")
    names = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((owners[name] for name in names if name in owners), None)


def place(path: str, line: int, what: str, todo: str) -> str:
    """A place in a file as a mail says it."""
    where = f"{path}, line {line}" if line else path
    return f"{where}: {what}. {todo[:1].upper()}{todo[1:]}."


def _over(app: App, issue: IssueId, schedule: Schedule) -> str | None:
    if is_sent(app.root, issue):
        return "it has gone out"
    with home_store(app, "reminders are sent") as store:
        mailing = mailings.find(store, issue)
    if mailing is not None and mailing.state is MailingState.CANCELLED:
        return "its sending was cancelled"
    if issue not in issue_ids(app.root):
        return None
    try:
        approved = approved_edition(app, issue)
    except (NotApproved, ContentError):
        return None
    names = {member.id: member.name for member in schedule.team}
    return f"it is approved by {listed(dict.fromkeys(names.get(one.who, one.who) for one in approved.signatures))}"


def _missing(status: Status, week: Week) -> str:
    """Which signatures are missing. Whoever reads it is told the deadline beside, on their own clock."""
    missing = status.standing.missing if status.standing else ""
    return missing.replace(said(week.approve_by), "the deadline")


def _owners(signers: Signers | None, schedule: Schedule) -> dict[str, Member]:
    team = {member.id: member for member in schedule.team}
    named = signers.owners if signers else {}
    return {section: team[who] for who, sections in named.items() if who in team for section in sections}


def _ready(signers: Signers | None, schedule: Schedule, app: App, signed: Collection[str] = ()) -> tuple[Member, ...]:
    """Those whose signature would count now, in the order of the team."""
    if signers is None:
        return approvers(schedule)
    may = (signers.approvers | signers.deputies) - set(signed)
    return tuple(one for one in schedule.team if one.id in may and signers.hindrance(one.id, app.clock()) is None)


def _of_status(status: Status, owners: Mapping[str, Member]) -> Iterator[Task]:
    blocks = status.checked.report.blocks
    sections = {one.length.planned.name for one in status.sections}
    for section in status.sections:
        if section.blocks:
            mine = [one for one in blocks if one.section == section.length.planned.name or _is_of_all(one, section)]
            yield _task(
                section, mine, owners.get(section.length.planned.name) or owners.get(section.length.planned.kind)
            )
    files: dict[str, list[Finding]] = {}
    for one in blocks:
        if one.section not in sections and one.section != "issue":
            files.setdefault(one.spot.path, []).append(one)
    for path, found in files.items():
        yield _found(PurePosixPath(path).name, found, _writer(path, owners, status.week.issue))


def _is_of_all(finding: Finding, section: SectionStatus) -> bool:
    """Subject and preheader are the opening's, as in `issue_status`."""
    return finding.section == "issue" and section.length.planned.kind == "opening"


def _task(section: SectionStatus, blocks: list[Finding], owner: Member | None) -> Task:
    name = section.length.planned.name
    if not section.length.planned.written:
        return Task(who=owner, what=f"{name} is not written")
    return _found(name, blocks, owner)


def _found(name: str, blocks: Iterable[Finding], owner: Member | None) -> Task:
    places = [place(one.spot.path, one.spot.line, one.what, one.todo) for one in blocks]
    what = f"{name}: {len(places)} finding{'s block' if len(places) != 1 else ' blocks'} the approval"
    return Task(who=owner, what=what, places=tuple(places[:SHOWN]), more=len(places[SHOWN:]))


def _unread(mistakes: Iterable[Mistake], owners: Mapping[str, Member], issue: IssueId) -> Iterator[Task]:
    """Files that cannot be read: each is for whoever writes the section that it holds."""
    files: dict[str, list[Mistake]] = {}
    for one in mistakes:
        files.setdefault(one.path, []).append(one)
    for path, found in files.items():
        places = [place(one.path, one.line, one.what, one.todo) for one in found]
        what = f"{PurePosixPath(path).name} cannot be read, and so nobody can look at the issue"
        owner = _writer(path, owners, issue)
        yield Task(who=owner, what=what, places=tuple(places[:SHOWN]), more=len(places[SHOWN:]))


def _writer(path: str, owners: Mapping[str, Member], issue: IssueId) -> Member | None:
    """Who writes the section that a file of the issue holds."""
    if not path.startswith(f"content/issues/{issue}/") or not path.endswith(".md"):
        return None
    stem = PurePosixPath(path).stem
    return owner_of("opening" if stem == "issue" else stem, owners)
