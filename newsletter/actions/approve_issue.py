"""Approve: somebody's name under the exact bytes of an issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import Proposal, proposal
from newsletter.actions.home import home_store
from newsletter.actions.keys import genuine, made_key_ring, sealed
from newsletter.model.approval import Act, Signature, Signers, Standing, one_of, standing
from newsletter.model.audit import claimed
from newsletter.model.edition import Edition
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState
from newsletter.publication.folder import is_sent
from newsletter.store import approvals, mailings

SHORTEST = 8  # hex digits by which an edition may be named

Refuse = Callable[[App, IssueId], tuple[Finding, ...]]  # the findings that stand in the way of an approval


class AnotherEdition(NewsletterError):
    """What is up for approval is not what was shown."""

    def __init__(self, issue: IssueId, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found
        what = f"{issue} is the edition {found[:16]} now, and {expected[:16]} was to be approved: files were changed"
        super().__init__(f"{what} meanwhile. Nothing was signed; look at it again with `newsletter diff`")


class Blocked(NewsletterError):
    """Findings that do not let an issue be approved."""

    def __init__(self, issue: IssueId, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        count = f"{len(findings)} findings stand" if len(findings) > 1 else "a finding stands"
        lines = [f"  {one.spot.path}:{one.spot.line}: {one.what}; {one.todo}" for one in findings]
        super().__init__(
            "\n".join([f"{issue} cannot be approved while {count} in the way; nothing was signed", *lines])
        )


@dataclass(frozen=True, slots=True)
class Approved:
    """A signature, and how far the approval has come with it."""

    edition: Edition
    signature: Signature
    standing: Standing


def approve_issue(
    app: App, issue: IssueId, who: str, *, login: str | None, expected: str, refuse: Refuse, note: str | None = None
) -> Approved:
    """Signs the edition that is up for approval, whose digest begins with `expected`, and keeps its bytes.

    `who` is an id of the team, `login` whose account claims it. Raises `AnotherEdition`, `Blocked`, `AlreadySigned`,
    `NotAtHome`; `ConfigError` for somebody who may not sign or an issue that has been sent; `ContentError` for files
    with mistakes. Then nothing is written.
    """
    proposed = _proposed(app, issue, expected)
    may_sign(proposed.signers, who)
    return _signed(app, issue, proposed, Act.SIGN, who, login, refuse, note)


def may_sign(signers: Signers, who: str) -> None:
    """Raises `ConfigError` for somebody whose signature could never count, with those whose would."""
    if who not in signers.names or who not in signers.approvers | signers.deputies:
        may = [one for one in signers.names if one in signers.approvers | signers.deputies]
        whom = (
            f"of the team may sign: {one_of(may)}"
            if may
            else "of the team may sign yet: give somebody `roles: [approver]`"
        )
        what = f"'{who}' is no id of the team" if who not in signers.names else f"{signers.name(who)} is no approver"
        raise ConfigError("as", f"{what} in schedule.yaml; {whom}. Say who you are with --as")


def release_issue(
    app: App, issue: IssueId, who: str, *, login: str | None, expected: str, refuse: Refuse, reason: str | None
) -> Approved:
    """Lets the one in charge approve the edition alone; the reason is kept. Raises as `approve_issue`."""
    proposed = _proposed(app, issue, expected)
    may_release(proposed.signers, who)
    if not (reason and reason.strip()):
        raise ConfigError("note", "a release wants its reason, which is kept: --note 'Daniel is on a flight'")
    return _signed(app, issue, proposed, Act.RELEASE, who, login, refuse, reason)


def may_release(signers: Signers, who: str) -> None:
    """Raises `ConfigError` for anybody but the one in charge."""
    if who != signers.in_charge or who not in signers.names:
        whom = f"only {signers.name(signers.in_charge)} ({signers.in_charge})" if signers.in_charge else "nobody"
        raise ConfigError("as", f"{whom} may release an issue alone, as approval: in_charge: in schedule.yaml says")


def withdraw_approval(app: App, issue: IssueId, who: str, *, login: str | None, note: str | None = None) -> Signature:
    """Takes back all that somebody has signed of an issue. Raises `NothingToWithdraw`, and `ConfigError` once sent."""
    _not_sent(app, issue)
    ring = made_key_ring(app)
    with home_store(app, "taking an approval back happens") as store:
        by = claimed(who, login)
        return approvals.withdraw(store, issue, who, by, app.clock(), _folded(note), sealed(ring))


def _proposed(app: App, issue: IssueId, expected: str) -> Proposal:
    _not_sent(app, issue)
    if len(expected) < SHORTEST:
        raise ConfigError(
            "digest", f"'{expected}' is too short to name an edition; give {SHORTEST} digits or more of it"
        )
    proposed = proposal(app, issue)
    if not proposed.edition.digest.startswith(expected.lower()):
        raise AnotherEdition(issue, expected, proposed.edition.digest)
    return proposed


def _not_sent(app: App, issue: IssueId) -> None:
    """Raises `ConfigError` for an issue that has gone out, unless its mailing is paused: the rest may get a mended
    edition."""
    known_issue(app, issue)
    if not is_sent(app.root, issue):
        return
    with home_store(app, "approving happens") as store:
        mailing = mailings.find(store, issue)
    if mailing is None or mailing.state is not MailingState.PAUSED:
        what = f"the issue {issue} has been sent, or is being sent; its approval is history"
        raise ConfigError(
            "issue", f"{what}. While its mailing is paused, a mended edition can be approved for the rest"
        )


def _signed(
    app: App,
    issue: IssueId,
    proposed: Proposal,
    act: Act,
    who: str,
    login: str | None,
    refuse: Refuse,
    note: str | None,
) -> Approved:
    if findings := refuse(app, issue):
        raise Blocked(issue, findings)
    ring = made_key_ring(app)
    with home_store(app, "approving happens") as store:
        by, now = claimed(who, login), app.clock()
        signature = approvals.sign(store, proposed.edition, act, who, by, now, _folded(note), sealed(ring))
        signed = approvals.signatures(store, issue)
    how = standing(signed, signature.digest, proposed.signers, now, genuine(ring))
    return Approved(proposed.edition, signature, how)


def _folded(note: str | None) -> str | None:
    """The note on one line; None for an empty one."""
    return " ".join((note or "").split()) or None
