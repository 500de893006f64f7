"""schedule.yaml: who we are, the team, the sender, the sections of an issue, the calendar. No secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Literal

from newsletter.model.errors import Mistake
from newsletter.model.kinds import KINDS
from newsletter.model.shape import (
    ClockTime,
    Day,
    EmailAddress,
    Language,
    Line,
    Slug,
    Url,
    Weekday,
    Words,
    ZoneName,
    file_shape,
    nearest,
    shown,
)
from newsletter.model.theme import Theme
from newsletter.publication import yamlfile
from newsletter.publication.domains import list_id_mistake, signing_mistake
from newsletter.publication.folder import SCHEDULE, Folder
from newsletter.publication.running import Alarms, Backup, Jobs, running_mistakes
from newsletter.publication.sending import Publish, Sending, sending_mistakes
from newsletter.publication.yamlfile import Written

MIN_LOGO = 16  # CSS pixels
MAX_DAYS_BEFORE = 6  # the week has no more between two issues
MAX_SITE = 200  # List-Unsubscribe holds the site's address and a token, on one line of at most 998 octets


SeverityName = Literal["block", "warn", "note", "off"]


class Role(Enum):
    """What a member of the team may do; a person may hold several."""

    WRITER = "writer"
    APPROVER = "approver"
    OPERATOR = "operator"


@file_shape
class City:
    """A place the team works in; times are shown in each."""

    name: Line
    zone: ZoneName


@file_shape
class Member:
    """One of the team."""

    id: Slug
    name: Line
    address: EmailAddress
    city: Line  # the name of one of `cities`
    roles: tuple[Role, ...]


@file_shape
class Sender:
    """Whom the mail is from, and where answers go."""

    name: Words
    address: EmailAddress
    reply_to: EmailAddress


@file_shape
class WordLimits:
    """How long a section is meant to be, in words."""

    min: int = 0
    max: int


@file_shape
class Section:
    """One place in the order of an issue."""

    kind: Slug  # a key of KINDS
    required: bool = False
    words: WordLimits | None = None


@file_shape
class Greetings:
    """The first line of the letter, with and without the reader's name."""

    plain: Line
    named: Line | None = None  # with {name} where the name goes


@file_shape
class Moment:
    """A weekly wall time."""

    day: Weekday
    at: ClockTime
    zone: ZoneName


@file_shape
class Deadline:
    """A wall time before another: on a weekday, or so many dates before. Exactly one of both is there."""

    day: Weekday | None = None
    days_before: int | None = None  # counted in `zone` from the deadline that comes next; 0: the same date
    at: ClockTime
    zone: ZoneName


@file_shape
class ExtraIssue:
    """An issue beside the weekly ones."""

    date: Day  # local date in the sending zone
    slug: Slug
    at: ClockTime | None = None  # else the weekly time


@file_shape
class Calendar:
    """The week in words. Each deadline is the last such moment before the next one: open, cut_off, approve_by, send."""

    send: Moment
    approve_by: Deadline
    cut_off: Deadline
    open: Deadline
    skip: tuple[Day, ...] = ()  # dates of weekly issues that do not appear; they use no number
    extra: tuple[ExtraIssue, ...] = ()


@file_shape
class Gathering:
    """How sources are asked."""

    keep_days: int = 180  # an item that no issue cites, and nobody kept or held, is forgotten after this
    allow_hosts: tuple[Words, ...] = ()  # host names that may lie in a private network, each named in full


@file_shape
class Checking:
    """How issues are checked, where a publication wants it otherwise than usual."""

    severities: dict[str, SeverityName] | None = None  # rule -> block, warn, note or off
    clients: tuple[Words, ...] = ("apple-mail", "gmail", "outlook", "yahoo", "samsung-email")  # families of caniemail
    fresh_days: int = 21  # an item published longer than this before the issue is told as old
    past_issues: int = 25  # in how many issues before this one a link is looked for


@file_shape
class Approval:
    """Who has to sign an issue before it may be sent."""

    needed: int = 1  # signatures, each by another approver
    deputies: tuple[Slug, ...] = ()  # ids of the team whose signatures count once the approval deadline has passed
    in_charge: Slug | None = None  # the id of the one who may release an issue alone, with a reason


