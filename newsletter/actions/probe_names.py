"""Probes of the DNS: what the world finds under the names that our mail is sent in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from newsletter.actions.app import App
from newsletter.actions.dkim_key import dkim_key
from newsletter.actions.probing import Extent, sample, told
from newsletter.actions.way_out import domain_of
from newsletter.mail.dmarc import Vouching, judge_dmarc
from newsletter.mail.dns import Lookups
from newsletter.mail.records import judge_dkim, judge_mx, judge_ptr
from newsletter.mail.spf import judge_spf
from newsletter.model.errors import ConfigError
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Schedule

_ADDRESSES = 4  # of a mail server, that are looked at


def look_at_spf(schedule: Schedule, extent: Extent, lookups: Lookups) -> Iterator[Symptom]:
    """The SPF record of the domain that bounces go to: receivers ask for that one (RFC 7208 2.4)."""
    domain = envelope_domain(schedule)
    if extent.is_sample_name(domain):
        yield sample(Check.SPF, domain)
    else:
        known = tuple(one for one in _server_addresses(schedule, extent, lookups) if ip_address(one).is_global)
        yield from judge_spf(domain, known, lookups)


def look_at_dkim(app: App, schedule: Schedule, extent: Extent, lookups: Lookups) -> Iterator[Symptom]:
    """The record of the key that we sign with."""
    try:
        key = dkim_key(app, schedule)
    except ConfigError:  # which is told among the secrets
        yield Symptom(check=Check.DKIM, level=Level.UNCHECKED, what="there is no key here to hold the record against")
        return
    if key is None:
        what = "messages are not signed, and large mailbox providers refuse such mail"
        todo = "make a key with `newsletter dkim new`, unless your provider signs in your name"
        yield told(Check.DKIM, Level.WARN, what, todo)
    elif extent.is_sample_name(key.domain):
        yield sample(Check.DKIM, key.domain)
    else:
        yield from judge_dkim(key, lookups)


def look_at_dmarc(schedule: Schedule, extent: Extent, lookups: Lookups) -> Iterator[Symptom]:
    """The policy of the domain that readers see."""
    sender, dkim = domain_of(schedule).lower(), schedule.sending.dkim
    if extent.is_sample_name(sender):
        yield sample(Check.DMARC, sender)
        return
    signing = (dkim.domain or sender).lower() if dkim else None
    yield from judge_dmarc(Vouching(sender=sender, envelope=envelope_domain(schedule), signing=signing), lookups)


def look_at_mx(schedule: Schedule, extent: Extent, lookups: Lookups) -> Iterator[Symptom]:
    """Where bounces and readers' answers go."""
    purposes: dict[str, list[str]] = {}
    purposes.setdefault(envelope_domain(schedule), []).append("bounces")
    purposes.setdefault(schedule.sender.reply_to.rpartition("@")[2].lower(), []).append("answers of readers")
    for domain, comes in purposes.items():
        if extent.is_sample_name(domain):
            yield sample(Check.MX, domain)
        else:
            yield from judge_mx(domain, " and ".join(comes), lookups)


def look_at_ptr(schedule: Schedule, extent: Extent, lookups: Lookups) -> Iterator[Symptom]:
    """The name of the server that we hand mail to."""
    host = schedule.sending.host
    if host is None:
        yield Symptom(check=Check.PTR, level=Level.UNCHECKED, what="no mail server is named")
    elif extent.is_sample_name(host):
        yield sample(Check.PTR, host)
    else:
        addresses = _server_addresses(schedule, extent, lookups)
        if not addresses:
            what = f"{host} has no address"
            yield told(Check.PTR, Level.FAIL, what, "check `sending: host:` in schedule.yaml")
        for address in addresses[:_ADDRESSES]:
            yield from judge_ptr(host, address, lookups)


def envelope_domain(schedule: Schedule) -> str:
    """The domain of the envelope sender."""
    return (schedule.sending.bounces or schedule.sender.address).rpartition("@")[2].lower()


def _server_addresses(schedule: Schedule, extent: Extent, lookups: Lookups) -> tuple[str, ...]:
    host = schedule.sending.host
    if host is None or extent.is_sample_name(host):
        return ()
    try:
        return (str(ip_address(host.strip("[]"))),)
    except ValueError:
        return ("127.0.0.1",) if host.lower() == "localhost" else lookups.addresses(host)
