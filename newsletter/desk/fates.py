"""What a receipt says: what became of the copies, who refused and why, what came back, who did what. Pure.

Whatever a mail server or a returned mail has said is text of strangers: it is cut here, and stands in a <bdi> there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.actions.audit_words import done
from newsletter.actions.delivery_progress import Fates
from newsletter.actions.show_receipt import Person, Proof
from newsletter.actions.show_returned import Back
from newsletter.desk.wording import clock_words, cut, span_words
from newsletter.model.approval import Act
from newsletter.model.audit import Deed
from newsletter.model.mailing import DeliveryState, Receipt
from newsletter.model.returned import Nature
from newsletter.pictures.plots import TONES, Change, Plot, states_over_time
from newsletter.publication.schedule import City
from newsletter.store.receipts import Came, Group
from newsletter.templating import SafeHtml

_S = DeliveryState

MEANING = {
    _S.PLANNED: "not yet their turn",
    _S.HANDING_OVER: "on their way this moment",
    _S.DEFERRED: "their server asked for patience; tried again by itself",
    _S.ACCEPTED: "the mail server took responsibility",
    _S.REFUSED: "refused for good",
    _S.EXPIRED: "tried for 24 hours, then given up",
    _S.SUPPRESSED: "left before their copy did",
    _S.CANCELLED: "ended by a person",
    _S.UNKNOWN: "nobody knows whether it arrived: somebody has to decide",
}
CAME_BACK = {
    Nature.HARD: "no such mailbox, or it takes no mail any more: not written to again",
    Nature.SOFT: "not taken this time: full, busy, too large, not reached",
    Nature.POLICY: "refused for what we are or wrote; says nothing about the reader",
    Nature.DELAYED: "a server on the way was still trying",
    Nature.COMPLAINT: "reported as spam: not written to again",
    Nature.REPLY: "a machine answered",
    Nature.OTHER: "for somebody to read",
}


def named(state: DeliveryState) -> str:
    """A state as people read it: "handing over"."""
    return state.value.replace("_", " ")


def figures(receipt: Receipt) -> list[dict[str, Any]]:
    """Every state that has rows, in words."""
    return [
        {"dot": TONES[state], "name": named(state), "count": f"{count:,}", "meaning": MEANING[state]}
        for state, count in receipt.counts
        if count
    ]


def receipt_of(proof: Proof, cities: Sequence[City], names: Mapping[str, str]) -> dict[str, Any]:
    """The sum, and on whose word it went out."""
    receipt, mailing = proof.receipt, proof.receipt.mailing
    took = mailing.ended - mailing.began if mailing.began and mailing.ended else None
    return {
        "rows": figures(receipt),
        "total": f"{receipt.total:,}",
        "sum": "the sum closes" if receipt.balanced else f"but {mailing.total:,} were planned",
        "balanced": receipt.balanced,
        "closed": receipt.closed,
        "unknown": receipt.of(_S.UNKNOWN),
        "due": clock_words(mailing.due, cities),
        "began": clock_words(mailing.began, cities) if mailing.began else "",
        "ended": clock_words(mailing.ended, cities) if mailing.ended else "",
        "took": span_words(took) if took is not None else "",
        "back": [
            {"nature": nature, "count": f"{count:,}", "meaning": CAME_BACK[Nature(nature)]}
            for nature, count in receipt.returned
        ],
        "editions": [{"digest": digest[:16], "count": f"{count:,}"} for digest, count in receipt.editions],
        "signatures": [
            {
                "who": names.get(one.who, one.who),
                "did": "released it alone" if one.act is Act.RELEASE else "signed",
                "when": clock_words(one.when, cities),
                "digest": one.digest[:16],
                "note": one.note or "",
            }
            for one in proof.signatures
        ],
    }


def plot_of(came: Iterable[Came], total: int, zone: str, until: datetime | None) -> dict[str, Any]:
    """States over time, as a picture with its figures."""
    changes: dict[DeliveryState, list[Change]] = {}
    for one in came:
        changes.setdefault(one.state, []).append(Change(one.at, one.count))
    plot: Plot = states_over_time(changes, total, ZoneInfo(zone), until)
    return {"plot": plot, "picture": SafeHtml(plot.svg)}


def fates(found: Fates, cities: Sequence[City]) -> dict[str, Any]:
    """Who refused and why, what came back, who did what."""
    return {
        "groups": list(map(_group, found.groups)),
        "returned": [_back(one, cities) for one in found.back],
        "deeds": [deed(one, cities) for one in found.deeds],
    }


def deed(one: Deed, cities: Sequence[City]) -> dict[str, str]:
    """A line of the audit log."""
    return {
        "who": one.who,
        "did": done(one.act),
        "when": clock_words(one.happened, cities[:1]),
        "note": cut(one.note or ""),
        "digest": (one.digest or "")[:16],
    }


def _group(one: Group) -> dict[str, str]:
    code = " ".join(filter(None, (str(one.code) if one.code else "", one.status or "")))
    return {
        "state": named(one.state),
        "dot": TONES[one.state],
        "domain": one.domain or "(erased readers)",
        "count": f"{one.count:,}",
        "code": code or "no answer",
        "said": cut(one.said),
    }


def _back(one: Back, cities: Sequence[City]) -> dict[str, str]:
    fact, report = one.fact, one.fact.report
    followed = "" if fact.consequence is None else f"{fact.consequence.value}{', undone' if fact.undone else ''}"
    return {
        "when": clock_words(fact.taken, cities[:1]),
        "nature": report.nature.value,
        "status": report.status or "",
        "reader": cut(one.reader or report.address or "?", 120),
        "followed": followed or ("nothing" if fact.proof else "nothing: no copy of ours is proved"),
        "said": cut(report.said),
    }


def unknown(people: Iterable[Person], cities: Sequence[City]) -> list[dict[str, str]]:
    """The copies of which nobody knows whether they arrived. An erased reader has no address to be named by."""
    return [
        {
            "address": one.delivery.address or "",
            "when": clock_words(one.delivery.changed, cities[:1]) if one.delivery.changed else "",
            "message_id": cut(one.message_id),
            "said": cut(str(one.delivery.answer)) if one.delivery.answer else "no answer: the sender was stopped",
        }
        for one in people
    ]
