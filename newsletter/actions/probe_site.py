"""Probes of the site: whether readers reach it, leave by one click, and whether our clock is theirs."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

from newsletter import __version__
from newsletter.actions.app import App, last_sent_issue
from newsletter.actions.probing import Extent, is_sample, of_certificate, ok, sample, told
from newsletter.archive.addresses import issue_address
from newsletter.fetch.knock import Knock, NoAnswer, knock
from newsletter.model.errors import ConfigError
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Schedule
from newsletter.tokens import SAMPLE_RING, Purpose

OUT_OF_STEP, WRONG = 2.0, 60.0  # seconds
_HALF = timedelta(seconds=0.5)  # a Date is cut to the second
_ONE_CLICK = b"List-Unsubscribe=One-Click"  # RFC 8058 3.1
_TIME_ERROR = 5  # what ntp_adjtime says of a clock that nobody keeps in step (adjtimex(2))


@dataclass(frozen=True, slots=True)
class Visit:
    """An address that has to answer, and what depends on it."""

    url: str
    for_whom: str  # a noun phrase: "the home page"
    form: bytes | None = None


def look_at_site(app: App, schedule: Schedule, extent: Extent) -> Iterator[Symptom]:
    """The site as a reader finds it: home, the newest issue, leaving by one click; its certificate, and the time."""
    if is_sample(urlsplit(schedule.site).hostname or ""):
        host = urlsplit(schedule.site).hostname or ""
        yield sample(Check.SITE, host)
        yield from look_at_clock((), app.clock())
        return
    found: list[tuple[Knock, datetime]] = []
    silent: dict[tuple[str, str], list[str]] = {}
    for visit in visits(app, schedule):
        try:
            answer = knock(visit.url, _agent(schedule), form=visit.form, context=extent.trust)
        except NoAnswer as error:
            silent.setdefault((urlsplit(visit.url).netloc, error.why), []).append(visit.for_whom)
            continue
        found.append((answer, app.clock()))
        yield _visited(visit, answer)
    yield from (_unreached(host, why, names) for (host, why), names in silent.items())
    yield from _freshness(app, schedule, [answer for answer, _ in found])
    yield from _certificates([answer for answer, _ in found], schedule, app.clock())
    yield from look_at_clock([(one.date, at) for one, at in found if one.date and not one.is_here], app.clock())


def visits(app: App, schedule: Schedule) -> tuple[Visit, ...]:
    """What is asked for. The one click bears a token that is published for samples: nobody leaves by it."""
    click = f"{schedule.live}/u/{SAMPLE_RING.sign(Purpose.SAMPLE, 'doctor')}"
    asked = [Visit(f"{schedule.site}/", "the home page")]
    with suppress(ConfigError):  # none has gone out yet
        asked.append(Visit(schedule.site + issue_address("", last_sent_issue(app.root)), "the newest issue"))
    asked.append(Visit(f"{schedule.live}/health", "the page for whoever watches"))
    asked.append(Visit(click, "leaving by one click", _ONE_CLICK))
    return tuple(asked)


def _visited(visit: Visit, answer: Knock) -> Symptom:
    if answer.status == 200:
        return ok(Check.SITE, f"{visit.for_whom} answers: {_short(visit.url)}")
    leads = f", which leads to {answer.leads_to}" if answer.leads_to else ""
    what = f"{visit.for_whom} answers {answer.status}{leads}: {_short(visit.url)}"
    if visit.form is not None:
        todo = "have the server pass a POST on as it is; mail programs follow no redirect (RFC 8058 3.1)"
    elif answer.leads_to:
        todo = "write the address that it leads to as `site:` or `publish: live:`: each link of a mail begins with it"
    elif answer.status == 503:
        todo = "look into the log of `newsletter serve` or `newsletter run`"
    else:
        todo = "see that the server serves public/ there, and passes live pages on: docs/hosting.md"
    return told(Check.SITE, Level.FAIL, what, todo)


def _unreached(host: str, why: str, names: Sequence[str]) -> Symptom:
    """Several addresses of a host are silent for one reason."""
    todo = "see that the server runs, and that its name leads to it: docs/hosting.md"
    return told(Check.SITE, Level.FAIL, f"{', '.join(names)}: nothing of it answers at {host}: {why}", todo)


def _short(url: str) -> str:
    """An address without its token."""
    return url.partition("/u/")[0] + "/u/..." if "/u/" in url else url


def _freshness(app: App, schedule: Schedule, answers: Sequence[Knock]) -> Iterator[Symptom]:
    """Whether the web shows the home page that was built here last."""
    built = app.root / "public" / "index.html"
    home = next((one for one in answers if one.url == f"{schedule.site}/" and one.status == 200), None)
    if home is not None and built.exists() and home.body != built.read_bytes():
        what = f"{home.url} shows another page than public/index.html"
        todo = "bring it up to date: `newsletter archive`, and what your host asks for (`publish: command:`)"
        yield told(Check.SITE, Level.NOTE, what, todo)


def _certificates(answers: Sequence[Knock], schedule: Schedule, now: datetime) -> Iterator[Symptom]:
    hosts = {urlsplit(one.url).hostname or "": one.trusted_until for one in answers if one.trusted_until}
    for host, until in hosts.items():
        yield of_certificate(Check.CERTIFICATE, host, until, now)
    if urlsplit(schedule.live).scheme != "https":
        what = f"{schedule.live} is no https address: mail programs offer no leaving by one click (RFC 8058 3.1)"
        yield told(Check.CERTIFICATE, Level.WARN, what, "serve it by https: docs/hosting.md")


def look_at_clock(dates: Sequence[tuple[datetime, datetime]], now: datetime) -> Iterator[Symptom]:
    """Our clock beside those of other machines: pairs of what each said, to the second, and what ours said then.

    Without any, whether the kernel knows of somebody who keeps it in step.
    """
    if dates:
        yield _of_skew(median(((ours - theirs) - _HALF).total_seconds() for theirs, ours in dates), now)
    elif (kept := kept_in_step()) is None:
        what = "no other machine has told its time, and this one does not say who keeps its clock"
        yield Symptom(check=Check.CLOCK, level=Level.UNCHECKED, what=what)
    elif kept:
        yield ok(Check.CLOCK, "a time server keeps this machine's clock in step, as its kernel says")
    else:
        what = "nobody keeps this machine's clock in step, as its kernel says: issues go out by it"
        yield told(Check.CLOCK, Level.WARN, what, "turn on chrony or systemd-timesyncd")


def _of_skew(skew: float, now: datetime) -> Symptom:
    direction = "ahead of" if skew > 0 else "behind"
    what = f"our clock, {now:%Y-%m-%d %H:%M} UTC, is {abs(skew):,.0f} seconds {direction} those of other machines"
    todo = "set it by a time server: turn on chrony or systemd-timesyncd"
    if abs(skew) > WRONG:
        return told(Check.CLOCK, Level.FAIL, what, todo)
    if abs(skew) > OUT_OF_STEP:
        return told(Check.CLOCK, Level.WARN, what, todo)
    return ok(Check.CLOCK, "our clock agrees with those of other machines")


def kept_in_step() -> bool | None:
    """Whether the kernel says that the clock is kept in step; None where it says nothing. Changes nothing."""
    try:
        state: int = ctypes.CDLL(None).ntp_adjtime(ctypes.create_string_buffer(512))  # all zero: it only asks
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _agent(schedule: Schedule) -> str:
    return f"newsletter/{__version__} (+{schedule.site})"
