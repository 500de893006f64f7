"""Assign: somebody of the team owns a section from now on, or nobody."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.change_matter import Matter
from newsletter.actions.order_sections import write_matter
from newsletter.actions.section_files import changing, must_be
from newsletter.model.issue import IssueId
from newsletter.model.saving import Saved


def assign_section(app: App, issue: IssueId, name: str, owner: str | None, base: str, who: str) -> Saved:
    """Writes who owns the section into issue.md, whose digest `base` a form carried, with an entry in the audit log.

    Raises `ChangedMeanwhile` where another saved issue.md before; `ContentError` for an owner who is not of the team,
    for a section that could never be there, and where the file cannot be changed so; `ConfigError` for an issue that is
    being sent or has been; `NotAtHome`.
    """
    with changing(app, issue) as store:
        matter = Matter(app, issue)
        must_be(base, matter.path, matter.data)
        owners: dict[str, str | None] = {**matter.owners, name: owner}
        left = {section: one for section, one in owners.items() if one is not None}
        words = f"{name} to {owner}" if owner else f"{name} to nobody"
        after = matter.having(owners=left or None)
        return write_matter(app, store, issue, who, matter, after, ("assign", words))
