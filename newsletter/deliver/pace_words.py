"""What holds a mailing back, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from newsletter.deliver.valve import Valve
from newsletter.model.answer import Answer

_LONG = 120  # characters of a server's answer that a line has room for
_NAMED = 3  # domains told one by one


def limit_words(valve: Valve) -> tuple[str, ...]:
    """What the limit over all connections is; nothing where there is none.

    "20 a second, as schedule.yaml says", or "halved to 10 a second at 14:05 UTC, because the mail server asked for
    patience (421 4.7.0 slower, at MAIL); it recovers by itself".
    """
    if valve.slowed:
        return (_slowed(valve),)
    return () if valve.limit is None else (f"{rate(valve.limit)} a second, as schedule.yaml says",)


def domain_words(valves: Mapping[str, Valve]) -> tuple[str, ...]:
    """The same for domains, three at most: those that were halved, the last of them first, then the others."""
    slowed = sorted(
        ((valve.slowed.since, domain) for domain, valve in valves.items() if valve.slowed is not None), reverse=True
    )
    as_said = sorted(domain for domain, valve in valves.items() if not valve.slowed and valve.limit is not None)
    told = [f"mail to {domain} {_slowed(valves[domain])}" for _, domain in slowed]
    told += [f"{rate(valves[domain].limit or 0)} a second to {domain}, as schedule.yaml says" for domain in as_said]
    more = len(told) - _NAMED
    return (*told[:_NAMED], *((f"and {more:,} more domain{'s' * (more != 1)}",) if more > 0 else ()))


def warm_up_words(number: int, handed: int, cap: int, next_day: date) -> str:
    """ "day 3 of the warm-up: 2,000 of 2,000 have left; goes on at 2026-11-28 00:00 UTC"."""
    words = f"day {number} of the warm-up: {handed:,} of {cap:,} have left"
    return f"{words}; goes on at {next_day} 00:00 UTC" if handed >= cap else words


def rate(messages: float) -> str:
    """Messages a second, as people write it: "20", "12.1", "0.25"."""
    digits = 0 if messages >= 100 else 1 if messages >= 10 else 2
    text = f"{messages:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def gist(answer: Answer) -> str:
    """An answer that a line has room for."""
    words = str(answer)
    return words if len(words) <= _LONG else f"{words[: _LONG - 4]} ..."


def _slowed(valve: Valve) -> str:
    assert valve.slowed is not None, "only what was slowed is told so"
    assert valve.limit is not None, "only a limit can be slowed"
    one = valve.slowed
    by_now = "" if valve.limit == one.to else f", with {rate(valve.limit)} a second by now"
    return (
        f"halved to {rate(one.to)} a second at {one.since:%H:%M} UTC, because {one.why}; it recovers by itself{by_now}"
    )
