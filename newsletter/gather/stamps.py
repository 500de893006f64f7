"""Times as sources write them. Unknown stays unknown; nothing is guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from newsletter.model.item import Stamp

# RFC 5322 4.3: the zone names that mean one offset. Others ("CEST", "IST") are kept as a name and give no instant.
_OFFSETS = {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6}
_OFFSETS |= {"PST": -8, "PDT": -7}
_RFC_ZONE = re.compile(r"\s([+-]\d{4}|[A-Za-z]{1,5})\s*$")


def parse(written: str) -> Stamp:
    """The stamp of an RFC 5322 date (RSS) or an ISO 8601 one (Atom). A date that does not exist has no wall time."""
    text = written.strip()
    return _iso(text) or _rfc(text) or Stamp(written=text, wall=None, zone=None, instant=None)


def _iso(text: str) -> Stamp | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return Stamp(written=text, wall=found, zone=None, instant=None)
    zone = "Z" if text.upper().endswith("Z") else text[re.search(r"[+-][\d:]+$", text).start() :]  # type: ignore[union-attr]
    return Stamp(written=text, wall=found.replace(tzinfo=None), zone=zone, instant=found.astimezone(UTC))


def _rfc(text: str) -> Stamp | None:
    parts = parsedate_tz(text)
    if parts is None:
        return None
    try:
        wall = datetime(*parts[:6])  # noqa: DTZ001  (a wall time; its zone is kept beside it)
    except ValueError:  # 30 February
        return None
    match = _RFC_ZONE.search(text)
    zone = match[1] if match else None
    offset = _offset(zone)
    instant = None if offset is None else (wall - offset).replace(tzinfo=UTC)
    return Stamp(written=text, wall=wall, zone=zone, instant=instant)


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone[0] in "+-":
        sign = -1 if zone[0] == "-" else 1
        return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    hours = _OFFSETS.get(zone.upper())
    return None if hours is None else timedelta(hours=hours)
