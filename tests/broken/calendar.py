"""Weeks, deadlines and extra issues that fit no calendar."""

from __future__ import annotations

from tests.breaking import (
    SCHEDULE,
    Told,
    added,
    case,
    line,
)

CALENDAR = (
    case(
        "a sending time that the clocks skip",
        line(SCHEDULE, "send:", '  send: { day: sunday, at: "02:30", zone: America/New_York }'),
        line(SCHEDULE, "open:", '  open: { day: sunday, at: "10:00", zone: America/New_York }'),
        line(SCHEDULE, "skip:", ""),
        Told(SCHEDULE, "send:", "02:30 on 2027-03-14 does not exist in America/New_York", "before 01:00 or after"),
        Told(SCHEDULE, "send:", "02:30 on 2028-03-12 does not exist in America/New_York", "before 01:00 or after"),
    ),
    case(
        "a sending time that comes twice",
        line(SCHEDULE, "send:", '  send: { day: sunday, at: "01:30", zone: America/New_York }'),
        line(SCHEDULE, "open:", '  open: { day: sunday, at: "10:00", zone: America/New_York }'),
        line(SCHEDULE, "skip:", ""),
        Told(SCHEDULE, "send:", "01:30 on 2027-11-07 exists twice in America/New_York", "before 01:00 or after"),
        Told(SCHEDULE, "send:", "01:30 on 2028-11-05 exists twice in America/New_York", "before 01:00 or after"),
    ),
    case(
        "deadlines that do not fit in a week",
        line(SCHEDULE, "open:", '  open: { day: thursday, at: "10:00", zone: America/New_York }'),
        Told(SCHEDULE, "open:", "the deadlines do not fit between two issues", "put them in the order open, cut_off"),
    ),
    case(
        "a skipped date on another weekday",
        line(SCHEDULE, "skip:", "  skip:\n    - 2026-12-25\n    - 2026-12-31"),
        Told(SCHEDULE, "2026-12-31", "2026-12-31 is a Thursday, and issues go out on Fridays", "write the Friday's"),
    ),
    case(
        "an extra issue at a time that the clocks skip",
        added(SCHEDULE, '  extra:\n    - { date: 2027-03-14, slug: spring, at: "02:30" }\n'),
        Told(SCHEDULE, "slug: spring", "02:30 on 2027-03-14 does not exist", "give the extra issue another time"),
    ),
    case(
        "an extra issue twice",
        added(SCHEDULE, "  extra:\n    - { date: 2027-03-16, slug: a }\n    - { date: 2027-03-16, slug: a } #\n"),
        Told(SCHEDULE, "slug: a } #", "2027-03-16-a stands here a second time", "give it another slug"),
    ),
    case(
        "an extra issue with a title for a slug",
        added(SCHEDULE, "  extra:\n    - { date: 2027-03-16, slug: Spring Issue }\n"),
        Told(SCHEDULE, "Spring Issue", "'Spring Issue' is not a name of this kind", "use small letters"),
    ),
)
