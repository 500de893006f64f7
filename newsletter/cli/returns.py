"""How a round of returned mails is told."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.actions.take_returns import Taken
from newsletter.mail.arrived import count_of


def told(taken: Taken) -> Iterator[str]:
    """What a round came to, line by line; no address stands in it, for it may end in a mail server's log."""
    natures = ", ".join(f"{count:,} {nature.value}" for nature, count in taken.natures)
    before = f"; {taken.before:,} came before" if taken.before else ""
    yield f"{count_of(taken.mails)} read{before}: {natures}." if natures else f"{count_of(taken.mails)} read{before}."
    if taken.suppressed:
        reasons = ", ".join(f"{count:,} {reason.value}" for reason, count in taken.suppressed)
        number = sum(count for _, count in taken.suppressed)
        who = "1 reader is" if number == 1 else f"{number:,} readers are"
        yield f"{who} not written to any more: {reasons}."
    if taken.unproven:
        which = "1 names" if taken.unproven == 1 else f"{taken.unproven:,} name"
        yield f"{which} no copy of ours that can be proved; nobody is suppressed for that."
    if taken.forged:
        which = "1 names" if taken.forged == 1 else f"{taken.forged:,} name"
        yield f"{which} a copy by a signature that is not ours, and is put aside."
    if taken.others:
        what = "is none of these: look" if taken.others == 1 else "are none of these: look"
        yield f"{count_of(taken.others)} {what} into the mailbox."
    yield from (f"Note: {note}." for note in taken.notes)
