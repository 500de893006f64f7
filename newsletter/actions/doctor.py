"""Doctor: everything that can be checked, at once; each finding with its way out. Nothing is changed by it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from newsletter.actions.app import App
from newsletter.actions.probe_alarms import look_at_alarms
from newsletter.actions.probe_home import (
    look_at_backup,
    look_at_database,
    look_at_installation,
    look_at_jobs,
    look_at_locks,
)
from newsletter.actions.probe_machine import look_at_disk, look_at_files, look_at_versions, look_at_zones
from newsletter.actions.probe_mail import look_at_returns, look_at_server
from newsletter.actions.probe_names import look_at_dkim, look_at_dmarc, look_at_mx, look_at_ptr, look_at_spf
from newsletter.actions.probe_round_trip import look_at_round_trip
from newsletter.actions.probe_secrets import look_at_secrets
from newsletter.actions.probe_site import look_at_clock, look_at_site
from newsletter.actions.probing import Extent
from newsletter.actions.public_addresses import Wait
from newsletter.actions.way_out import read_schedule
from newsletter.mail.dns import DnsUnanswered, Resolver
from newsletter.model.errors import ConfigError, ContentError, NewsletterError
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Schedule

_LOG = logging.getLogger(__name__)
_AT_ONCE = 12  # looks; most of their time they wait for somebody else's machine
_ORDER = {check: at for at, check in enumerate(Check)}
_BEYOND = (Check.SERVER, Check.SPF, Check.DKIM, Check.DMARC, Check.MX, Check.PTR, Check.SITE)


@dataclass(frozen=True, slots=True)
class _Look:
    check: Check  # what is told where the look itself fails
    begin: Callable[[], Iterable[Symptom]]


def examine(app: App, extent: Extent, wait: Wait) -> tuple[Symptom, ...]:
    """What was found, in the order of `Check`; at least one symptom of each but CERTIFICATE.

    `wait` lets seconds pass, for the round trip. No finding is raised as an error, and no look keeps another back.
    """
    try:
        schedule = read_schedule(app)
    except ContentError:
        looks = _without_schedule(app)
        return _seen(looks)
    return _seen((*_here(app, schedule, extent), *_beyond(app, schedule, extent, wait)))


def _seen(looks: Iterable[_Look]) -> tuple[Symptom, ...]:
    pool = ThreadPoolExecutor(_AT_ONCE, "doctor")
    try:
        found = [one for told in pool.map(_told, looks) for one in told]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # whoever presses Ctrl-C waits for nobody's mailbox
    return tuple(sorted(found, key=lambda one: _ORDER[one.check]))


def _told(look: _Look) -> list[Symptom]:
    """What a look finds; what ends it early is a finding as well."""
    found: list[Symptom] = []
    try:
        found.extend(look.begin())
    except DnsUnanswered as error:
        found.append(_ended(look.check, Level.UNCHECKED, str(error)))
    except NewsletterError as error:
        found.append(_ended(look.check, Level.FAIL, str(error)))
    except OSError as error:
        what = f"{error.filename or look.check.value}: {error.strerror or error}; look who owns it"
        found.append(_ended(look.check, Level.FAIL, what))
    except Exception as error:  # the top of a thread: what the other looks find is not lost by it
        _LOG.exception("the look at %s failed", look.check.value)
        what = f"a fault of the program ({type(error).__name__}); report it with what stands in the log"
        found.append(_ended(look.check, Level.FAIL, what))
    return found


def _ended(check: Check, level: Level, words: str) -> Symptom:
    """Our errors say what, then what to do, with a semicolon between them."""
    what, _, todo = " ".join(words.split()).rpartition("; ")
    return Symptom(check=check, level=level, what=what or todo, todo=todo if what else "")


def _without_schedule(app: App) -> Iterator[_Look]:
    """What can be looked at where schedule.yaml cannot be read; the rest is told as not checked."""
    yield _Look(Check.FILES, partial(look_at_files, app))
    yield _Look(Check.VERSIONS, look_at_versions)
    yield _Look(Check.DISK, partial(look_at_disk, app, None))
    yield from _of_the_database(app)
    looked = {Check.FILES, Check.VERSIONS, Check.DISK, Check.DATABASE, Check.INSTALLATION, Check.LOCKS}
    for check in Check:
        if check not in (*looked, Check.CERTIFICATE):
            yield _unchecked(check, "schedule.yaml cannot be read")


def _of_the_database(app: App) -> Iterator[_Look]:
    yield _Look(Check.DATABASE, partial(look_at_database, app))
    if app.is_home:
        yield _Look(Check.INSTALLATION, partial(look_at_installation, app))
        yield _Look(Check.LOCKS, partial(look_at_locks, app))
    else:
        yield _unchecked(Check.INSTALLATION, "the database is elsewhere")
        yield _unchecked(Check.LOCKS, "the database is elsewhere")


def _here(app: App, schedule: Schedule, extent: Extent) -> Iterator[_Look]:
    """What needs nobody else's machine."""
    yield _Look(Check.FILES, partial(look_at_files, app))
    yield _Look(Check.VERSIONS, look_at_versions)
    yield _Look(Check.ZONES, lambda: look_at_zones(schedule, app.clock()))
    yield _Look(Check.SECRETS, partial(look_at_secrets, app, schedule))
    yield _Look(Check.DISK, partial(look_at_disk, app, schedule))
    yield from _of_the_database(app)
    yield _Look(Check.JOBS, partial(look_at_jobs, schedule))
    if app.is_home:
        yield _Look(Check.BACKUP, partial(look_at_backup, app))
    else:
        yield _unchecked(Check.BACKUP, "the database is elsewhere")
    yield _Look(Check.ALARMS, partial(look_at_alarms, app, schedule))
    yield _Look(Check.RETURNS, partial(look_at_returns, app, schedule, extent))


def _beyond(app: App, schedule: Schedule, extent: Extent, wait: Wait) -> Iterator[_Look]:
    """What other machines have to say."""
    if extent.offline:
        yield from (_unchecked(check, "--offline") for check in _BEYOND)
        yield _Look(Check.CLOCK, lambda: look_at_clock((), app.clock()))
    else:
        yield _Look(Check.SERVER, partial(look_at_server, app, schedule, extent))
        yield from _of_names(app, schedule, extent)
        yield _Look(Check.SITE, partial(look_at_site, app, schedule, extent))
    if not extent.round_trip or extent.offline:
        yield _unchecked(Check.ROUND_TRIP, "it sends a mail, so it is only made with --round-trip")
    else:
        yield _Look(Check.ROUND_TRIP, partial(look_at_round_trip, app, schedule, extent, wait))


def _of_names(app: App, schedule: Schedule, extent: Extent) -> Iterator[_Look]:
    try:
        lookups = Resolver(extent.resolver)
    except ConfigError as error:
        yield from (
            _unchecked(check, str(error)) for check in (Check.SPF, Check.DKIM, Check.DMARC, Check.MX, Check.PTR)
        )
        return
    yield _Look(Check.SPF, partial(look_at_spf, schedule, extent, lookups))
    yield _Look(Check.DKIM, partial(look_at_dkim, app, schedule, extent, lookups))
    yield _Look(Check.DMARC, partial(look_at_dmarc, schedule, extent, lookups))
    yield _Look(Check.MX, partial(look_at_mx, schedule, extent, lookups))
    yield _Look(Check.PTR, partial(look_at_ptr, schedule, extent, lookups))


def _unchecked(check: Check, why: str) -> _Look:
    return _Look(check, lambda: (Symptom(check=check, level=Level.UNCHECKED, what=why),))
