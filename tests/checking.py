"""Issues made for checks: a blurb or two in the sample publication, and what their sources said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from newsletter.actions.app import App, read_issue
from newsletter.actions.build_issue import SAMPLE_READER, html_for, sample_values
from newsletter.assemble.edition import assemble
from newsletter.check.inspected import Inspected
from newsletter.check.wording import wordings_of
from newsletter.model.evidence import Evidence, LinkSeen, PastLink, Witness
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem, Entry, ItemId, Passage, Rights, Stamp, text_digest
from newsletter.model.source import RightsPolicy, SourceId

ISSUE = "2026-11-27"  # the sample's coming issue
NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)  # 48 hours before it is due


def issue_with(publication: Path, files: Mapping[str, str], issue: str = ISSUE) -> None:
    """Writes files into the issue's folder: name to text."""
    for name, text in files.items():
        (publication / "content" / "issues" / issue / name).write_text(text, "utf-8")


def entry(
    paragraphs: str | Iterable[str],
    *,
    title: str = "What the paper said",
    link: str | None = "https://gazette.example.com/what",
    published: date | None = date(2026, 11, 24),
    policy: RightsPolicy = RightsPolicy.SUMMARISE,
    language: str = "en",
    source: str = "gazette",
    notice: str | None = None,
) -> Entry:
    """What a source says: its paragraphs under one label."""
    lines = (paragraphs,) if isinstance(paragraphs, str) else tuple(paragraphs)
    stamp = None
    if published is not None:
        moment = datetime(published.year, published.month, published.day, 9, tzinfo=UTC)
        stamp = Stamp(written=moment.isoformat(), wall=moment.replace(tzinfo=None), zone="+00:00", instant=moment)
    return Entry(
        source=SourceId(source),
        guid=None,
        link=link,
        title=title,
        published=stamp,
        passages=(Passage(None, lines),),
        language=language,
        rights=Rights(policy, notice),
        method="feed",
        digest=text_digest(title, lines),
    )


def evidence(
    name: str,
    paragraphs: str | Iterable[str] | None,
    *,
    title: str = "What the paper said",
    outlet: str = "The Peninsula Gazette",
    rights: RightsPolicy = RightsPolicy.SUMMARISE,
    published: date | None = date(2026, 11, 24),
    quote_limit: int = 0,
    language: str = "en",
    notice: str | None = None,
) -> Evidence:
    """An item that an issue cites as `name`, with its text; without it where `paragraphs` is None."""
    url = f"https://gazette.example.com/{name}"
    said = None
    if paragraphs is not None:
        said = entry(
            paragraphs, title=title, link=url, published=published, policy=rights, language=language, notice=notice
        )
    return Evidence(
        cited=CitedItem(id=name, outlet=outlet, title=title, url=url, published=published, rights=rights),
        item=ItemId(name) if said else None,
        entry=said,
        quote_limit=quote_limit,
    )


def witness(
    name: str, paragraphs: str | Iterable[str], outlet: str = "The Peninsula Gazette", **said: object
) -> Witness:
    """An item of the store that the issue may have words of."""
    return Witness(item=ItemId(name), outlet=outlet, entry=entry(paragraphs, **said))  # type: ignore[arg-type]


def inspected(
    app: App,
    *,
    issue: str = ISSUE,
    evidence: Iterable[Evidence] = (),
    witnesses: Iterable[Witness] | None = (),
    past: Iterable[PastLink] = (),
    links: Iterable[LinkSeen] | None = None,
    now: datetime = NOW,
) -> Inspected:
    """An issue as its files say it now, with this evidence; of the other items it cites no text is here."""
    name = IssueId.parse(issue)
    assert name is not None
    desk = read_issue(app, name)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    values = sample_values(desk, edition, SAMPLE_READER)
    given = {one.cited.id: one for one in evidence}
    return Inspected(
        draft=desk.draft,
        publication=desk.publication,
        edition=edition,
        html=html_for(edition, values),
        text=edition.text.fill(values),
        wordings=wordings_of(desk.draft),
        evidence=tuple(
            given.get(one.id) or Evidence(cited=one, item=None, entry=None, quote_limit=0) for one in desk.draft.items
        ),
        witnesses=None if witnesses is None else tuple(witnesses),
        past=tuple(past),
        links=None if links is None else tuple(links),
        now=now,
    )


def weeks_before(weeks: int) -> datetime:
    """A moment so many weeks before `NOW`."""
    return NOW - timedelta(weeks=weeks)
