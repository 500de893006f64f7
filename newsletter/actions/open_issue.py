"""Open: the next issue's folder, from the calendar and the sections, with what was kept for it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.actions.app import App, read_publication
from newsletter.actions.noting import deed, noted
from newsletter.actions.read_inbox import fresh_since, is_fresh
from newsletter.edit import filling
from newsletter.edit.filling import Filled, OwnPiece
from newsletter.edit.open import files_of
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId, IssueNumber, Week
from newsletter.model.item import Decision, Item, Triage
from newsletter.model.kinds import Question
from newsletter.model.source import RightsPolicy
from newsletter.publication import calendar, issuefiles
from newsletter.publication.folder import Folder, issue_folder, issue_ids
from newsletter.publication.issuefiles import IssueFiles
from newsletter.publication.publication import Publication
from newsletter.publication.write import write
from newsletter.store import items
from newsletter.store.engine import open_store


@dataclass(frozen=True, slots=True)
class Opened:
    """A new issue."""

    issue: IssueId
    week: Week
    folder: Path
    filled: Filled
    from_home: bool  # False in a clone: what was gathered is not there to be filled in


def open_issue(app: App, issue: IssueId | None = None, who: str = "newsletter", *, by: str | None = None) -> Opened:
    """Makes the folder of an issue, all of it or nothing: the next of the calendar, or the one that is named; with an
    entry in the audit log. `by` is who does it, as the log names them, where that says more than `who`.

    Its number is one above the highest so far; owners, and the question that its replies answer, come from the issue
    before; kept and held items stand in its items.yaml, and our own new pieces in the sections that their sources name.
    Raises `ConfigError` for an issue that is there already or that the calendar does not know, `ContentError` when the
    publication's files hold mistakes, `StoreError`.
    """
    publication = read_publication(app, Folder(app.root))
    issue = issue or _next(app, publication)
    must_be_free(app, publication, issue)
    week = calendar.week(publication.schedule.calendar, issue)
    before = _before(app, issue)
    number = _number(app)
    new = files_of(publication.schedule, issue, number, _owners(publication, before))
    kept, pieces = _gathered(app, publication)
    sources = {source.id: source for source in publication.sources}
    filled = filling.filled(
        new,
        pieces=pieces,
        kept=[(item, sources.get(item.entry.source)) for item in kept],
        people=publication.people,
        question=_question(before),
    )
    folder = issue_folder(app.root, issue)
    folder.parent.mkdir(parents=True, exist_ok=True)
    opening = deed(app, by or who, "open", f"No. {number}", issue)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".open.") as staging:
        made = Path(staging) / str(issue)
        for name, text in filled.files.items():
            write(made / name, text)
        (made / "images").mkdir()
        with noted(app, (opening,)):
            made.rename(folder)
    _note(app, filled, issue, who)
    return Opened(issue, week, folder, filled, app.is_home)


def must_be_free(app: App, publication: Publication, issue: IssueId) -> None:
    """Raises `ConfigError` for an issue that is there already or that the calendar does not know."""
    if issue in issue_ids(app.root):
        raise ConfigError("issue", f"the issue {issue} is there already: {issue_folder(app.root, issue)}")
    if not calendar.belongs(publication.schedule.calendar, issue):
        near = calendar.next_weekly(publication.schedule.calendar, issue.date)
        what = f"the calendar knows no issue of {issue}; the next weekly one after it is {near}"
        raise ConfigError("issue", f"{what}. An extra issue stands under calendar: extra: in schedule.yaml")


def _next(app: App, publication: Publication) -> IssueId:
    """The first weekly issue after the newest there is; without any, after today."""
    newest = issue_ids(app.root)[-1:]
    after = newest[0].date if newest else app.clock().date()
    return calendar.next_weekly(publication.schedule.calendar, after)


def _number(app: App) -> IssueNumber:
    """One above the highest number of any issue; 1 for the first."""
    numbers = [0]
    for issue in issue_ids(app.root):
        files, _ = issuefiles.read(Folder(app.root), issue)
        if files.matter is not None:
            numbers.append(files.matter.number)
    return IssueNumber(max(numbers) + 1)


def _before(app: App, issue: IssueId) -> IssueFiles | None:
    """The weekly issue before this one, as far as it can be read."""
    earlier = [one for one in issue_ids(app.root) if one.date < issue.date and not one.slug]
    return issuefiles.read(Folder(app.root), earlier[-1])[0] if earlier else None


def _owners(publication: Publication, before: IssueFiles | None) -> dict[str, str]:
    """Who wrote each section in the issue before, as far as they are still of the team."""
    team = {member.id for member in publication.schedule.team}
    owners = (before.matter.owners or {}) if before and before.matter else {}
    return {section: owner for section, owner in owners.items() if owner in team and section != "correction"}


def _question(before: IssueFiles | None) -> str | None:
    asked = (blurb.fields for blurb in before.blurbs) if before else ()
    return next((fields.question for fields in asked if isinstance(fields, Question)), None)


def _gathered(app: App, publication: Publication) -> tuple[tuple[Item, ...], tuple[OwnPiece, ...]]:
    """What editors kept or held and no issue has yet, and our own new pieces, the newest first."""
    if not app.is_home:
        return (), ()
    since = fresh_since(app, publication)
    own = {source.id: source for source in publication.sources if source.rights is RightsPolicy.OURS and source.fills}
    with open_store(app.database) as store:
        chosen = items.items(store, states=frozenset({Triage.KEPT, Triage.HELD}))
        new = items.items(store, since=since, states=frozenset({Triage.NEW, Triage.KEPT}))
    cited = _cited(app)
    kept = tuple(
        item
        for item in chosen
        if not {item.id, item.entry.link} & cited
        and (item.state is Triage.HELD or (item.decision is not None and item.decision.when >= since))
        and item.entry.source not in own
    )
    pieces = sorted(
        (item for item in new if item.entry.source in own and is_fresh(item, since) and item.entry.link not in cited),
        key=_appeared,
        reverse=True,
    )
    outlets = {source.id: source.name for source in publication.sources}
    return kept, tuple(
        OwnPiece(item=item, outlet=outlets[item.entry.source], fills=own[item.entry.source].fills) for item in pieces
    )


def _appeared(item: Item) -> datetime:
    published = item.entry.published
    return published.instant if published and published.instant else item.first_seen


def _cited(app: App) -> set[str | None]:
    """The ids and addresses of all items that the issues lean on or link to."""
    found: set[str | None] = set()
    for issue in issue_ids(app.root):
        files, _ = issuefiles.read(Folder(app.root), issue)
        found |= {one for item in files.items for one in (item.id, item.url)}
        found |= {getattr(blurb.fields, "url", None) for blurb in files.blurbs}
    return found - {None}


def _note(app: App, filled: Filled, issue: IssueId, who: str) -> None:
    """Held items are kept from now on: they stand in this issue's items.yaml."""
    held = [item for item in filled.cited if item.state is Triage.HELD]
    if not held:
        return
    with open_store(app.database) as store:
        decision = Decision(state=Triage.KEPT, who=who, when=app.clock(), why=f"opened into {issue}")
        items.decide_all(store, [item.id for item in held], decision)
