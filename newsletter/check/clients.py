"""Whether the mail programs that the readers use show what the mail is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from newsletter.check.features import uses
from newsletter.check.graceful import INSTEAD, USUALLY, is_graceful
from newsletter.check.inspected import Check, Inspected
from newsletter.check.mailtext import MailText
from newsletter.check.markup import Reach
from newsletter.check.support import Feature, Platform, Support, Tested, as_tested
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.shape import nearest, shown
from newsletter.publication.folder import SCHEDULE

_UNSUPPORTED = Rule(
    name="not-supported",
    severity=Severity.WARN,
    looks="Something of HTML or CSS, or a kind of picture, that a mail program of `checks: clients` in schedule.yaml"
    " does not show, or shows in part (then it is a note), and for which it has nothing as good instead.",
    why="Readers there see an empty place, things on top of each other, or words they cannot read.",
    out="Take it out of the template, or give these programs something else; docs/templates.md tells what all of them"
    " show.",
)
_UNKNOWN = Rule(
    name="unknown-client",
    severity=Severity.WARN,
    looks="A name under `checks: clients` in schedule.yaml that no tested mail program has.",
    why="Nothing is checked for it.",
    out="Write it as the finding says, or remove it.",
)


def _find(inspected: Inspected) -> Iterator[Finding]:
    data = as_tested()
    families = inspected.publication.schedule.checks.clients
    yield from _unknown(families, data)
    mail = MailText(inspected)
    found: dict[str, list[tuple[Reach, int | None]]] = {}
    for use in uses(mail.markup):
        if not is_graceful(use.slug):
            found.setdefault(use.slug, []).append((use.reach, use.at))
    for slug, places in found.items():
        feature = data.features[slug]
        failing = list(_concerned(feature, families, {reach for reach, _ in places}))
        if failing:
            yield _told(feature, failing, [at for _, at in places], mail, data)


def _concerned(feature: Feature, families: Iterable[str], reaches: set[Reach]) -> Iterator[Platform]:
    """The programs that read a part of the mail with the feature in it and do not show it, or in part only."""
    for family in families:
        for one in feature.of(family):
            reading = reaches - ({Reach.NOT_MSO} if one.is_word else {Reach.MSO})
            if reading and one.support in (Support.NO, Support.PARTLY):
                yield one


def _told(feature: Feature, failing: list[Platform], places: list[int | None], mail: MailText, data: Tested) -> Finding:
    lacking = [one for one in failing if one.support is Support.NO]
    at = next((place for place in places if place is not None), 0)
    how = "not shown" if lacking else "shown only in part"
    times = f"used {len(places)} times" if len(places) > 1 else "used once"
    return Finding(
        rule=_UNSUPPORTED.name,
        severity=_UNSUPPORTED.severity if lacking else Severity.NOTE,
        section=mail.section_at(at),
        spot=mail.template_at(at),
        words=feature.title,
        what=f"“{feature.title}”, {times} in the mail, is {how} by {_names(lacking or failing, feature, data)}:"
        f" {INSTEAD.get(feature.slug, USUALLY)}",
        todo="take it out of the template, or add something for these programs",
    )


def _names(platforms: Iterable[Platform], feature: Feature, data: Tested) -> str:
    """ "Gmail and Outlook (Windows)": a family by its name alone where all of it is meant."""
    by_family: dict[str, list[str]] = {}
    for one in platforms:
        by_family.setdefault(one.family, []).append(data.platforms[one.platform])
    named = [
        data.families[family] + ("" if len(names) == len(feature.of(family)) else f" ({', '.join(names)})")
        for family, names in by_family.items()
    ]
    return " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)


def _unknown(families: Iterable[str], data: Tested) -> Iterator[Finding]:
    for family in families:
        if family not in data.families:
            near = nearest(family, data.families)
            todo = f"did you mean '{near}'?" if near else f"write one of {', '.join(sorted(data.families))}"
            yield Finding(
                rule=_UNKNOWN.name,
                severity=_UNKNOWN.severity,
                section=None,
                spot=Spot(SCHEDULE, 0),
                words=family,
                what=f"no mail program '{shown(family)}' has been tested, so nothing is checked for it",
                todo=todo,
            )


CHECK = Check(
    name="clients",
    about="Whether the readers' mail programs show what the mail is made of, by the tests of caniemail.com.",
    rules=(_UNSUPPORTED, _UNKNOWN),
    find=_find,
)
