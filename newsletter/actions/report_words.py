"""The weekly report as a colleague would write it: plain text, the receiver's own clock first. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from textwrap import shorten

from newsletter.actions.issue_waits import Waits
from newsletter.actions.list_sources import SourceReport
from newsletter.actions.team_mail import day_and_time, issue_day, local_times
from newsletter.actions.weekly_report import Outgoing, WeeklyReport
from newsletter.model.changes import listed
from newsletter.model.mailing import DeliveryState, MailingKind, MailingState, Receipt
from newsletter.model.returned import Nature
from newsletter.publication.calendar import in_cities
from newsletter.store.weekly import ReaderFigures

_LONGEST = 160  # characters of what ails a source; `newsletter sources` shows all of it
_S = DeliveryState
_FATES = (
    (_S.ACCEPTED, "accepted"),
    (_S.REFUSED, "refused"),
    (_S.EXPIRED, "given up after 24 hours"),
    (_S.UNKNOWN, "unknown"),
    (_S.SUPPRESSED, "not sent as the reader had left"),
    (_S.CANCELLED, "cancelled"),
    (_S.PLANNED, "not yet sent"),
    (_S.HANDING_OVER, "on their way"),
    (_S.DEFERRED, "put off by their servers"),
)
_BACK = {
    Nature.HARD: ("mailbox that is gone", "mailboxes that are gone"),
    Nature.SOFT: ("mailbox that was full or busy", "mailboxes that were full or busy"),
    Nature.POLICY: ("refusal of what we are or wrote", "refusals of what we are or wrote"),
    Nature.COMPLAINT: ("report as spam", "reports as spam"),
    Nature.OTHER: ("mail for somebody to read", "mails for somebody to read"),
}
_AGAIN = {
    MailingState.PAUSED: "It is paused: {words}. Go on with `newsletter resume {issue}`.",
    MailingState.MISSED: "It did not go out: {words}. Send it with `newsletter send {issue} --now`.",
    MailingState.CANCELLED: "It was cancelled: {words}.",
    MailingState.UNRESOLVED: "Somebody has to decide about the unknown: `newsletter receipt {issue} --show unknown`.",
}


def report_text(report: WeeklyReport, city: str) -> str:
    """The whole report but for greeting and foot, with lines of any length."""
    since, until = (_local(moment, city, report) for moment in (report.since, report.until))
    parts = [f"From {since} to {until}, {city} time."]
    for heading, lines in (
        ("What went out", _sent(report, city)),
        ("Readers", _readers(report)),
        ("Came back in this time", _back(report)),
        ("Answers", _answers(report)),
        ("Sources", _sources(report)),
        ("What went wrong", _troubles(report, city)),
        ("What comes next", _coming(report, city)),
    ):
        if found := "\n".join(lines):
            parts.append(f"{heading.upper()}\n\n{found}")
    return "\n\n".join(parts) + "\n"


def _local(moment: datetime, city: str, report: WeeklyReport) -> str:
    return day_and_time(next(local for name, local in in_cities(moment, report.schedule.cities) if name == city))


def _sent(report: WeeklyReport, city: str) -> Iterator[str]:
    if not report.sent:
        yield "No issue."
    for one in report.sent:
        yield from _outgoing(one, report, city)


def _outgoing(one: Outgoing, report: WeeklyReport, city: str) -> Iterator[str]:
    mailing = one.receipt.mailing
    what = "A correction of" if mailing.kind is MailingKind.CORRECTION else "The issue of"
    named = f", “{one.subject}”" if one.subject else ""
    when = local_times(mailing.began, city, report.schedule.cities) if mailing.began else ""
    yield f"- {what} {issue_day(mailing.issue)}{named}{f', from {when} on' if when else ''}."
    if mailing.began:
        yield f"  {_fates(one.receipt)}"
    if one.receipt.returned:
        back = [_counted(Nature(nature), count) for nature, count in one.receipt.returned if Nature(nature) in _BACK]
        yield f"  Of these came back: {listed(back)}.{_rates(one.receipt)}" if back else "  Nothing came back."
    if mailing.state in _AGAIN:
        words = _AGAIN[mailing.state].format(words=mailing.words or "nobody said why", issue=mailing.issue)
        yield f"  {words}"


def _fates(receipt: Receipt) -> str:
    parts = [f"{receipt.of(state):,} {word}" for state, word in _FATES if receipt.of(state)]
    return f"{receipt.total:,} {'copy' if receipt.total == 1 else 'copies'}: {listed(parts)}."


def _rates(receipt: Receipt) -> str:
    """What mailbox providers measure us by, where there is something to measure."""
    complaints = dict(receipt.returned).get(Nature.COMPLAINT.value, 0)
    accepted = receipt.of(_S.ACCEPTED)
    if not complaints or not accepted:
        return ""
    return f" Reported as spam: {100 * complaints / accepted:.2f} percent; providers ask for less than 0.10."


def _counted(nature: Nature, count: int) -> str:
    return f"{count:,} {_BACK[nature][count != 1]}"


def _readers(report: WeeklyReport) -> Iterator[str]:
    audience, figures = report.audience, report.readers
    yield f"{audience.writable:,} get the next issue. {_moves(figures)}"
    waiting = []
    if audience.paused:
        waiting.append(f"{audience.paused:,} paused")
    if audience.unconfirmed:
        waiting.append(f"{audience.unconfirmed:,} asked for it and have not confirmed yet")
    if waiting:
        yield f"Beside them, {listed(waiting)}."


def _moves(figures: ReaderFigures) -> str:
    moves = [
        f"{count:,} {words}"
        for count, words in (
            (figures.joined, "joined"),
            (figures.imported, "came by an import"),
            (figures.left, "left"),
            (figures.bounced, "taken off because the mailbox is gone"),
            (figures.complained, "taken off because of a complaint"),
            (figures.erased, "erased"),
        )
        if count
    ]
    return f"In this time: {listed(moves)}." if moves else "Nobody came and nobody went."


def _back(report: WeeklyReport) -> Iterator[str]:
    """Where it is about issues of an earlier report, which nothing else tells."""
    told = {nature for one in report.sent for nature, _ in one.receipt.returned}
    found = [_counted(nature, count) for nature, count in report.back if nature in _BACK]
    if found and {nature.value for nature, _ in report.back if nature in _BACK} - told:
        yield f"{listed(found)}, of whatever issue. See them with `newsletter bounces`."


def _answers(report: WeeklyReport) -> Iterator[str]:
    for issue, question, count in report.answers:
        who = "reader" if count == 1 else "readers"
        yield f"- {count:,} {who} answered “{question}” Read them with `newsletter answers {issue}`."


def _sources(report: WeeklyReport) -> Iterator[str]:
    if report.mistakes:
        yield "Nothing is known of them: the publication's files hold mistakes (`newsletter check-files`)."
    elif not report.sources:
        yield "All are well."
    for one in report.sources:
        yield f"- {_source(one)}"


def _source(one: SourceReport) -> str:
    rhythm = f", {one.health.rhythm}" if one.health.rhythm else ""
    return f"{one.source.name}{rhythm}: {shorten(one.health.words, _LONGEST, placeholder=' ...')}"


def _troubles(report: WeeklyReport, city: str) -> Iterator[str]:
    for run in report.troubles:
        yield f"- {run.job.value}, due {_local(run.due, city, report)}, {run.state.value}: {run.words}"
    if report.unsent:
        count = f"{report.unsent} mail{'s' * (report.unsent != 1)} of our own"
        yield f"- {count}, confirmations, reminders and the like, could not be sent, or not in time."


def _coming(report: WeeklyReport, city: str) -> Iterator[str]:
    for waits in report.coming:
        yield from _issue(waits, report, city)
    if report.skipped:
        yield f"No issue on {listed(issue_day(one) for one in report.skipped)}."


def _issue(waits: Waits, report: WeeklyReport, city: str) -> Iterator[str]:
    week = waits.week
    yield f"- {issue_day(waits.issue)}: {_standing(waits)}"
    for what, moment in (
        ("opens", week.open),
        ("cut-off", week.cut_off),
        ("sign by", week.approve_by),
        ("send", week.due),
    ):
        if moment > report.until and not (what == "opens" and waits.is_there):
            yield f"  {what:<9}{local_times(moment, city, report.schedule.cities)}"


def _standing(waits: Waits) -> str:
    if waits.over:
        return f"{waits.over}."
    if not waits.is_there:
        return "not begun."
    if not waits.tasks:
        return "written, and not signed yet."
    return f"in the making. Still open: {_people(waits)}."


def _people(waits: Waits) -> str:
    counts: dict[str, int] = {}
    for task in waits.tasks:
        name = task.who.name if task.who else "nobody yet"
        counts[name] = counts.get(name, 0) + 1
    return listed(f"{count} {'things' if count > 1 else 'thing'} with {name}" for name, count in counts.items())
