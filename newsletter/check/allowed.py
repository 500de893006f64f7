"""What the sources of an issue allow to be done with their words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsletter.model.evidence import Evidence, Witness
from newsletter.model.item import Rights
from newsletter.model.source import RightsPolicy, Source

SUMMARY_WORDS = 25  # of one quotation, where a source allows summaries and says nothing of quotations itself

# A notice may also allow more than the policy of its source.
_ALLOWS = re.compile(r"(?i)creative commons|\bCC[ -]BY\b|(?:转载|轉載)(?:请|請|须|須|时|時)")
_FORBIDS = re.compile(
    r"(?i)reserved|prohibit|forbid|\bnot\b|without|vorbehalten|réservés|interdit|verboten|[不禁勿谢謝未]"
)


def policy_of(one: Evidence | Witness, sources: Iterable[Source]) -> RightsPolicy:
    """What may be done with an item: the strictest of what items.yaml says, of what its text said when it was gathered,
    and of what sources.yaml says of its source now."""
    return _cited(one).stricter(gathered_policy(one, sources) or RightsPolicy.OURS)


def gathered_policy(one: Evidence | Witness, sources: Iterable[Source]) -> RightsPolicy | None:
    """The same without items.yaml; None where neither the item nor its source is known here."""
    source = source_of(one, sources)
    said = [source.rights] if source else []
    if one.entry is not None:
        said.append(one.entry.rights.policy)
    return max(said, key=list(RightsPolicy).index, default=None)


def source_of(one: Evidence | Witness, sources: Iterable[Source]) -> Source | None:
    """The source that an item came from: by its entry, else by the outlet's name; None where sources.yaml has none."""
    known = tuple(sources)
    if one.entry is not None:
        return next((source for source in known if source.id == one.entry.source), None)
    outlet = one.cited.outlet if isinstance(one, Evidence) else one.outlet
    return next((source for source in known if source.name == outlet), None)


def forbids_copying(policy: RightsPolicy, rights: Rights | None) -> bool:
    """Whether a source says itself that it must not be copied: it is marked "do not use", or a notice in its text
    forbids it. "Summarise and link only" alone is our own caution."""
    if policy is RightsPolicy.DO_NOT_USE:
        return True
    notice = rights.notice if rights else None
    return policy is RightsPolicy.SUMMARISE and notice is not None and not _only_allows(notice)


def quotation_limit(one: Evidence, policy: RightsPolicy) -> int | None:
    """How many words a quotation of an item may have; None: there is no limit.

    The source's own limit, else 25 for what may only be summarised; a notice that forbids copying allows no more than
    those 25, whatever the source's limit. What must not be used has limit 0.
    """
    if policy is RightsPolicy.DO_NOT_USE:
        return 0
    own = one.quote_limit or None
    if policy is not RightsPolicy.SUMMARISE:
        return own
    if own is not None and not forbids_copying(policy, one.entry.rights if one.entry else None):
        return own
    return min(own or SUMMARY_WORDS, SUMMARY_WORDS)


def _cited(one: Evidence | Witness) -> RightsPolicy:
    return one.cited.rights if isinstance(one, Evidence) else RightsPolicy.OURS


def _only_allows(notice: str) -> bool:
    return _ALLOWS.search(notice) is not None and _FORBIDS.search(notice) is None
