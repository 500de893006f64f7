"""Progress: what stands between the issue of the week and its approval, and with whom it lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from newsletter.actions.app import App
from newsletter.actions.issue_status import SectionStatus, Status, issue_status
from newsletter.actions.issue_waits import owner_of, owners_of
from newsletter.actions.todays_edition import signers_of
from newsletter.model.approval import Signers, said
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.finding import Finding, Severity
from newsletter.model.issue import IssueId, Week
from newsletter.publication import calendar
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Member, Schedule


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to mend, and where."""

    what: str  # a clause
    todo: str  # what to do next, a clause
    path: str  # of its file, from the publication's folder
    line: int  # 0: the file as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A part of the issue that keeps it from being approved."""

    who: Member | None  # whose section it is; None: nobody is named
    section: str | None  # its name; None: it is no section's
    what: str  # "not written yet", "2 findings", "cannot be read"
    is_empty: bool = False  # it is required, and nothing is written
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an issue is that is being made."""

    subject: str  # "" while its files cannot be read
    blockers: tuple[Blocker, ...]  # in the order of the issue
    warnings: int  # findings that somebody should look at
    is_readable: bool  # False: its files have mistakes, and nothing was checked
    signed: tuple[Member, ...]  # whose signature counts, of those who are of the team
    needed: int  # signatures
    is_approved: bool
    missing: str  # which signatures are missing, in words; "" where none is, or nobody can tell
    may_sign: tuple[Member, ...]  # whose signature would count now, and who has not given it

    @property
    def findings(self) -> int:
        """How many findings and mistakes block."""
        return sum(len(one.places) for one in self.blockers)

    @property
    def empty(self) -> int:
        """How many sections that every issue has are not written."""
        return sum(one.is_empty for one in self.blockers)


def week_progress(app: App, issue: IssueId, schedule: Schedule) -> Progress:
    """How far the issue has come as its files are now. Changes nothing, and takes most of a second.

    Raises `ConfigError`, `StoreError`; mistakes in the issue's files are blockers like others.
    """
    signers = signers_of(schedule, Folder(app.root), issue)
    owners = owners_of(app, issue, schedule)
    try:
        status = issue_status(app, issue)
    except ContentError as error:
        return Progress(
            subject="",
            blockers=tuple(_unread(error.mistakes, owners, issue)),
            warnings=0,
            is_readable=False,
            signed=(),
            needed=schedule.approval.needed,
            is_approved=False,
            missing="",
            may_sign=(),
        )
    standing = status.standing
    signed = {one.who for one in standing.signatures} if standing else set()
    return Progress(
        subject=status.checked.desk.draft.subject,
        blockers=tuple(_of_status(status, owners)),
        warnings=sum(one.severity is Severity.WARN for one in status.checked.report.findings),
        is_readable=True,
        signed=tuple(one for one in schedule.team if one.id in signed),
        needed=standing.needed if standing else schedule.approval.needed,
        is_approved=standing is not None and standing.complete,
        missing=_missing(standing.missing if standing else "", calendar.week(schedule.calendar, issue)),
        may_sign=_ready(app, signers, schedule, signed),
    )


def _missing(words: str, week: Week) -> str:
    """Whoever reads it sees the deadline beside, on the clock of each city."""
    return words.replace(said(week.approve_by), "the deadline")


def _ready(app: App, signers: Signers | None, schedule: Schedule, signed: set[str]) -> tuple[Member, ...]:
    if signers is None:
        return ()
    may = (signers.approvers | signers.deputies) - signed
    return tuple(one for one in schedule.team if one.id in may and signers.hindrance(one.id, app.clock()) is None)


def _of_status(status: Status, owners: Mapping[str, Member]) -> Iterator[Blocker]:
    blocks = status.checked.report.blocks
    for section in status.sections:
        if section.blocks:
            yield _of_section(section, blocks, owners)
    names = {one.length.planned.name for one in status.sections}
    files: dict[str, list[Finding]] = {}
    for one in blocks:
        if one.section not in names and one.section != "issue":
            files.setdefault(one.spot.path, []).append(one)
    for path, found in files.items():
        yield Blocker(
            who=_writer(path, owners, status.week.issue), section=None, what=_counted(found), places=_places(found)
        )


def _of_section(section: SectionStatus, blocks: Iterable[Finding], owners: Mapping[str, Member]) -> Blocker:
    planned = section.length.planned
    owner = owners.get(planned.name) or owners.get(planned.kind)
    if not planned.written:
        return Blocker(who=owner, section=planned.name, what="not written yet", is_empty=True)
    about = {planned.name, "issue"} if planned.kind == "opening" else {planned.name}  # subject and preheader are its
    mine = [one for one in blocks if one.section in about]
    return Blocker(who=owner, section=planned.name, what=_counted(mine), places=_places(mine))


def _counted(found: Iterable[Finding]) -> str:
    count = sum(1 for _ in found)
    return f"{count} finding{'s block' if count != 1 else ' blocks'}"


def _places(found: Iterable[Finding]) -> tuple[Place, ...]:
    return tuple(Place(one.what, one.todo, one.spot.path, one.spot.line) for one in found)


def _unread(mistakes: Iterable[Mistake], owners: Mapping[str, Member], issue: IssueId) -> Iterator[Blocker]:
    """Files that cannot be read: each is for whoever writes the section that it holds."""
    files: dict[str, list[Mistake]] = {}
    for one in mistakes:
        files.setdefault(one.path, []).append(one)
    for path, found in files.items():
        places = tuple(Place(one.what, one.todo, one.path, one.line) for one in found)
        section = _section(path, issue)
        owner = _writer(path, owners, issue)
        yield Blocker(who=owner, section=section, what="cannot be read", places=places)


def _writer(path: str, owners: Mapping[str, Member], issue: IssueId) -> Member | None:
    section = _section(path, issue)
    return owner_of(section, owners) if section else None


def _section(path: str, issue: IssueId) -> str | None:
    """The section that a file of the issue holds; None for any other file."""
    if not path.startswith(f"content/issues/{issue}/") or not path.endswith(".md"):
        return None
    stem = PurePosixPath(path).stem
    return "opening" if stem == "issue" else stem
