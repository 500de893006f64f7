"""Status: how far an issue has come, section by section, and whom it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.approved_edition import proposal
from newsletter.actions.check_issue import CheckedIssue, check_issue
from newsletter.actions.home import home_store
from newsletter.edit.length import Length, lengths
from newsletter.model.approval import Standing
from newsletter.model.finding import Severity
from newsletter.model.issue import IssueId, Week
from newsletter.model.mailing import Receipt
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, is_sent
from newsletter.publication.schedule import City
from newsletter.store import mailings, receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionStatus:
    """One section of an issue."""

    length: Length  # its place in the plan, and the words it has
    owner: str | None  # the name of the one who writes it; None: nobody is named
    findings: tuple[int, int, int]  # how many block, warn and note

    @property
    def blocks(self) -> bool:
        """Whether the issue cannot be approved because of it."""
        return bool(self.findings[0]) or (self.length.planned.required and not self.length.planned.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An issue on its way."""

    checked: CheckedIssue
    week: Week
    now: datetime
    cities: tuple[City, ...]
    sections: tuple[SectionStatus, ...]  # in the order of the mail
    standing: Standing | None  # of the edition as it is now; None where this is not home
    sent: bool
    delivery: Receipt | None  # of its mailing, once it is planned; None where this is not home, too

    @property
    def waits_for(self) -> tuple[tuple[str, str], ...]:
        """Who has to do something before the issue can be sent, and what, in words."""
        if self.sent:
            return ()
        found = [(one.owner or "nobody yet", _task(one)) for one in self.sections if one.blocks]
        loose = [
            one
            for one in self.checked.report.blocks
            if one.section not in {s.length.planned.name for s in self.sections}
        ]
        found += [("the editors", f"{one.what}") for one in loose]
        if self.standing is not None and not self.standing.complete:
            found.append(("approval", self.standing.missing))
        return tuple(found)


def issue_status(app: App, issue: IssueId) -> Status:
    """How far the issue has come as its files are now. Changes nothing. Raises `ContentError`, `ConfigError`."""
    checked = check_issue(app, issue)
    schedule = checked.desk.publication.schedule
    names = {member.id: member.name for member in schedule.team}
    matter = issuefiles.read(Folder(app.root), issue)[0].matter
    owners = (matter.owners or {}) if matter else {}
    return Status(
        checked=checked,
        week=checked.desk.draft.week,
        now=app.clock(),
        cities=schedule.cities,
        sections=tuple(_section(one, owners, names, checked) for one in lengths(checked.desk.draft)),
        standing=proposal(app, issue).standing if app.is_home else None,
        sent=is_sent(app.root, issue),
        delivery=_delivery(app, issue),
    )


def _delivery(app: App, issue: IssueId) -> Receipt | None:
    if not app.is_home:
        return None
    with home_store(app, "sending happens") as store:
        mailing = mailings.find(store, issue)
        return None if mailing is None else receipts.receipt(store, mailing.id)


def _section(length: Length, owners: dict[str, str], names: dict[str, str], checked: CheckedIssue) -> SectionStatus:
    planned = length.planned
    owner = owners.get(planned.name) or owners.get(planned.kind)
    about = {planned.name, "issue"} if planned.kind == "opening" else {planned.name}  # subject and preheader are its
    mine = [one.severity for one in checked.report.findings if one.section in about]
    return SectionStatus(
        length=length,
        owner=names.get(owner, owner) if owner else None,
        findings=(mine.count(Severity.BLOCK), mine.count(Severity.WARN), mine.count(Severity.NOTE)),
    )


def _task(section: SectionStatus) -> str:
    name, count = section.length.planned.name, section.findings[0]
    if not section.length.planned.written:
        return f"{name} is not written"
    return f"{name}: {count} finding{'s' * (count != 1)} that block{'s' * (count == 1)}"
