"""Writes tables of readers that spreadsheets and `readers.csv_in` read (RFC 4180): no cell is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

from newsletter.model.incoming import BadRow
from newsletter.model.subscriber import Reason, Subscriber
from newsletter.readers.cells import escaped, written_tags
from newsletter.readers.columns import Field

_FIELDS = (
    *(Field.EMAIL, Field.NAME, Field.LANGUAGE, Field.ZONE, Field.TAGS, Field.STATE, Field.FORBIDDEN),
    *(Field.ASKED, Field.CONFIRMED, Field.PAGE),
)


def header() -> str:
    """The first line of an export, with its line end."""
    return _line([field.value for field in _FIELDS])


def row(one: Subscriber, forbidding: Sequence[Reason]) -> str:
    """A reader as one line, with its line end. `forbidding`: why they must not be written to; mostly nothing."""
    consent = one.consent
    return _line(
        [
            one.address,
            one.name or "",
            one.language or "",
            one.zone or "",
            written_tags(one.tags),
            one.state.value,
            ", ".join(reason.value for reason in forbidding),
            _moment(consent.asked),
            _moment(consent.confirmed),
            consent.page or "",
        ]
    )


def rejected_header(columns: Sequence[str]) -> str:
    """The first line of a table of bad rows, which can be mended and imported: the file's columns stand behind ours."""
    return _line(["Line", "Reason", *columns])


def rejected(bad: BadRow) -> str:
    """A bad row, behind the number of its line and what is wrong with it."""
    return _line([str(bad.line), bad.reason, *bad.cells])


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _line(cells: Sequence[str]) -> str:
    line = StringIO(newline="")
    csv.writer(line).writerow([escaped(cell) for cell in cells])
    return line.getvalue()
