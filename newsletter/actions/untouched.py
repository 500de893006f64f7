"""Whether an issue's files are the very ones that an edition was made of, told without rendering anything."""

from __future__ import annotations

from collections.abc import Iterable

from newsletter import packaged
from newsletter.actions.app import OURS, App, read_frame
from newsletter.actions.todays_edition import own_files, signers_of
from newsletter.assemble.edition import template_names
from newsletter.edit.load import load
from newsletter.model.approval import Signers
from newsletter.model.changes import changes
from newsletter.model.draft import Draft
from newsletter.model.edition import Edition
from newsletter.model.errors import NewsletterError
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.publication import publication as publications
from newsletter.publication.folder import Folder

_TEMPLATES, _FRAMES = "templates/", "templates/frame/"  # standing texts are read as content is


def untouched(app: App, issue: IssueId, edition: Edition) -> Signers | None:
    """Who may sign the issue, where the publication's own files are byte by byte those that the edition was made of,
    and none would be read today that was not there; None where a file differs or cannot be read.

    Everything is read that is read for a rendering; templates alone are not taken apart for it.
    """
    folder = Folder(app.root)
    publication, mistakes = publications.read(folder, app.clock().date())
    if publication is None or mistakes:
        return None
    try:
        draft = load(publication, folder, issue)
        frame = read_frame(folder, draft.language)
        known = edition.manifest.inputs
        templates = tuple(file for file in known if _is_template(file))
        content = tuple(file for file in known if not _is_template(file))
        if changes(own_files({*draft.files, *frame.files}), own_files(content)) or not _same(app, draft, templates):
            return None
    except NewsletterError:
        return None
    return signers_of(publication.schedule, folder, issue)


def _is_template(file: InputFile) -> bool:
    path = file.path.removeprefix(OURS)
    return path.startswith(_TEMPLATES) and not path.startswith(_FRAMES)


def _same(app: App, draft: Draft, known: tuple[InputFile, ...]) -> bool:
    """Whether the templates are those of `known`.

    Which ones they are follows from what stands in them: where all are found as they were, and the publication has none
    besides that one of them may name, they are the same. Else what they take in is looked for anew.
    """
    templates = app.templates
    for file in known:
        found = templates.find(file.path.removeprefix(OURS).removeprefix(_TEMPLATES))
        if found is None or (found.label, found.digest) != (file.path, file.digest):
            return False
    if _has_others(app, known):
        return not changes(own_files(templates.closure(template_names(draft))), own_files(known))
    return True


def _has_others(app: App, known: Iterable[InputFile]) -> bool:
    """Whether the publication has templates of its own that are not among these."""
    own = app.root / _TEMPLATES
    if app.root.resolve() == packaged.root().resolve() or not own.is_dir():  # the sample's are ours
        return False
    paths = {file.path for file in known}
    there = (path.relative_to(app.root).as_posix() for path in own.rglob("*") if path.is_file())
    return any(path not in paths and not path.startswith(_FRAMES) for path in there)
