"""What was read from mails, as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from newsletter.deliver.returned.reading import recognise
from newsletter.model.returned import Named, Reading
from newsletter.tokens import KeyRing

FIELDS = ("mail", "nature", "address", "status", "read from", "copy", "said")


def rows(
    mails: Iterable[tuple[str, bytes]], *, bounces: str | None, domain: str, rings: Sequence[KeyRing]
) -> Iterator[tuple[str, ...]]:
    """A row by `FIELDS` for each address that each mail speaks of, in their order. `mails` are names and mails."""
    for name, mail in mails:
        reading = recognise(mail, bounces=bounces, domain=domain, rings=rings)
        for report in reading.reports:
            yield (
                name,
                report.nature.value,
                report.address or "",
                report.status or "",
                report.how,
                _copy(reading),
                report.said,
            )


def _copy(reading: Reading) -> str:
    """The copy in words: "mailing 3, row 17, by VERP"."""
    if reading.named is None:
        return "FORGED" if reading.forged else ""
    return copy_words(reading.named)


def copy_words(named: Named) -> str:
    """A copy as people read it: "mailing 3, row 17, by VERP", "2026-11-27 correction, row 17, by Message-ID"."""
    what = f"mailing {named.mailing}" if named.mailing is not None else f"{named.issue} {named.kind}"
    return f"{what}, row {named.seq}, by {named.proof.value}"
