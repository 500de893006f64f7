"""All checks, run over one issue: what they find, what the team lets pass, what the publication wants otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from newsletter.check.all import CHECKS
from newsletter.check.inspected import Check, Inspected
from newsletter.model.finding import Finding, Rule, Severity, Spot, Waiver
from newsletter.model.shape import nearest, shown

_UNUSED = Rule(
    name="unused-waiver",
    severity=Severity.NOTE,
    looks="A waiver whose words are no longer found.",
    why="It was given for words that have changed since, and lets nothing pass any more.",
    out="Remove it from waivers.yaml, or write the words anew where the finding still stands.",
)


# What is asked of the waivers themselves; `run` does it, for it alone knows what was waived.
WAIVERS = Check(
    name="waivers",
    about="Whether the waivers of the issue still let something pass.",
    rules=(_UNUSED,),
    find=lambda _: (),
)
ALL = (*CHECKS, WAIVERS)
RULES: Mapping[str, Rule] = {rule.name: rule for check in ALL for rule in check.rules}


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that the team lets pass."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Report:
    """What the checks had to say, the gravest first, then by section in the order of the mail."""

    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """Those that stand in the way of an approval."""
        return self.of(Severity.BLOCK)


def run(inspected: Inspected, only: Collection[str] = ()) -> Report:
    """What all checks, or only those of these names, find in an issue."""
    chosen = tuple(check for check in CHECKS if not only or check.name in only)
    wanted = inspected.publication.schedule.checks.severities or {}
    found = [one for check in chosen for finding in check.find(inspected) if (one := _as_wanted(finding, wanted))]
    order = {wording.section: at for at, wording in reversed(tuple(enumerate(inspected.wordings)))}
    waivers = {(waiver.check, _folded(waiver.words)): waiver for waiver in inspected.draft.waivers}
    passing = [_waived(finding, waivers) for finding in found]
    standing = [finding for finding, waived in zip(found, passing, strict=True) if waived is None]
    if not only:
        used = {id(waived.waiver) for waived in passing if waived}
        standing += _unused((one for one in inspected.draft.waivers if id(one) not in used), inspected)
    return Report(
        tuple(sorted(standing, key=lambda one: (_GRAVITY[one.severity], order.get(one.section or "", -1), one.spot))),
        tuple(waived for waived in passing if waived),
    )


@dataclass(frozen=True, slots=True)
class Unfit:
    """Something that schedule.yaml or waivers.yaml says of checks and that cannot be."""

    key: tuple[str | int, ...]  # of the file
    what: str
    todo: str


def unfit_severities(severities: Mapping[str, str] | None) -> Iterator[Unfit]:
    """Rules that there are not, and rules that hold for every publication."""
    for name in severities or {}:
        yield from _unfit(name, ("checks", "severities", name))


def unfit_waivers(waivers: Iterable[Waiver], team: Collection[str]) -> Iterator[Unfit]:
    """The same, and people who are not of the team."""
    for at, waiver in enumerate(waivers):
        yield from _unfit(waiver.check, (at, "check"))
        if waiver.who not in team:
            near = nearest(waiver.who, team)
            todo = f"did you mean '{near}'?" if near else "write the id of one of the team in schedule.yaml"
            yield Unfit((at, "who"), f"no one of the team has the id '{shown(waiver.who)}'", todo)


def check_named(name: str) -> Check | None:
    """The check of this name, or the one that a rule of this name belongs to."""
    return next((one for one in ALL if name == one.name or name in {rule.name for rule in one.rules}), None)


_GRAVITY = {severity: at for at, severity in enumerate(Severity)}


def _unfit(name: str, key: tuple[str | int, ...]) -> Iterator[Unfit]:
    rule = RULES.get(name)
    if rule is None:
        near = nearest(name, RULES)
        todo = f"did you mean '{near}'?" if near else "docs/checks.md lists them all"
        yield Unfit(key, f"no check has a rule '{shown(name)}'", todo)
    elif rule.fixed:
        yield Unfit(key, f"the rule '{name}' holds for every publication and every issue", "remove it here")


def _as_wanted(finding: Finding, wanted: Mapping[str, str]) -> Finding | None:
    """The finding with the severity that the publication gives its rule; None where it wants to hear nothing of it."""
    told = wanted.get(finding.rule)
    if told is None or RULES[finding.rule].fixed or finding.severity is Severity.UNCHECKED:
        return finding
    return None if told == "off" else replace(finding, severity=Severity(told))


def _waived(finding: Finding, waivers: Mapping[tuple[str, str], Waiver]) -> Waived | None:
    waiver = waivers.get((finding.rule, _folded(finding.words)))
    if waiver is None or not finding.words or RULES[finding.rule].fixed:
        return None
    return Waived(finding, waiver)


def _unused(waivers: Iterable[Waiver], inspected: Inspected) -> Iterator[Finding]:
    for waiver in waivers:
        yield Finding(
            rule=_UNUSED.name,
            severity=_UNUSED.severity,
            section=None,
            spot=Spot(f"content/issues/{inspected.draft.issue}/waivers.yaml", 0),
            words="",
            what=f"the waiver for '{waiver.check}' lets nothing pass: the words “{waiver.words}” are not found",
            todo="remove it, or write the words anew where the finding still stands",
        )


def _folded(words: str) -> str:
    return " ".join(words.split())
