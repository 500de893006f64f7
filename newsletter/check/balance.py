"""Balance: whether an issue leans on one outlet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from newsletter.check.inspected import Check, Inspected
from newsletter.model.evidence import PastLink
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.links import canonical

_ONE_OUTLET = Rule(
    name="one-outlet",
    severity=Severity.NOTE,
    looks="More than half of at least six items from one outlet.",
    why="A letter that says it gathers what mattered should not read like a digest of one paper.",
    out="Look whether somebody else reports the same; nothing is wrong with leaving it.",
)
_ONE_SOURCE = Rule(
    name="one-source-narrative",
    severity=Severity.NOTE,
    looks="A narrative whose marks, three or more, all point to one outlet.",
    why="What only one outlet says is that outlet's word.",
    out="Find a second source for one of the paragraphs, or name the outlet in the text.",
)

_LEAST = 6  # items
_MARKS = 3
_ISSUES = 8  # how many earlier issues are looked at


def _find(inspected: Inspected) -> Iterable[Finding]:
    outlets = Counter(item.outlet for item in inspected.draft.items)
    for outlet, count in outlets.most_common(1):
        if outlets.total() >= _LEAST and 2 * count > outlets.total():
            what = f"{count} of {outlets.total()} items come from {outlet}{_before(inspected, outlet)}"
            path = f"content/issues/{inspected.draft.issue}/items.yaml"
            yield _told(_ONE_OUTLET, None, Spot(path, 0), outlet, what)
    yield from _narrative(inspected)


def _before(inspected: Inspected, outlet: str) -> str:
    """How the earlier issues stood to the same outlet, by the hosts their links lead to; "" where nothing is known."""
    hosts = {_host(item.url) for item in inspected.draft.items if item.outlet == outlet}
    own = _host(inspected.publication.schedule.site)
    links = [one for one in _latest(inspected.past) if _host(one.url) != own]
    if not links:
        return ""
    share = sum(_host(one.url) in hosts for one in links)
    issues = len({one.issue for one in links})
    named = f"{issues} issues" if issues > 1 else "issue"
    return f"; {share} of {len(links)} links of the last {named} led there"


def _latest(past: tuple[PastLink, ...]) -> list[PastLink]:
    """The links of the latest issues; the newest stand first."""
    issues = list(dict.fromkeys(one.issue for one in past))[:_ISSUES]
    return [one for one in past if one.issue in issues]


def _host(url: str) -> str:
    return urlsplit(canonical(url)).hostname or ""


def _narrative(inspected: Inspected) -> Iterator[Finding]:
    outlets = {item.id: item.outlet for item in inspected.draft.items}
    for blurb in inspected.draft.blurbs:
        marks = [outlets[mark.item] for mark in blurb.body.marks if mark.item in outlets]
        if blurb.kind == "opening" and len(marks) >= _MARKS and len(set(marks)) == 1:
            what = f"all {len(marks)} marks of the narrative point to {marks[0]}"
            yield _told(_ONE_SOURCE, blurb.name, Spot(blurb.path, blurb.body_line), marks[0], what)


def _told(rule: Rule, section: str | None, spot: Spot, outlet: str, what: str) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=section,
        spot=spot,
        words=outlet,
        what=what,
        todo="look whether somebody else reports the same",
    )


CHECK = Check(
    name="balance",
    about="Whether the issue leans on one outlet.",
    rules=(_ONE_OUTLET, _ONE_SOURCE),
    find=_find,
)