@file_shape
class Schedule:
    """The whole of schedule.yaml."""

    name: Line
    tagline: Line | None = None
    language: Language = "en"  # a file of this name stands in templates/frame
    site: Url  # where the archive lives, without a slash at the end
    desk: Url | None = None  # where the team's desk is reached, without a slash at the end
    about: Line  # standing text at the foot: who prepares this, and why
    postal_address: Line  # the law asks for it in every mail (CAN-SPAM)
    list_id: Words  # RFC 2919: the name of the list, the same for ever
    greeting: Greetings
    sender: Sender
    cities: tuple[City, ...]
    team: tuple[Member, ...] = ()
    sections: tuple[Section, ...]
    calendar: Calendar
    theme: Theme = Theme()
    gather: Gathering = Gathering()
    checks: Checking = Checking()
    approval: Approval = Approval()
    sending: Sending = Sending()
    publish: Publish = Publish()
    jobs: Jobs = Jobs()
    alarms: Alarms = Alarms()
    backup: Backup = Backup()

    @property
    def live(self) -> str:
        """Where the pages answer that take something in, without a slash at the end."""
        return self.publish.live or self.site


def read(folder: Folder) -> tuple[Schedule | None, Written, list[Mistake]]:
    """schedule.yaml, what it says by line, and every mistake in it."""
    text = folder.read_text(SCHEDULE)
    if text is None:
        return None, Written(None), []
    written = yamlfile.read(text)
    mistakes = [Mistake(SCHEDULE, *mistake) for mistake in written.mistakes]
    if mistakes:
        return None, written, mistakes
    schedule, misfits = yamlfile.build(Schedule, written.value, written, SCHEDULE)
    mistakes += misfits
    if schedule is not None:
        mistakes += [Mistake(SCHEDULE, *mistake) for mistake in _contradictions(schedule, written)]
        mistakes += [Mistake(SCHEDULE, *mistake) for mistake in _logo_mistakes(schedule.theme, written, folder)]
    return (None if mistakes else schedule), written, mistakes


def _contradictions(schedule: Schedule, written: Written) -> Iterator[tuple[int, str, str]]:
    """What each key allows and the whole does not."""
    for at, section in enumerate(schedule.sections):
        if section.kind not in KINDS:
            near = nearest(section.kind, KINDS)
            todo = f"did you mean '{near}'?" if near else f"the kinds are {', '.join(sorted(KINDS))}"
            yield written.line(("sections", at, "kind")), f"'{shown(section.kind)}' is no kind of section", todo
        if section.words and section.words.min > section.words.max:
            line = written.line(("sections", at, "words"))
            yield line, "the least number of words is more than the most", "swap min and max"
    kinds = [section.kind for section in schedule.sections]
    if "opening" not in kinds:
        yield written.line(("sections",)), "the sections leave out the opening", "begin them with - kind: opening"
    for at, kind in enumerate(kinds):
        if kind in kinds[:at]:
            line = written.line(("sections", at))
            yield line, f"'{kind}' stands in the order twice", "keep one; several blurbs of a kind stand together"
    cities = [city.name for city in schedule.cities]
    if not cities:
        yield written.line(("cities",)), "no city is named", "name at least one, with its zone"
    ids = [member.id for member in schedule.team]
    for at, member in enumerate(schedule.team):
        if cities and member.city not in cities:
            near = nearest(member.city, cities)
            todo = f"did you mean '{near}'?" if near else f"the cities are {', '.join(cities)}"
            yield written.line(("team", at, "city")), f"'{shown(member.city)}' is none of the cities above", todo
        if member.id in ids[:at]:
            yield written.line(("team", at, "id")), f"'{member.id}' is the id of two people", "give each their own"
    if schedule.greeting.named is not None and "{name}" not in schedule.greeting.named:
        line = written.line(("greeting", "named"))
        yield line, "the greeting by name does not hold {name}", 'write it as "Dear {name},"'
    yield from _address_mistakes(schedule, written)
    yield from _deadline_mistakes(schedule.calendar, written)
    for at, host in enumerate(schedule.gather.allow_hosts):
        if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?", host):
            what = f"'{shown(host)}' is not the exact name of a host"
            line = written.line(("gather", "allow_hosts", at))
            yield line, what, "write it as feeds.example.org, without scheme, port or wildcard"
    if schedule.gather.keep_days < 1:
        line = written.line(("gather", "keep_days"))
        yield line, f"`keep_days` is {schedule.gather.keep_days}", "write how many days, 1 or more"
    if schedule.approval.needed < 1:
        line = written.line(("approval", "needed"))
        yield line, f"`needed` is {schedule.approval.needed}", "write how many have to sign, 1 or more"
    yield from sending_mistakes(schedule.sending, written)
    yield from running_mistakes(schedule.jobs, schedule.alarms, schedule.backup, ids, written)
    signers = [("deputies", who) for who in schedule.approval.deputies]
    signers += [("in_charge", schedule.approval.in_charge)] if schedule.approval.in_charge else []
    for key, who in signers:
        if who not in ids:
            near = nearest(who, ids)
            todo = f"did you mean '{near}'?" if near else "write the id of one of the team above"
            yield written.line(("approval", key)), f"no one of the team has the id '{shown(who)}'", todo
    if mistake := list_id_mistake(schedule.list_id):
        yield written.line(("list_id",)), *mistake
    signed_by = schedule.sending.dkim.domain if schedule.sending.dkim else None
    sender_domain = schedule.sender.address.rpartition("@")[2].lower()
    if signed_by is not None and (mistake := signing_mistake(signed_by, sender_domain)):
        yield written.line(("sending", "dkim", "domain")), *mistake


