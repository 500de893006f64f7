"""Check-files: everything that is written wrong, all at once."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App, read_frame
from newsletter.actions.site_facts import mistakes_in
from newsletter.assemble.edition import assemble
from newsletter.assemble.lint import lint_templates
from newsletter.edit.load import load
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.publication import calendar, holidays
from newsletter.publication import publication as publications
from newsletter.publication.folder import SCHEDULE, Folder, issue_ids
from newsletter.publication.publication import Publication
from newsletter.publication.unsaved import Instead, folder_with
from newsletter.templating import Templates


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read and every mistake in it."""

    files: int  # of the publication
    issues: int
    mistakes: tuple[Mistake, ...]  # by file and line


def check_files(app: App, issues: tuple[IssueId, ...] | None = None, instead: Instead | None = None) -> Checked:
    """Reads the whole publication, assembles each issue, and tells every mistake in a file. Writes nothing.

    `issues` are those to look into; None: all there are. `instead`: files as they would be saved, by path.
    """
    folder = folder_with(app.root, instead)
    publication, mistakes = publications.read(folder, app.clock().date())
    templates = app.templates
    names = [name for kind in ("email", "text", "web", "notice") for name in templates.names(kind)]
    mistakes += [*publications.misnamed_issues(folder), *lint_templates(templates, tuple(names)), *mistakes_in(app)]
    mistakes += holidays.read(folder, publication.schedule.cities)[1] if publication else []
    opened = {file.path for file in folder.opened}
    issues = issue_ids(app.root) if issues is None else issues
    numbered: dict[int, IssueId] = {}
    for issue in issues:
        if publication is None:
            break
        of_issue = folder_with(app.root, instead)
        number, misfits = _looked_into(templates, publication, of_issue, issue)
        mistakes += misfits
        if number in numbered:
            what = f"the issues {numbered[number]} and {issue} have the same number, {number}"
            mistakes.append(Mistake(f"content/issues/{issue}/issue.md", 0, what, "give each its own"))
        if number is not None:
            numbered[number] = issue
        opened |= {file.path for file in of_issue.opened}
    return Checked(len(opened), len(issues), tuple(sorted(set(mistakes))))


def _looked_into(
    templates: Templates, publication: Publication, folder: Folder, issue: IssueId
) -> tuple[int | None, list[Mistake]]:
    """The issue's number, when it can be read, and every mistake in its files."""
    found = []
    if not calendar.belongs(publication.schedule.calendar, issue):
        what = f"the calendar knows no issue of {issue}"
        todo = f"rename the folder, or add the date under calendar: extra: in {SCHEDULE}"
        found.append(Mistake(f"content/issues/{issue}", 0, what, todo))
    number = None
    try:
        draft = load(publication, folder, issue)
        number = draft.number
        assemble(draft, publication, read_frame(folder, draft.language), templates)
    except ContentError as error:
        found += error.mistakes
    return number, found
