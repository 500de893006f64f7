"""What the pages of an approval say: what is signed, by whom, what stands in the way, and what is new in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from newsletter.actions.approved_edition import Proposal, Void
from newsletter.actions.diff_issue import Difference
from newsletter.desk.sectionlist import title
from newsletter.desk.wording import clock_words, clocks, countdown
from newsletter.model.approval import Act, Signature, Signers, said
from newsletter.model.changes import listed, output_words
from newsletter.model.edition import Edition
from newsletter.model.finding import Finding, Severity
from newsletter.model.issue import IssueId, Week
from newsletter.publication.schedule import City
from newsletter.text.changes import Kind, Run

SHORT = 16  # digits by which a page names an edition
_AROUND = 10  # unchanged words shown on either side of a change
_MOST = 200  # paragraphs of one difference
_OPENING = "opening"  # the section that issue.md holds: subject and preheader are its
_GRAVE = {Severity.BLOCK: ("bad", "blocks"), Severity.WARN: ("warn", "warning")}
_HOW = {Act.SIGN: "signed", Act.RELEASE: "released it alone"}


def edition(one: Edition) -> dict[str, Any]:
    """What is up for a signature."""
    html = len("".join(piece for piece in one.html.pieces if isinstance(piece, str)).encode()) / 1000
    pictures = sum(len(asset.data) for asset in one.assets) / 1000
    count = len(one.assets)
    beside = f", {count} picture{'s' * (count != 1)} of {pictures:,.0f} kB" if count else ", no pictures"
    return {
        "number": int(one.number),
        "subject": one.subject,
        "preheader": one.preheader,
        "digest": one.digest,
        "short": one.digest[:SHORT],
        "size": f"HTML {html:,.1f} kB{beside}",
    }


def sent_when(week: Week, now: datetime, cities: Sequence[City]) -> dict[str, Any]:
    """When it leaves, and until when it is to be signed."""
    return {
        "due": clocks(week.due, cities),
        "countdown": countdown(week.due, now),
        "approve_by": clock_words(week.approve_by, cities),
        "approve_left": countdown(week.approve_by, now),
    }


def standing(proposed: Proposal, me: str, now: datetime, cities: Sequence[City]) -> dict[str, Any]:
    """Who has signed, who has to, whose signature holds no longer, and what the one who looks may do."""
    how, signers = proposed.standing, proposed.signers
    mine = [one for one in how.signatures if one.who == me]
    given = {one.who for one in how.counted} | {one.signature.who for one in how.uncounted}
    may = me in signers.names and me in signers.approvers | signers.deputies
    return {
        "complete": how.complete,
        "released": how.release is not None,
        "missing": _in_cities(how.missing, signers, cities),
        "needed": how.needed,
        "signed": [_signed(one, signers, cities) for one in how.signatures],
        "uncounted": [_in_cities(one.why, signers, cities) for one in how.uncounted],
        "voided": [_void(one, signers, cities) for one in proposed.voided],
        "to_sign": [_to_sign(who, signers, now, cities) for who in _may(signers) if who not in given],
        "mine": bool(mine) or me in given,
        "any_of_mine": bool(mine)
        or me in given
        or any(one.who == me for void in proposed.voided for one in void.signatures),
        "may_sign": may and me not in given,
        "may_not": "" if may else _may_not(signers),
        "may_release": me == signers.in_charge and not how.complete,
    }


def obstacles(findings: Iterable[Finding], issue: IssueId) -> dict[str, Any]:
    """What the checks say, each with the page where it can be mended: what blocks apart from what warns."""
    found = [_obstacle(one, issue) for one in findings if one.severity in _GRAVE]
    return {
        "blocks": [one for one in found if one["dot"] == "bad"],
        "warnings": [one for one in found if one["dot"] == "warn"],
    }


def changes(found: Difference | None, me: str, cities: Sequence[City]) -> dict[str, Any] | None:
    """What is new to the one who looks: each change is marked by a sign and a word, never by its colour alone. Times
    are those of the first city.

    None: there is nothing to hold it against.
    """
    if found is None:
        return None
    seen = f" on {clock_words(found.seen, cities[:1])}" if found.seen else ""
    lines = [("Subject", found.subject), ("Preheader", found.preheader)]
    return {
        "before": found.before.replace(f"what {me} ", "what you ", 1) + seen,
        "after": found.after,
        "nothing": found.same and not found.files,
        "same": found.same,
        "outputs": output_words(found.outputs) if found.outputs else "",
        "sections": listed(found.sections),
        "lines": [{"name": name, "runs": list(_runs(runs))} for name, runs in lines if runs],
        "paragraphs": [list(_runs(one)) for one in found.text[:_MOST]],
        "more": max(0, len(found.text) - _MOST),
        "renumbered": found.renumbered,
        "only_spaces": not found.text and not found.renumbered and "email.txt" in found.outputs,
        "pictures": [str(one) for one in found.pictures],
        "files": [str(one) for one in found.files],
    }


def _runs(runs: Sequence[Run]) -> Iterator[dict[str, str]]:
    for at, run in enumerate(runs):
        words = run.words
        if run.kind is Kind.SAME:
            words = _shortened(words, first=at == 0, last=at == len(runs) - 1)
        bare = words.rstrip(" ")
        yield {"kind": run.kind.value, "words": bare, "behind": " " if len(bare) < len(words) else ""}


def _shortened(words: str, first: bool, last: bool) -> str:
    """Unchanged words, without those far from any change."""
    found = words.split(" ")
    if len(found) <= 2 * _AROUND + 2:
        return words
    head = "" if first else " ".join(found[:_AROUND])
    tail = "" if last else " ".join(found[-_AROUND:])
    return f"{head} … {tail}".lstrip(" ")


def _obstacle(one: Finding, issue: IssueId) -> dict[str, str]:
    dot, word = _GRAVE[one.severity]
    section = _OPENING if one.section in (None, "issue") else one.section
    return {
        "dot": dot,
        "word": word,
        "section": title(section or _OPENING),
        "path": f"/issues/{issue}/sections/{section}",
        "where": f"{one.spot.path}, line {one.spot.line}" if one.spot.line else one.spot.path,
        "words": one.words,
        "what": _sentence(one.what),
        "todo": _sentence(one.todo),
    }


def _signed(one: Signature, signers: Signers, cities: Sequence[City]) -> dict[str, str]:
    return {
        "who": signers.name(one.who),
        "did": _HOW.get(one.act, one.act.value),
        "when": clock_words(one.when, cities),
        "note": one.note or "",
    }


def _void(void: Void, signers: Signers, cities: Sequence[City]) -> dict[str, str]:
    names = listed(dict.fromkeys(signers.name(one.who) for one in void.signatures))
    when = clock_words(void.signatures[-1].when, cities) if void.signatures else ""
    return {"who": names, "when": when, "why": void.words}


def _to_sign(who: str, signers: Signers, now: datetime, cities: Sequence[City]) -> dict[str, str]:
    why = signers.hindrance(who, now)
    owns = signers.sections(who)
    return {
        "who": signers.name(who),
        "dot": "none" if why is None else "warn",
        "words": "may sign now" if why is None else _in_cities(why, signers, cities),
        "owns": listed(map(title, owns)),
    }


def _may(signers: Signers) -> list[str]:
    return [who for who in signers.names if who in signers.approvers | signers.deputies]


def _may_not(signers: Signers) -> str:
    may = listed(signers.name(who) for who in _may(signers))
    return f"Your signature does not count: {may} may sign." if may else "Nobody of the team may sign yet."


def _in_cities(words: str, signers: Signers, cities: Sequence[City]) -> str:
    """The words with the deadline on the team's own clocks, where they give it in UTC."""
    return words.replace(said(signers.approve_by), clock_words(signers.approve_by, cities))


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}{'' if clause.endswith(('.', '?', '!')) else '.'}"