def _deadline_mistakes(calendar: Calendar, written: Written) -> Iterator[tuple[int, str, str]]:
    """A deadline says one of two things."""
    for key in ("approve_by", "cut_off", "open"):
        one: Deadline = getattr(calendar, key)
        if (one.day is None) == (one.days_before is None):
            both = "says both, a day and days_before" if one.day is not None else "says no day"
            yield written.line(("calendar", key)), f"`{key}` {both}", "write either day: thursday or days_before: 1"
        if one.days_before is not None and not 0 <= one.days_before <= MAX_DAYS_BEFORE:
            line = written.line(("calendar", key, "days_before"))
            yield line, f"`days_before` is {one.days_before}", f"write 0 to {MAX_DAYS_BEFORE}"


def _address_mistakes(schedule: Schedule, written: Written) -> Iterator[tuple[int, str, str]]:
    """What stands before the path of every page and link."""
    for place, address in ((("site",), schedule.site), (("publish", "live"), schedule.publish.live or "")):
        if address.endswith("/") or "?" in address or "#" in address:
            yield written.line(place), "the site's address ends in more than its path", "end it without a slash"
        if len(address) > MAX_SITE:
            what = f"the site's address has {len(address)} characters"
            yield written.line(place), what, f"keep it under {MAX_SITE}; each link of a mail begins with it"
    if schedule.desk and schedule.desk.count("/") > 2:
        yield (
            written.line(("desk",)),
            "the desk's address has a path",
            "give it a host of its own, as https://desk.example.org",
        )
    for key, most in (("command_minutes", 60), ("wait_minutes", 600)):
        value = getattr(schedule.publish, key)
        if not 1 <= value <= most:
            yield written.line(("publish", key)), f"`{key}` is {value}", f"write 1 to {most}"


def _logo_mistakes(theme: Theme, written: Written, folder: Folder) -> Iterator[tuple[int, str, str]]:
    logo = theme.logo
    if logo is None:
        return
    if not MIN_LOGO <= logo.width <= theme.width:
        line = written.line(("theme", "logo", "width"))
        yield line, f"a logo cannot be {shown(logo.width)} pixels wide", f"write {MIN_LOGO} to {theme.width}"
    for field, path in (("light", logo.light), ("dark", logo.dark)):
        if path and not folder.exists(path):
            line = written.line(("theme", "logo", field))
            yield line, f"there is no picture '{shown(path)}'", "write its path below the publication's folder"
