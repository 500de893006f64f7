"""Order: the sections of an issue stand in another order in the mail."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.change_matter import Matter
from newsletter.actions.section_files import (
    bytes_at,
    changing,
    must_be,
    must_be_readable,
    note,
    note_voids,
    path_of,
    sections_there,
    voided_names,
)
from newsletter.actions.way_out import read_schedule
from newsletter.model.issue import IssueId
from newsletter.model.saving import ChangedMeanwhile, FileText, Saved
from newsletter.publication import frontmatter, issuefiles
from newsletter.publication.schedule import Schedule
from newsletter.publication.write import change
from newsletter.store.engine import Store


def order_sections(app: App, issue: IssueId, names: tuple[str, ...], base: str, who: str) -> Saved:
    """Writes the order into issue.md, whose digest `base` a form carried, with an entry in the audit log.

    Where it is schedule.yaml's own order, none is written. What issue.md asks of single sections is kept. Raises
    `ChangedMeanwhile` where another saved issue.md before; `ContentError` where names are missing, stand there twice or
    have no file, or the file cannot be changed so; `ConfigError` for an issue that is being sent or has been;
    `NotAtHome`.
    """
    with changing(app, issue) as store:
        matter = Matter(app, issue)
        must_be(base, matter.path, matter.data)
        after = matter.having(sections=matter.places(names))
        must_be_readable(app, issue, {matter.path: after})
        if not matter.asks_more and names == usual_order(app, read_schedule(app), issue, names):
            after = matter.having(sections=None)
        return write_matter(app, store, issue, who, matter, after, ("reorder", ", ".join(names)))


def write_matter(
    app: App, store: Store, issue: IssueId, who: str, matter: Matter, after: bytes, deed: tuple[str, str]
) -> Saved:
    """Writes issue.md, and the deed into the audit log: its act and its words. Within `changing`."""
    path, before = matter.path, matter.data
    voids: tuple[str, ...] = ()
    if after != before:
        must_be_readable(app, issue, {path: after})
        voids = voided_names(app, issue, {path: after})
        with store.writing_alone() as connection:
            note(app, connection, issue, who, *deed)
            note_voids(app, connection, issue, who, voids, path)
            replace(app, path, before, after)
    return Saved(path, FileText.of(path, after).digest, voids)


def replace(app: App, path: str, before: bytes | None, after: bytes) -> None:
    """Writes a file of the issue. Raises `ChangedMeanwhile` where it is no longer as it was before."""
    try:
        change(app.root / path, before, after)
    except ChangedMeanwhile:
        raise ChangedMeanwhile(FileText.of(path, bytes_at(app, path))) from None


def usual_order(app: App, schedule: Schedule, issue: IssueId, names: tuple[str, ...]) -> tuple[str, ...]:
    """These sections in the order of schedule.yaml, those of one kind by file name; without those of kinds that it does
    not have."""
    there = sections_there(app, issue)
    known = [*(one for one in there if one in names), *(one for one in names if one not in there)]
    kinds = {name: kind_in(app, issue, name) for name in known}
    return tuple(name for section in schedule.sections for name in known if kinds[name] == section.kind)


def kind_in(app: App, issue: IssueId, name: str) -> str | None:
    """The kind of a section: what its file says, else its name."""
    path = path_of(issue, name)
    page, _ = frontmatter.split(FileText.of(path, bytes_at(app, path)).text, path)
    matter = page.matter.value
    told = matter.get("kind") if isinstance(matter, dict) else None
    return told if isinstance(told, str) else issuefiles.kind_of(name)
