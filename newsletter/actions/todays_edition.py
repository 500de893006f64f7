"""An issue as its files say it today: its edition, or why there is none, and who may sign it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter import packaged
from newsletter.actions.app import OURS, App, read_frame
from newsletter.assemble.edition import assemble
from newsletter.edit.load import load
from newsletter.model.approval import Signers
from newsletter.model.edition import Edition
from newsletter.model.errors import ContentError, NewsletterError
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.publication import calendar, frontmatter, issuefiles
from newsletter.publication import publication as publications
from newsletter.publication.folder import Folder
from newsletter.publication.publication import Publication
from newsletter.publication.schedule import Role, Schedule
from newsletter.publication.unsaved import Instead, folder_with


@dataclass(frozen=True, slots=True)
class Today:
    """One reading of an issue's files."""

    folder: Folder
    publication: Publication | None  # None: schedule.yaml or people.yaml cannot be read
    edition: Edition | None
    trouble: NewsletterError | None  # why there is no edition
    signers: Signers | None  # None: nobody can tell

    def files_beside(self, before: Iterable[InputFile]) -> tuple[InputFile, ...]:
        """The publication's own files that today's edition is made of, to be held against the inputs of another.

        Where there is no edition today, as far as can be told: those that were opened, those of the other edition that
        are still there, and templates that stand before one of ours now.
        """
        if self.edition is not None:
            return own_files(self.edition.manifest.inputs)
        checkout = self.folder.root.resolve() == packaged.root().resolve()  # there the sample's templates are ours
        for file in before:
            path = file.path.removeprefix(OURS)
            if self.folder.exists(path) and not (checkout and file.path.startswith(OURS)):
                self.folder.read_bytes(path)
        return self.folder.opened


def own_files(inputs: Iterable[InputFile]) -> tuple[InputFile, ...]:
    """The files of the publication, without those of the program: a new version of it voids no approval."""
    return tuple(file for file in inputs if not file.path.startswith(OURS))


def read_today(app: App, issue: IssueId, unsaved: Instead | None = None) -> Today:
    """The issue as its files say it now, or would with these files saved. Raises nothing that an editor can mend."""
    folder = folder_with(app.root, unsaved)
    edition, trouble = None, None
    publication, mistakes = publications.read(folder, app.clock().date())
    try:
        if publication is None or mistakes:
            raise ContentError(mistakes)
        draft = load(publication, folder, issue)
        edition = assemble(draft, publication, read_frame(folder, draft.language), app.templates)
    except NewsletterError as error:
        trouble = error
        issuefiles.read(folder, issue)  # so that all its files are known by their digests
    signers = None if publication is None else signers_of(publication.schedule, folder, issue)
    return Today(folder, publication, edition, trouble, signers)


def signers_of(schedule: Schedule, folder: Folder, issue: IssueId) -> Signers | None:
    """Who may sign this issue; None where its week or its owners cannot be read."""
    path = f"{issuefiles.ISSUES}/{issue}/issue.md"
    text = folder.read_text(path) if folder.exists(path) else None
    if text is None:
        return None
    page, mistakes = frontmatter.split(text, path)
    matter = page.matter.value
    owners = matter.get("owners") if isinstance(matter, dict) else None
    sections: dict[str, tuple[str, ...]] = {}
    for section, owner in (owners if isinstance(owners, dict) else {}).items():
        sections[str(owner)] = (*sections.get(str(owner), ()), str(section))
    try:
        week = calendar.week(schedule.calendar, issue)
    except OverflowError:
        return None
    if mistakes:
        return None
    return Signers(
        names={member.id: member.name for member in schedule.team},
        approvers=frozenset(member.id for member in schedule.team if Role.APPROVER in member.roles),
        deputies=frozenset(schedule.approval.deputies),
        in_charge=schedule.approval.in_charge,
        needed=schedule.approval.needed,
        owners=sections,
        approve_by=week.approve_by,
    )
