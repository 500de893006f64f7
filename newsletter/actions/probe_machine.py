"""Probes of the machine and the files: mistakes, versions, time zones, room on the disks."""

from __future__ import annotations

import platform
import re
import shutil
import sqlite3
import tempfile
import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import metadata, resources
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter import __version__
from newsletter.actions.app import App
from newsletter.actions.check_files import check_files
from newsletter.actions.probing import ok, told
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.calendar import WEEKS_AHEAD
from newsletter.publication.schedule import Schedule

SCARCE = 500_000_000  # octets, or a twentieth of a disk: somebody should see to it
FULL = 50_000_000  # octets: the next mailing may not find the room it needs
_NAMED = 3  # mistakes that are told one by one


def look_at_files(app: App) -> Iterator[Symptom]:
    """Every mistake in the publication's files, the first few in words."""
    checked = check_files(app)
    if not checked.mistakes:
        yield ok(Check.FILES, f"{checked.files} files and {checked.issues} issues are written well")
        return
    for mistake in checked.mistakes[:_NAMED]:
        where = f"{mistake.path}:{mistake.line}" if mistake.line else mistake.path
        yield told(Check.FILES, Level.FAIL, f"{where}: {mistake.what}", mistake.todo)
    if (more := len(checked.mistakes) - _NAMED) > 0:
        what = f"{more} more mistake{'' if more == 1 else 's'} in the files"
        yield told(Check.FILES, Level.FAIL, what, "`newsletter check-files` tells all of them")


def look_at_versions() -> Iterator[Symptom]:
    """What runs here."""
    parts = (f"newsletter {__version__}", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}")
    yield ok(Check.VERSIONS, f"{', '.join(parts)}, {platform.system()} {platform.release()}")


def look_at_zones(schedule: Schedule, now: datetime) -> Iterator[Symptom]:
    """Whether the machine's time zones are today's: an old one sends an issue an hour early or late.

    Where the machine has zone data of its own, Python reads that; ours is held against it, for as far as the calendar
    is checked.
    """
    ours = _our_version()
    source = f"the machine's, {_machine_version() or 'of no known version'}"
    if not any((Path(one) / schedule.calendar.send.zone).exists() for one in zoneinfo.TZPATH):
        source = f"that of the package tzdata, {ours}"
    differing = [(name, when) for name in _zones_of(schedule) if (when := first_difference(name, now)) is not None]
    for name, when in differing:
        what = f"from {when:%Y-%m-%d} on, {name} is another time by the machine's zone data than by ours ({ours})"
        yield told(Check.ZONES, Level.WARN, what, "upgrade tzdata, the system's package as well as Python's")
    if not differing:
        yield ok(Check.ZONES, f"zone data is {source}; {', '.join(_zones_of(schedule))} agree in both")


def first_difference(name: str, now: datetime) -> datetime | None:
    """The first week in which a zone of the machine's differs from the same of the package tzdata; None: in none."""
    folder, _, last = name.rpartition("/")
    packaged = resources.files(".".join(("tzdata.zoneinfo", *folder.split("/")) if folder else ("tzdata.zoneinfo",)))
    try:
        with packaged.joinpath(last).open("rb") as file:
            ours = ZoneInfo.from_file(file, name)
    except (OSError, ModuleNotFoundError):  # a zone that the package does not know
        return None
    weeks = (now + timedelta(weeks=week) for week in range(WEEKS_AHEAD))
    return next(
        (week for week in weeks if week.astimezone(ours).utcoffset() != week.astimezone(ZoneInfo(name)).utcoffset()),
        None,
    )


def _zones_of(schedule: Schedule) -> tuple[str, ...]:
    calendar, jobs = schedule.calendar, schedule.jobs
    moments = (calendar.send, calendar.approve_by, calendar.cut_off, calendar.open)
    own = (jobs.tidy.zone, jobs.backup.zone, jobs.report.zone)
    names = (*(city.zone for city in schedule.cities), *(moment.zone for moment in moments), *filter(None, own))
    return tuple(dict.fromkeys(names))


def _our_version() -> str:
    """As IANA names it: the package's 2026.2 is 2026b."""
    year, _, number = metadata.version("tzdata").partition(".")
    return f"{year}{chr(ord('a') + int(number) - 1)}" if number.isdecimal() and 0 < int(number) <= 26 else year


def _machine_version() -> str | None:
    for folder in map(Path, zoneinfo.TZPATH):
        try:
            with (folder / "tzdata.zi").open(encoding="ascii", errors="replace") as file:
                found = re.match(r"# version (\w+)", file.readline())
        except OSError:
            continue
        if found:
            return found[1]
    return None


def look_at_disk(app: App, schedule: Schedule | None) -> Iterator[Symptom]:
    """The room on every disk that something of ours is written to."""
    folders = [app.root, app.root / "var", app.root / "public", Path(tempfile.gettempdir())]
    folders += [app.root / schedule.backup.folder] if schedule else []
    disks: dict[int, Path] = {}
    for folder in folders:
        if folder.exists():
            disks.setdefault(folder.stat().st_dev, folder)
    for folder in disks.values():
        yield _room(folder)


def _room(folder: Path) -> Symptom:
    usage = shutil.disk_usage(folder)
    what = f"{usage.free / 1_000_000_000:,.1f} GB of {usage.total / 1_000_000_000:,.1f} are free where {folder} lies"
    todo = "make room: `newsletter run-job tidy`, old backups, logs; or move the publication to a larger disk"
    if usage.free < FULL:
        return told(Check.DISK, Level.FAIL, what, todo)
    if usage.free < SCARCE or usage.free < usage.total / 20:
        return told(Check.DISK, Level.WARN, what, todo)
    return ok(Check.DISK, what)
