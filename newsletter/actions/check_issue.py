"""Check: what an issue has wrong, copied or unsourced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from newsletter.actions.app import App, Desk, read_issue
from newsletter.actions.build_issue import SAMPLE_READER, html_for, sample_values
from newsletter.actions.look_at_links import look_at_links
from newsletter.actions.past_links import past_links
from newsletter.actions.witnesses import evidence_of, opened_store, witnesses
from newsletter.assemble.edition import assemble
from newsletter.check.all import CHECKS
from newsletter.check.inspected import Inspected
from newsletter.check.linkplaces import addresses_of, links_of
from newsletter.check.run import Report, Unfit, run, unfit_severities, unfit_waivers
from newsletter.check.wording import wordings_of
from newsletter.model.edition import Edition
from newsletter.model.errors import ConfigError, ContentError, Mistake
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId
from newsletter.model.shape import nearest
from newsletter.publication import yamlfile
from newsletter.publication.folder import SCHEDULE, Folder
from newsletter.publication.unsaved import Instead, folder_with


@dataclass(frozen=True, slots=True)
class CheckedIssue:
    """An issue and what the checks say of it."""

    desk: Desk
    edition: Edition
    report: Report


def check_issue(
    app: App, issue: IssueId, only: Collection[str] = (), *, links: bool = False, instead: Instead | None = None
) -> CheckedIssue:
    """What all checks, or only those named, say of an issue as its files are now, or would be with others `instead`.

    `links`: asks for every link as well, which takes a while. Raises `ContentError` with every mistake in the files,
    waivers.yaml and the severities of schedule.yaml included; `ConfigError` for a check that there is not.
    """
    _known(only)
    desk = read_issue(app, issue, instead)
    if mistakes := tuple(_unfit(folder_with(app.root, instead), desk)):
        raise ContentError(mistakes)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    return CheckedIssue(desk, edition, run(_inspected(app, desk, edition, links), only))


def blocking(app: App, issue: IssueId) -> tuple[Finding, ...]:
    """The findings that do not let the issue be approved as its files are now. Raises as `check_issue`."""
    return check_issue(app, issue).report.blocks


def _known(only: Collection[str]) -> None:
    known = [check.name for check in CHECKS]
    for name in only:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean '{near}'?" if near else f"they are {', '.join(known)}"
            raise ConfigError("only", f"there is no check '{name}'; {hint}")


def _inspected(app: App, desk: Desk, edition: Edition, links: bool) -> Inspected:
    draft, publication = desk.draft, desk.publication
    values = sample_values(desk, edition, SAMPLE_READER)
    wordings = wordings_of(draft)
    with opened_store(app) as store:
        seen = None
        if links:
            urls = addresses_of(links_of(wordings, draft), draft, publication)
            seen = look_at_links(urls, publication.schedule, app.clock(), store)
        return Inspected(
            draft=draft,
            publication=publication,
            edition=edition,
            html=html_for(edition, values),
            text=edition.text.fill(values),
            wordings=wordings,
            evidence=evidence_of(store, draft, publication),
            witnesses=witnesses(store, wordings, publication),
            past=past_links(app, publication, draft.issue),
            links=seen,
            now=app.clock(),
        )


def _unfit(folder: Folder, desk: Desk) -> Iterator[Mistake]:
    """What schedule.yaml and waivers.yaml say of checks and cannot be, with the lines."""
    team = [member.id for member in desk.publication.schedule.team]
    yield from _at(folder, SCHEDULE, unfit_severities(desk.publication.schedule.checks.severities))
    yield from _at(folder, f"content/issues/{desk.draft.issue}/waivers.yaml", unfit_waivers(desk.draft.waivers, team))


def _at(folder: Folder, path: str, unfit: Iterable[Unfit]) -> Iterator[Mistake]:
    for one in unfit:
        written = yamlfile.read(folder.read_text(path) or "")
        yield Mistake(path, written.line(one.key), one.what, one.todo)
