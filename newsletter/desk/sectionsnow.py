"""What there is to know about an issue's sections as its files are now."""

from __future__ import annotations

from pathlib import Path

from newsletter.actions.app import App, read_issue
from newsletter.actions.preview_issue import files_token
from newsletter.desk.office import Office
from newsletter.desk.once import Once
from newsletter.desk.sectionlist import Seen
from newsletter.edit.length import lengths
from newsletter.edit.order import arranged
from newsletter.model.draft import Planned
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.finding import Severity
from newsletter.model.issue import IssueId
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder
from newsletter.publication.issuefiles import IssueFiles
from newsletter.publication.schedule import Schedule

_COUNTED: Once[tuple[Path, IssueId, str], Seen] = Once(16)  # by what is another token when a file has changed


def sections_now(office: Office, issue: IssueId) -> Seen:
    """Each section with its words and findings; with mistakes in the files, what can be told all the same."""
    app, schedule = office.app, office.schedule
    key = (app.root, issue, files_token(app, issue))
    seen = _COUNTED.get(key, lambda: _counted(app, issue, schedule))
    if seen.mistakes:
        return seen
    found: dict[str, tuple[Severity, ...]] = {}
    checked = office.looks.checked(issue)
    for one in checked.report.findings:
        if one.section is not None:
            found[one.section] = (*found.get(one.section, ()), one.severity)
    return Seen(
        plan=seen.plan,
        words=seen.words,
        found=found,
        files=seen.files,
        owners=seen.owners,
        mistakes=checked.mistakes,
    )


def _counted(app: App, issue: IssueId, schedule: Schedule) -> Seen:
    """The plan and the words."""
    files, _ = issuefiles.read(Folder(app.root), issue)
    there = frozenset({"opening" if page.name == "issue" else page.name for page in files.pages} | files.waiting)
    owners = (files.matter.owners or {}) if files.matter else {}
    words: dict[str, int] = {}
    mistakes: tuple[Mistake, ...] = ()
    try:
        known = lengths(read_issue(app, issue).draft)
    except ContentError as error:
        plan, mistakes = _plan(schedule, files), error.mistakes
    else:
        plan = tuple(one.planned for one in known)
        words = {one.planned.name: one.words for one in known if one.planned.written}
    return Seen(plan=plan, words=words, found={}, files=there, owners=owners, mistakes=mistakes)


def _plan(schedule: Schedule, files: IssueFiles) -> tuple[Planned, ...]:
    """The order as far as it can be told: the issue's own, else the publication's."""
    if files.matter is not None:
        return arranged(schedule, files, files.matter)[1]
    return tuple(
        Planned(name=one.kind, kind=one.kind, required=one.required, least=0, most=None, written=False)
        for one in schedule.sections
    )
