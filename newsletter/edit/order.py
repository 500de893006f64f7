"""The order of an issue's sections and what is asked of each: issue.md's, else schedule.yaml's."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.model.draft import Planned
from newsletter.model.errors import Mistake
from newsletter.model.kinds import KINDS
from newsletter.model.shape import nearest, shown
from newsletter.publication.frontmatter import Page
from newsletter.publication.issuefiles import BlurbFile, IssueFiles, IssueMatter, SectionHere, kind_of
from newsletter.publication.schedule import Schedule, Section

Arranged = tuple[tuple[BlurbFile, ...], tuple[Planned, ...], list[Mistake]]


def arranged(schedule: Schedule, files: IssueFiles, matter: IssueMatter) -> Arranged:
    """The blurbs in the order of the mail, the plan in the same order, and every mistake in the order."""
    page = next((blurb.page for blurb in files.blurbs if blurb.kind == "opening"), None)
    if matter.sections is not None and page is not None:
        return _as_issue_says(schedule, files, matter.sections, page)
    return _as_schedule_says(schedule, files)


def _as_schedule_says(schedule: Schedule, files: IssueFiles) -> Arranged:
    """Blurbs of one kind stand together, by file name."""
    blurbs, plan = [], []
    for section in schedule.sections:
        of_kind = [blurb for blurb in files.blurbs if blurb.kind == section.kind]
        blurbs += of_kind
        names = [blurb.name for blurb in of_kind] or [section.kind]
        plan += [_planned(name, section.kind, section, None, written=bool(of_kind)) for name in names]
    kinds = {section.kind for section in schedule.sections}
    mistakes = [
        Mistake(one.page.path, 0, f"the publication has no section '{one.kind}'", "add it to sections in schedule.yaml")
        for one in files.blurbs
        if one.kind not in kinds and one.kind in KINDS
    ]
    return tuple(blurbs), tuple(plan), mistakes


def _as_issue_says(schedule: Schedule, files: IssueFiles, here: tuple[SectionHere, ...], page: Page) -> Arranged:
    by_name = {blurb.name: blurb for blurb in files.blurbs}
    usual = {section.kind: section for section in schedule.sections}
    plan = []
    for one in here:
        kind = by_name[one.name].kind if one.name in by_name else kind_of(one.name) or one.name
        plan.append(_planned(one.name, kind, usual.get(kind), one, written=one.name in by_name))
    plan += [
        _planned(section.kind, section.kind, section, None, written=False)
        for section in schedule.sections
        if section.required and section.kind not in {planned.kind for planned in plan}
    ]
    present = {section_of(one) for one in files.pages}
    mistakes = list(_order_mistakes(page, tuple(one.name for one in here), present, files.waiting))
    return tuple(by_name[one.name] for one in here if one.name in by_name), tuple(plan), mistakes


def _planned(name: str, kind: str, usual: Section | None, here: SectionHere | None, written: bool) -> Planned:
    """What is asked of a section: what the issue says of it, else what the publication says of its kind."""
    words = (here.words if here else None) or (usual.words if usual else None)
    required = here.required if here and here.required is not None else bool(usual and usual.required)
    return Planned(
        name=name,
        kind=kind,
        required=required,
        least=words.min if words else 0,
        most=words.max if words else None,
        written=written,
    )


def section_of(page: Page) -> str:
    """The name of the section that a file holds."""
    return "opening" if page.name == "issue" else page.name


def _order_mistakes(
    page: Page, order: tuple[str, ...], present: set[str], waiting: frozenset[str]
) -> Iterator[Mistake]:
    """What is wrong with the order in issue.md, given the sections that have a file, or one not yet begun."""
    meant = set()
    for at, name in enumerate(order):
        line = page.matter.line(("sections", at))
        if name in order[:at]:
            yield Mistake(page.path, line, f"'{name}' stands in the order twice", "keep one")
        elif name not in present | waiting:
            near = nearest(name, present - set(order))
            meant.add(near)
            todo = f"did you mean '{near}'?" if near else f"write {name}.md, or remove it here"
            yield Mistake(page.path, line, f"there is no section '{shown(name)}' in this issue", todo)
    for name in sorted(present - set(order) - meant):
        what = f"the order leaves out '{name}', whose file is there"
        yield Mistake(page.path, page.matter.line(("sections",)), what, "add it to sections, or move its file away")
