"""How a receipt is shown: in a line, as a table for a person in a terminal, as JSON."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from newsletter.actions.show_receipt import Person, Proof
from newsletter.cli.arguments import in_words
from newsletter.gather.health import span
from newsletter.model.mailing import DeliveryState, Mailing, MailingState, Pause, Receipt
from newsletter.model.returned import Nature, Returned
from newsletter.publication.schedule import City

MEANING = {
    DeliveryState.PLANNED: "not yet their turn",
    DeliveryState.HANDING_OVER: "on their way this moment",
    DeliveryState.DEFERRED: "their server asked for patience; tried again",
    DeliveryState.ACCEPTED: "the mail server took responsibility",
    DeliveryState.REFUSED: "refused for good",
    DeliveryState.EXPIRED: "tried for 24 hours, then given up",
    DeliveryState.SUPPRESSED: "left before their copy did",
    DeliveryState.CANCELLED: "ended by a person",
    DeliveryState.UNKNOWN: "nobody knows whether it arrived; decide with `newsletter resolve`",
}
CAME_BACK = {
    Nature.HARD: "no such mailbox, or it takes no mail any more",
    Nature.SOFT: "not taken this time: full, busy, too large, not reached",
    Nature.POLICY: "refused for what we are or wrote; says nothing about the reader",
    Nature.DELAYED: "a server on the way was still trying",
    Nature.COMPLAINT: "reported as spam",
    Nature.REPLY: "a machine answered",
    Nature.OTHER: "for somebody to read",
}
STATE_STYLES = {
    DeliveryState.ACCEPTED: "green",
    DeliveryState.DEFERRED: "yellow",
    DeliveryState.REFUSED: "red",
    DeliveryState.EXPIRED: "red",
    DeliveryState.UNKNOWN: "bold red",
}


def named(state: DeliveryState) -> str:
    """A state as people read it: "handing over"."""
    return state.value.replace("_", " ")


def line(receipt: Receipt) -> str:
    """The sum in one line: 20,000 planned = 19,988 accepted + 10 refused + 2 unknown."""
    return str(receipt)


def state_words(mailing: Mailing) -> str:
    """Where a mailing stands, in words: "paused (mail.example.org: 535 bad password)"."""
    words = mailing.words if mailing.state is not MailingState.SENT else None
    if mailing.pause is Pause.UNREACHABLE:
        words = f"{words}, every 5 minutes where `newsletter run` is running"
    return f"{mailing.state.value} ({words})" if words else mailing.state.value


def shown(proof: Proof, cities: tuple[City, ...], now: datetime) -> RenderableType:
    """The receipt as a person reads it."""
    receipt, mailing = proof.receipt, proof.receipt.mailing
    head = Text.assemble((f"{mailing.issue}: ", "bold"), (state_words(mailing), _style(mailing)))
    lines = [f"  due         {in_words(mailing.due, cities)}"]
    if mailing.began:
        lines.append(f"  began       {in_words(mailing.began, cities)}")
    if mailing.ended:
        lines.append(f"  ended       {in_words(mailing.ended, cities)}{_took(mailing)}")
    if receipt.next_try:
        when = "now" if receipt.next_try <= now else f"in {span(receipt.next_try - now)}"
        lines.append(f"  next try    {when}")
    for one in proof.signatures:
        note = f": {one.note}" if one.note else ""
        lines.append(
            f"  {one.act.value:<10}  {one.who}, {one.when:%Y-%m-%d %H:%M} UTC, edition {one.digest[:16]}{note}"
        )
    return Group(head, *map(Text, lines), Text(), _table(receipt), *_below(receipt))


def _table(receipt: Receipt) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for state, count in receipt.counts:
        if count:
            table.add_row(Text(f"  {named(state)}", style=STATE_STYLES.get(state, "")), f"{count:,}", MEANING[state])
    sum_words = "the sum closes" if receipt.balanced else f"BUT {receipt.mailing.total:,} WERE PLANNED"
    table.add_row(Text("  total", style="bold"), f"{receipt.total:,}", sum_words)
    return table


def _below(receipt: Receipt) -> list[RenderableType]:
    told: list[RenderableType] = []
    if receipt.returned:
        told += [Text(), Text("Of these, came back later:"), _back_table(receipt)]
    if len(receipt.editions) > 1:
        told += [Text(), Text("It went out in several editions:")]
        told += [Text(f"  {digest[:16]}  {count:,}") for digest, count in receipt.editions]
    return told


def _back_table(receipt: Receipt) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for nature, count in receipt.returned:
        table.add_row(f"  {nature}", f"{count:,}", CAME_BACK[Nature(nature)])
    return table


def _took(mailing: Mailing) -> str:
    if mailing.began is None or mailing.ended is None:
        return ""
    took = mailing.ended - mailing.began
    return f", after {span(took)}" if took >= timedelta(minutes=1) else f", after {took.total_seconds():.0f} seconds"


def _style(mailing: Mailing) -> str:
    if mailing.state is MailingState.SENT:
        return "green"
    return "bold red" if mailing.state in (MailingState.UNRESOLVED, MailingState.MISSED) else "yellow"


def as_json(proof: Proof) -> dict[str, object]:
    """The receipt for programs."""
    receipt, mailing = proof.receipt, proof.receipt.mailing
    return {
        "issue": str(mailing.issue),
        "kind": mailing.kind.value,
        "state": mailing.state.value,
        "words": mailing.words,
        "digest": mailing.digest,
        "due": mailing.due.isoformat(),
        "began": mailing.began.isoformat() if mailing.began else None,
        "ended": mailing.ended.isoformat() if mailing.ended else None,
        "planned": mailing.total,
        "counts": {state.value: count for state, count in receipt.counts},
        "total": receipt.total,
        "open": receipt.open,
        "closed": receipt.closed,
        "balanced": receipt.balanced,
        "editions": dict(receipt.editions),
        "returned": dict(receipt.returned),
        "signatures": [
            {"who": one.who, "act": one.act.value, "when": one.when.isoformat(), "digest": one.digest, "note": one.note}
            for one in proof.signatures
        ],
    }


FIELDS = ("seq", "address", "name", "state", "attempts", "changed", "answer", "message_id", "edition", "returned")


def row(person: Person) -> tuple[str, ...]:
    """One reader's copy, by `FIELDS`. The answer is the server's, cleaned already; an erased reader has no address."""
    delivery = person.delivery
    return (
        str(delivery.seq),
        delivery.address or "(erased)",
        delivery.name or "",
        named(delivery.state),
        str(delivery.attempt),
        f"{delivery.changed:%Y-%m-%d %H:%M:%S}" if delivery.changed else "",
        str(delivery.answer) if delivery.answer else "",
        person.message_id,
        (delivery.digest or "")[:16],
        "; ".join(map(back, person.returned)),
    )


def back(one: Returned) -> str:
    """What came back, in a line: "hard 5.1.1 no such user"."""
    report = one.report
    return " ".join(filter(None, (report.nature.value, report.status, report.said)))
