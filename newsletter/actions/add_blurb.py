"""Add a blurb: an issue gets one section more, empty until somebody writes it."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.change_matter import Matter
from newsletter.actions.order_sections import kind_in, replace
from newsletter.actions.section_files import bytes_at, changing, is_fit, is_kept, note, path_of
from newsletter.actions.way_out import read_schedule
from newsletter.edit.open import blurb_of
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.kinds import KINDS
from newsletter.model.saving import FileText, Saved
from newsletter.model.shape import nearest, shown
from newsletter.publication import issuefiles
from newsletter.publication.blurbtext import with_values
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Schedule


def add_blurb(app: App, issue: IssueId, name: str, kind: str, who: str) -> Saved:
    """Makes the section's file, with a comment on each field; where issue.md has an order of its own, it stands in it
    behind the others of its kind.

    It is no part of the issue until something is written in it; the audit log has an entry. A section that was taken
    out keeps its name, whatever that says. Raises `ConfigError` for a section that is there, a new name that does not
    begin with its kind, an unknown kind, and an issue that is being sent or has been; `NotAtHome`.
    """
    with changing(app, issue) as store:
        _may_be_added(app, issue, name, kind)
        matter, schedule = Matter(app, issue), read_schedule(app)
        path, data = path_of(issue, name), _blank(schedule, name, kind).encode()
        with store.writing_alone() as connection:
            note(app, connection, issue, who, "add", f"{name}.md")
            replace(app, path, None, data)
            if matter.order is not None and name not in matter.order:
                order = _with(app, issue, schedule, matter.order, name, kind)
                replace(app, matter.path, matter.data, matter.having(sections=matter.places(order)))
    return Saved(path, FileText.of(path, data).digest, ())


def free_name(app: App, issue: IssueId, kind: str) -> str:
    """What a new section of this kind is called: "beyond-3" beside beyond-2."""
    there = {name.removesuffix(".md") for name in Folder(app.root).names(f"{issuefiles.ISSUES}/{issue}", ".md")}
    names = (kind, *(f"{kind}-{number}" for number in range(2, len(there) + 3)))
    return next(name for name in names if name not in there)


def _may_be_added(app: App, issue: IssueId, name: str, kind: str) -> None:
    if kind == "opening" or kind not in KINDS:
        known = sorted(set(KINDS) - {"opening"})
        near = nearest(kind, known)
        hint = f"did you mean '{near}'?" if near else f"they are {', '.join(known)}"
        raise ConfigError("kind", f"'{shown(kind)}' is no kind of section; {hint}")
    if not (is_fit(name) and issuefiles.kind_of(name) == kind) and not is_kept(app, issue, name):
        what = f"a section of this kind cannot be called '{shown(name)}'"
        raise ConfigError(
            "name", f"{what}; begin with the kind, and use small letters, digits and hyphens, as {kind}-2"
        )
    if bytes_at(app, path_of(issue, name)) is not None:
        raise ConfigError("name", f"the issue {issue} has a section '{name}' already; give this one another name")


def _blank(schedule: Schedule, name: str, kind: str) -> str:
    """The file of a new section, which says its kind where its name does not."""
    text = blurb_of(schedule, kind)
    if issuefiles.kind_of(name) == kind:
        return text
    return with_values(text, {"kind": kind}) or text


def _with(
    app: App, issue: IssueId, schedule: Schedule, order: tuple[str, ...], name: str, kind: str
) -> tuple[str, ...]:
    """The order with a section more: behind the last of its kind, else of a kind that schedule.yaml has before it."""
    usual = [section.kind for section in schedule.sections]
    before = usual[: usual.index(kind) + 1] if kind in usual else usual
    at = max((place for place, one in enumerate(order, 1) if kind_in(app, issue, one) in before), default=len(order))
    same = [place for place, one in enumerate(order, 1) if kind_in(app, issue, one) == kind]
    at = same[-1] if same else at
    return (*order[:at], name, *order[at:])
