"""What the checks are, in words: for `check --explain` and docs/checks.md."""

from __future__ import annotations

from newsletter.check.inspected import Check
from newsletter.check.run import ALL, check_named
from newsletter.model.errors import ConfigError
from newsletter.model.finding import Rule
from newsletter.model.shape import nearest

INTRODUCTION = """\
# What is checked

`newsletter check` tells what an issue has wrong, each finding with the way out. What **blocks** stands in the way of an
approval; a **warning** wants somebody to look; a **note** is as one likes; and what could not be checked is said too.

A finding that the team lets pass is written into the issue's waivers.yaml. It holds for these exact words, and dies
when they change:

    - check: copied-run
      words: the words, exactly as the finding shows them
      who: mei
      why: a standing phrase of the ministry, which nobody can say otherwise

A publication may give a rule another severity in schedule.yaml, but for those marked as fixed:

    checks:
      severities: { used-before: note, one-outlet: off }

This page is made from the checks themselves: `make checks-page`.
"""


def explained(name: str) -> str:
    """A check, or one rule of it, in words. Raises `ConfigError` where there is none of this name."""
    check = check_named(name)
    if check is None:
        names = [one.name for one in ALL] + [rule.name for one in ALL for rule in one.rules]
        near = nearest(name, names)
        hint = f"did you mean '{near}'?" if near else f"the checks are {', '.join(one.name for one in ALL)}"
        raise ConfigError("explain", f"there is no check '{name}'; {hint}")
    rules = [rule for rule in check.rules if rule.name == name] or check.rules
    return "\n\n".join([f"{check.name}: {check.about}", *map(_plain, rules)])


def page() -> str:
    """docs/checks.md."""
    return "\n".join([INTRODUCTION, *map(_section, ALL)])


def _plain(rule: Rule) -> str:
    return f"{rule.name} ({_severity(rule)})\n  {rule.looks}\n  {rule.why}\n  {rule.out}"


def _section(check: Check) -> str:
    rules = "\n".join(
        f"**{rule.name}** ({_severity(rule)}). {rule.looks} {rule.why} *{rule.out}*\n" for rule in check.rules
    )
    return f"## {check.name}\n\n{check.about}\n\n{rules}"


def _severity(rule: Rule) -> str:
    words = {"BLOCK": "blocks", "WARN": "warning", "NOTE": "note", "UNCHECKED": "could not check"}[rule.severity.name]
    return f"{words}, fixed" if rule.fixed else words
