"""Rebuild: an issue that was sent, made once more of its files as they stand, and held against what went out."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App, known_issue
from newsletter.actions.diff_issue import Difference, difference, face_of, sent_face, today_of
from newsletter.model.edition import Edition
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.publication.folder import is_sent


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What today's files make of an issue that was sent."""

    edition: Edition
    difference: Difference  # from what went out to today's

    @property
    def identical(self) -> bool:
        """Whether every reader would get the very same mail and page."""
        return self.difference.same


def rebuild_issue(app: App, issue: IssueId) -> Rebuilt:
    """Holds the newest edition in sent/ against what the files make today. Writes nothing, sent/ least of all.

    Raises `ConfigError` for an issue that was not sent, `ContentError` where the files cannot be read any more.
    """
    known_issue(app, issue)
    if not is_sent(app.root, issue):
        raise ConfigError(
            "issue", f"{issue} has not been sent; `newsletter preview {issue}` shows what it is going to be"
        )
    edition = today_of(app, issue)
    before, after = sent_face(app, issue), face_of(edition, "the same issue as its files make it today")
    return Rebuilt(edition, difference(before, after))
