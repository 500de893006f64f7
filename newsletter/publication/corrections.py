"""corrections.yaml in an issue's folder: what its page puts right after it went out. The mail stays as it was."""

from __future__ import annotations

from dataclasses import field

from newsletter.model.errors import Mistake
from newsletter.model.issue import IssueId
from newsletter.model.shape import Day, Line, about, file_shape
from newsletter.publication import yamlfile
from newsletter.publication.folder import Folder


@file_shape
class WrittenCorrection:
    """One entry of corrections.yaml."""

    date: Day = field(metadata=about("the day it was put right", "2026-12-01"))
    was: Line = field(metadata=about("what was wrong, in a sentence", "The quotation was given to the wrong speaker."))
    now: Line = field(metadata=about("what is right, in a sentence", "It was the deputy minister who said it."))


def corrections_path(issue: IssueId) -> str:
    """Where the corrections of an issue stand, below the publication's folder."""
    return f"content/issues/{issue}/corrections.yaml"


def read(folder: Folder, issue: IssueId) -> tuple[tuple[WrittenCorrection, ...], list[Mistake]]:
    """The corrections of an issue, the oldest first, and every mistake in them; an issue need not have any."""
    path = corrections_path(issue)
    if not folder.exists(path):
        return (), []
    noted = len(folder.mistakes)
    found, written, mistakes = yamlfile.read_list(folder.read_text(path), WrittenCorrection, path)
    mistakes += folder.mistakes[noted:]
    for at, one in enumerate(() if mistakes else found):
        if one.date < issue.date:
            what = f"the correction is dated {one.date}, before the issue itself"
            mistakes.append(Mistake(path, written.line((at, "date")), what, f"write {issue.date} or a later day"))
    return tuple(sorted(found, key=lambda one: one.date)), mistakes
