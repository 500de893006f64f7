"""Remove a blurb: a section is taken out of an issue; what was written in it is kept."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.change_matter import Matter
from newsletter.actions.order_sections import replace
from newsletter.actions.section_files import (
    OPENING,
    bytes_at,
    changing,
    known_section,
    must_be,
    must_be_readable,
    note,
    note_voids,
    voided_names,
)
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.saving import FileText, Saved
from newsletter.publication.unsaved import Instead
from newsletter.publication.yamlwrite import Given
from newsletter.store import drafts, kept_texts


def remove_blurb(app: App, issue: IssueId, name: str, base: str, who: str) -> Saved:
    """Takes the section's file away, whose digest `base` a form carried, and its place and its owner out of issue.md.

    Its text is kept first, among the kept texts of `who`, and the audit log has an entry. Killed on the way, it is done
    by doing it again. Raises `ChangedMeanwhile` where another saved it before; `ConfigError` for the opening, for a
    section that is not there, and for an issue that is being sent or has been; `ContentError`, `NotAtHome`.
    """
    path = known_section(app, issue, name)
    if name == OPENING:
        raise ConfigError("section", "every issue has an opening; empty its text instead")
    with changing(app, issue) as store:
        data = bytes_at(app, path)
        if data is None:
            raise ConfigError("section", f"the issue {issue} has no section '{name}' any more")
        must_be(base, path, data)
        matter = Matter(app, issue)
        after = _without(matter, name)
        instead: Instead = {path: None} if after == matter.data else {path: None, matter.path: after}
        must_be_readable(app, issue, instead)
        voids = voided_names(app, issue, instead)
        kept_texts.keep(store, issue, path, who, FileText.of(path, data).text, base, app.clock())
        with store.writing_alone() as connection:
            note(app, connection, issue, who, "remove", path.rpartition("/")[2])
            note_voids(app, connection, issue, who, voids, path)
            drafts.end(connection, issue, path, who)
            replace(app, matter.path, matter.data, after)
            must_be(base, path, bytes_at(app, path))
            (app.root / path).unlink()
    return Saved(path, "", voids)


def _without(matter: Matter, name: str) -> bytes:
    """issue.md without a word of the section."""
    values: dict[str, Given] = {}
    if matter.order is not None and name in matter.order:
        values["sections"] = matter.places(one for one in matter.order if one != name) or None
    if name in matter.owners:
        values["owners"] = {section: owner for section, owner in matter.owners.items() if section != name} or None
    return matter.having(**values) if values else matter.data or b""
