"""Waive: the team lets a finding of an issue pass, in waivers.yaml, with the exact words, who, and why."""

from __future__ import annotations

from newsletter.actions.app import App, known_issue, read_publication
from newsletter.actions.noting import deed, noted
from newsletter.check.run import RULES
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError, ContentError, Mistake, NewsletterError
from newsletter.model.finding import Finding, Severity, Waiver
from newsletter.model.issue import IssueId
from newsletter.model.shape import unfit_character
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.waiving import with_waiver
from newsletter.publication.write import alone, change

LONGEST = 1000  # characters of a reason


class ReasonRefused(NewsletterError):
    """What is said for letting a finding pass is no reason that others could read."""


def unwaivable(finding: Finding) -> str | None:
    """Why a finding cannot be let pass, in one clause; None where it can."""
    if finding.severity is Severity.UNCHECKED:
        return "nothing was found that could be let pass"
    if RULES[finding.rule].fixed:
        return "this rule holds for every publication and every issue"
    if not finding.words:
        return "it is about no words that a waiver could name"
    return None


def waive_finding(app: App, issue: IssueId, finding: Finding, why: str, who: str) -> Waiver:
    """Writes the waiver behind the others; where there is one for these words, it stays as it is, and nothing is done.

    `who` is an id of the team, signed in at the desk. The audit log keeps it; away from home there is none. Raises
    `ReasonRefused`; `ConfigError` for a finding that cannot be let pass, somebody who is not of the team, and an issue
    that is unknown or has been sent; `ContentError` where waivers.yaml cannot be changed here; `ChangedMeanwhile`.
    """
    known_issue(app, issue)
    if is_sent(app.root, issue):
        raise ConfigError("issue", f"the issue {issue} has been sent; its files stay as they are")
    if reason := unwaivable(finding):
        raise ConfigError("finding", f"this finding cannot be waived: {reason}; {finding.todo}")
    waiver = Waiver(check=finding.rule, words=finding.words, who=_of_team(app, who), why=_reason(why))
    with alone(issue_folder(app.root, issue)):
        return _written(app, issue, waiver)


def _reason(why: str) -> str:
    reason = " ".join(why.split())
    if not reason:
        raise ReasonRefused("say why it may pass, for who reads the issue before it is approved")
    if len(reason) > LONGEST:
        raise ReasonRefused(f"the reason is {len(reason)} characters long; keep it under {LONGEST}")
    if bad := unfit_character(reason):
        raise ReasonRefused(f"the control character {bad} stands in the reason; delete it")
    return reason


def _of_team(app: App, who: str) -> str:
    team = [member.id for member in read_publication(app, Folder(app.root)).schedule.team]
    if who not in team:
        raise ConfigError("who", f"nobody of the team in schedule.yaml has the id '{who}'; they are {', '.join(team)}")
    return who


def _written(app: App, issue: IssueId, waiver: Waiver) -> Waiver:
    """Writes the waiver, where there is none for the same words already; gives back the one that is there then."""
    path = f"{issuefiles.ISSUES}/{issue}/waivers.yaml"
    folder = Folder(app.root)
    before = folder.read_bytes(path) if folder.exists(path) else None
    files, mistakes = issuefiles.read(folder, issue)
    if mine := [one for one in (*mistakes, *folder.mistakes) if one.path == path]:
        raise ContentError(mine)
    for there in files.waivers:
        if (there.check, _folded(there.words)) == (waiver.check, _folded(waiver.words)):
            return there
    after = with_waiver((before or b"").decode("utf-8"), waiver)
    if after is None:
        what = "the list is written in a way that cannot be added to here"
        raise ContentError([Mistake(path, 0, what, "add the entry by hand: check, words, who and why")])
    note = f"{waiver.check}: “{waiver.words}”: {waiver.why}"
    with noted(app, (deed(app, claimed(waiver.who, None), "waive", note, issue),)):
        change(app.root / path, before, after.encode())
    return waiver


def _folded(words: str) -> str:
    return " ".join(words.split())
