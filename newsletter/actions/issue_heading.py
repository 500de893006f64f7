"""An issue's number and subject, as far as anybody has written them: an issue that is being made has many gaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.model.issue import IssueId
from newsletter.publication import frontmatter, issuefiles
from newsletter.publication.folder import Folder


@dataclass(frozen=True, slots=True)
class Heading:
    """What issue.md says at its top."""

    number: int | None
    subject: str  # "" where nobody has written one yet


def issue_heading(root: Path, issue: IssueId) -> Heading:
    """Both of them; nothing for a file that cannot be read."""
    path = f"{issuefiles.ISSUES}/{issue}/issue.md"
    folder = Folder(root)
    text = folder.read_text(path) if folder.exists(path) else None
    value = frontmatter.split(text, path)[0].matter.value if text is not None else None
    if not isinstance(value, dict):
        return Heading(None, "")
    number, subject = value.get("number"), value.get("subject")
    whole = int(number) if isinstance(number, (int, str)) and str(number).isdecimal() else None
    return Heading(whole, " ".join(subject.split()) if isinstance(subject, str) else "")
