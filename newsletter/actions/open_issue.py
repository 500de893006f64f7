"""Open: the next issue's folder, from the calendar and the sections."""

from __future__ import annotations

import tempfile
from pathlib import Path

from newsletter.actions.app import App, read_publication
from newsletter.edit.open import files_of
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId, IssueNumber, Week
from newsletter.publication import calendar, issuefiles
from newsletter.publication.folder import Folder, issue_folder, issue_ids
from newsletter.publication.publication import Publication
from newsletter.publication.write import write


def open_issue(app: App, issue: IssueId | None = None) -> tuple[IssueId, Week, Path]:
    """Makes the folder of an issue, all of it or nothing: the next of the calendar, or the one that is named.

    Its number is one above the highest so far. Raises `ConfigError` for an issue that is there already or that the
    calendar does not know, `ContentError` when the publication's files hold mistakes.
    """
    publication = read_publication(app, Folder(app.root))
    issue = issue or _next(app, publication)
    if issue in issue_ids(app.root):
        raise ConfigError("issue", f"the issue {issue} is there already: {issue_folder(app.root, issue)}")
    if not calendar.belongs(publication.schedule.calendar, issue):
        near = calendar.next_weekly(publication.schedule.calendar, issue.date)
        what = f"the calendar knows no issue of {issue}; the next weekly one after it is {near}"
        raise ConfigError("issue", f"{what}. An extra issue stands under calendar: extra: in schedule.yaml")
    week = calendar.week(publication.schedule.calendar, issue)
    folder = issue_folder(app.root, issue)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".open.") as staging:
        made = Path(staging) / str(issue)
        for name, text in files_of(publication.schedule, issue, _number(app)).items():
            write(made / name, text)
        (made / "images").mkdir()
        made.rename(folder)
    return issue, week, folder


def _next(app: App, publication: Publication) -> IssueId:
    """The first weekly issue after the newest there is; without any, after today."""
    newest = issue_ids(app.root)[-1:]
    after = newest[0].date if newest else app.clock().date()
    return calendar.next_weekly(publication.schedule.calendar, after)


def _number(app: App) -> IssueNumber:
    """One above the highest number of any issue; 1 for the first."""
    numbers = [0]
    for issue in issue_ids(app.root):
        files, _ = issuefiles.read(Folder(app.root), issue)
        if files.matter is not None:
            numbers.append(files.matter.number)
    return IssueNumber(max(numbers) + 1)
