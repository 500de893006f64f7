"""Rights: whether what the issue leans on may be used, and whether items.yaml still says what the sources say."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.check.allowed import gathered_policy
from newsletter.check.cited import items_path
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import folded, section_of, shortened
from newsletter.check.unread import cited_texts, unread
from newsletter.check.wording import Wording
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity, Spot
from newsletter.model.source import RightsPolicy

_UNUSABLE = Rule(
    name="do-not-use",
    severity=Severity.BLOCK,
    looks="An item of items.yaml that is marked “do not use”: there, in sources.yaml, or by a notice in its text.",
    why="The team has decided, or the source has asked, that nothing is taken from it.",
    out="Find the original, and lean on that; or drop what leans on the item, and its entry in items.yaml.",
    fixed=True,
)
_DIFFER = Rule(
    name="rights-differ",
    severity=Severity.WARN,
    looks="An item for which items.yaml allows more than its source does now.",
    why="A notice may have been found since the item was attached, or the team has changed its mind about the source.",
    out="Write the source's rights into items.yaml, and look again at what the issue takes from the item.",
)
_MEANS = {
    RightsPolicy.OURS: "is ours",
    RightsPolicy.QUOTE: "may be quoted",
    RightsPolicy.SUMMARISE: "may only be summarised and linked to",
    RightsPolicy.DO_NOT_USE: "must not be used",
}


def _find(inspected: Inspected) -> Iterator[Finding]:
    for one in inspected.evidence:
        written, now = one.cited.rights, gathered_policy(one, inspected.publication.sources)
        if RightsPolicy.DO_NOT_USE in (written, now):
            yield _unusable(one, inspected)
        elif now is not None and written.stricter(now) is not written:
            yield _differing(one, now, inspected)
    if missing := cited_texts(inspected):
        yield unread(_DIFFER, inspected, f"not checked what {missing} that the issue cites say{_s(missing)} of rights")


def _s(missing: str) -> str:
    return "s" if missing.startswith("the text of 1 ") else ""


def _unusable(one: Evidence, inspected: Inspected) -> Finding:
    cited, used = one.cited, _use(one, inspected)
    who = "items.yaml marks it so" if cited.rights is RightsPolicy.DO_NOT_USE else "its source is marked so"
    if one.entry is not None and one.entry.rights.notice and cited.rights is not RightsPolicy.DO_NOT_USE:
        who = "its text says so"
    where = items_path(inspected.draft)
    return Finding(
        rule=_UNUSABLE.name,
        severity=_UNUSABLE.severity,
        section=section_of(used[0]) if used else None,
        spot=used[1] if used else Spot(where, 0),
        words=folded(cited.title),
        what=f"the issue leans on “{shortened(cited.title)}” ({cited.outlet}), which must not be used: {who}",
        todo=f"lean on the original instead, or drop what leans on {cited.id}, and its entry in items.yaml",
        beside=_notice(one),
    )


def _use(one: Evidence, inspected: Inspected) -> tuple[Wording, Spot] | None:
    """The first text that leans on an item, and where: at its mark, else all of it."""
    for wording in inspected.wordings:
        for at, item in wording.marks:
            if item == one.cited.id:
                before = wording.text[:at].rstrip()
                return wording, wording.spot(len(before) - len(before.split()[-1]) if before else 0, len(before))
    leaning = (wording for wording in inspected.wordings if one.cited.id in wording.leans)
    return next(((wording, wording.spot()) for wording in leaning), None)


def _differing(one: Evidence, now: RightsPolicy, inspected: Inspected) -> Finding:
    cited = one.cited
    what = f"items.yaml says that “{shortened(cited.title)}” ({cited.outlet}) {_MEANS[cited.rights]}"
    return Finding(
        rule=_DIFFER.name,
        severity=_DIFFER.severity,
        section=None,
        spot=Spot(items_path(inspected.draft), 0),
        words=folded(cited.title),
        what=f"{what}, while by its source it {_MEANS[now]}",
        todo=f"write `rights: {now.value}` at {cited.id} in items.yaml, and look again at what is taken from it",
        beside=_notice(one),
    )


def _notice(one: Evidence) -> tuple[Beside, ...]:
    notice = one.entry.rights.notice if one.entry else None
    return (Beside(notice, one.cited.id, one.cited.outlet, 0, len(notice)),) if notice else ()


CHECK = Check(
    name="rights",
    about="Whether the items that the issue cites may be used, and whether items.yaml says of them what is so now.",
    rules=(_UNUSABLE, _DIFFER),
    find=_find,
)
