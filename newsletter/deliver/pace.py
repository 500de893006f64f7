"""The pace of a mailing: what may go now, and what the servers' answers make of that. Pure: times are arguments.

Limits are as schedule.yaml says, or come from trouble: a server that asks for patience has its rate halved, whatever
was configured, and gets it back slowly. So nobody has to know beforehand how much a provider takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from newsletter.deliver.blame import ABOUT_THE_READER
from newsletter.deliver.lately import Lately, Share
from newsletter.deliver.pace_words import domain_words, gist, limit_words, warm_up_words
from newsletter.deliver.valve import Valve
from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import DeliveryState
from newsletter.model.rates import Rates

_PATIENCE = (50, 100)  # of the last answers: from so many on the deferred ones are judged, and so many are remembered
_REFUSALS = (200, 200)
_KNOWN = 1_000  # domains whose answers are remembered; the oldest are forgotten
_SWEEP = timedelta(minutes=1)
_DAY = timedelta(days=1)

# Greylisting asks everybody for patience once, whatever their speed. Some servers do not call it by its name.
_GREY = re.compile(r"gr[ea]y[ -]?list", re.IGNORECASE)
_GREY_STATUS = frozenset({"4.7.1", "4.2.0"})
_SPEED = re.compile(r"rate|limit|too (many|fast|much)|throttl|slow", re.IGNORECASE)


class Pace:
    """The limits over all connections, for each domain, and of the day."""

    def __init__(self, rates: Rates, refused: int = 0) -> None:
        """`refused`: copies that were refused before this run. See `answered`."""
        self._rates = rates
        self._all = Valve(rates.per_second)
        self._domains = {domain.lower(): Valve(rate) for domain, rate in rates.domains.items()}
        self._lately = Lately()
        self._deferred, self._refused = Share(*_PATIENCE), Share(*_REFUSALS)
        self._shares: dict[str, Share] = {}  # of domains that have deferred something
        self.accepted = 0  # good answers since the last bad one
        self._left = refused  # refusals until the mailing may be paused for them
        self._paused = False
        self._swept: datetime | None = None
        self.day: date | None = None  # UTC: the one that `number` and `handed` are about
        self._number = self.handed = 0
        self._weigh()

    # What may go

    @property
    def cap(self) -> int | None:
        """How many messages may leave on this day of the warm-up; None: it is over, or there is none."""
        plan = self._rates.warm_up
        return plan[self._number - 1] if 0 < self._number <= len(plan) else None

    def warm(self, day: date, number: int, handed: int) -> None:
        """It is the nth day on which anything is sent, and so much has been handed over on it."""
        self.day, self._number, self.handed = day, number, handed
        self._weigh()

    def opens(self, now: datetime, ahead: int) -> datetime | None:
        """When the next message may go to anybody; None: now. `ahead`: rows whose envelope has gone without their
        intent, which the day will be counted for."""
        self._sweep(now)
        if (cap := self.cap) is not None and self.handed + ahead >= cap and self.day is not None:
            tomorrow = datetime.combine(self.day + _DAY, time(), UTC)
            if tomorrow > now:
                return tomorrow
        return self._all.opens(now)

    def opens_for(self, domain: str, now: datetime) -> datetime | None:
        """When the next message may go to this domain; None: as soon as to anybody."""
        valve = self._domains.get(domain)
        return valve.opens(now) if valve else None

    def sent(self, domain: str, now: datetime) -> None:
        """A message to this domain goes now."""
        self._lately.count(domain, now)
        if self.limited:
            self._all.take(now)
            if valve := self._domains.get(domain):
                valve.take(now)

    # What the servers say to it

    def answered(
        self, domain: str, answer: Answer, state: DeliveryState, now: datetime, *, first: bool = True
    ) -> str | None:
        """What a server has said to one row, and what was made of it; `first`: it had deferred this row never before.

        Words where the mailing should pause: more than a fifth of the last 200 copies were refused. That is told once,
        and only after twice as many refusals as there were before this run: somebody knows of those.
        """
        if state is DeliveryState.DEFERRED:
            if answer.transient and not _is_greylisting(answer, first=first):
                self._asked_for_patience(domain, answer, now)
            return None
        if state is DeliveryState.ACCEPTED:
            self.accepted += 1
            if share := self._shares.get(domain):
                share.good()
        return self._refusal(domain, answer) if state is DeliveryState.REFUSED else None

    def _refusal(self, domain: str, answer: Answer) -> str | None:
        self._take_in()
        self._deferred.good()
        self._left -= 1
        if not self._refused.bad(domain) or self._left >= 0 or self._paused:
            return None
        self._paused = True
        return f"{self._refused.words} copies were refused, the last with {gist(answer)}"

    def cut_off(self, answer: Answer, now: datetime) -> None:
        """A connection came to nothing, or ended before anything was sent over it."""
        if answer.code == 421:
            self._halve(None, f"the mail server asked for patience ({gist(answer)})", now)

    def _asked_for_patience(self, domain: str, answer: Answer, now: datetime) -> None:
        self._take_in()
        share = self._shares.setdefault(domain, Share(*_PATIENCE))
        _bound(self._shares, iter(self._shares))
        often, everywhere = share.bad(domain), self._deferred.bad(domain)
        if answer.code == 421 or (answer.status or "").startswith("4.7."):
            whose = domain if answer.phase in ABOUT_THE_READER else None
            self._halve(whose, f"{'it' if whose else 'the mail server'} asked for patience ({gist(answer)})", now)
        if often:
            self._halve(domain, f"{share.words} answers asked for patience ({gist(answer)})", now)
            share.clear()
            self._deferred.forget(domain)
        elif everywhere:
            whose = self._deferred.culprit
            self._halve(whose, f"{self._deferred.words} answers asked for patience ({gist(answer)})", now)
            self._deferred.clear()

    def _take_in(self) -> None:
        self._deferred.good(self.accepted)
        self._refused.good(self.accepted)
        self.accepted = 0

    @property
    def watches(self) -> bool:
        """Whether it has to hear of each domain's good answers; else counting them as `accepted` does."""
        return bool(self._shares)

    def _halve(self, domain: str | None, why: str, now: datetime) -> None:
        """Halves the rate to one domain, or to all."""
        valve = self._all if domain is None else self._domains.get(domain) or Valve()
        valve.trouble(now, self._lately.rate(now, domain), why)
        if domain is not None and valve.limit is not None:
            self._domains[domain] = valve
            learned = (one for one, other in self._domains.items() if other.configured is None)
            _bound(self._domains, learned)
        self._weigh()

    # What is told

    def words(self, now: datetime) -> str | None:
        """What holds the mailing back, for people; None: nothing does."""
        if not self.limited:
            return None
        self._sweep(now)
        self._all.recover(now)
        parts = [*limit_words(self._all), *domain_words(self._domains)]
        if (cap := self.cap) is not None and self.day is not None:
            parts.append(warm_up_words(self._number, self.handed, cap, self.day + _DAY))
        return "; ".join(parts) or None

    def _sweep(self, now: datetime) -> None:
        """Forgets, once a minute, limits that came from trouble and are over."""
        if self._swept is not None and self._swept <= now < self._swept + _SWEEP:
            return
        self._swept = now
        for valve in (self._all, *self._domains.values()):
            valve.recover(now)
        self._domains = {domain: valve for domain, valve in self._domains.items() if valve.limit is not None}
        self._weigh()

    def _weigh(self) -> None:
        # Whether anything is limited: most mailings are not, and their rows are not asked about.
        self.limited = self._all.limit is not None or bool(self._domains) or self.cap is not None


def _bound(known: dict[str, Any], forgettable: Iterator[str]) -> None:
    """Drops the first of those that may be forgotten, where there are too many."""
    if len(known) > _KNOWN and (domain := next(forgettable, None)):
        del known[domain]


def _is_greylisting(answer: Answer, *, first: bool) -> bool:
    """Whether a deferral says nothing about our speed (RFC 6647)."""
    if _GREY.search(answer.said):
        return True
    as_usual = first and answer.phase is Phase.RCPT and answer.code in (450, 451) and answer.status in _GREY_STATUS
    return as_usual and not _SPEED.search(answer.said)
