"""SPF: which machines may send for a domain, as its record says. Source: RFC 7208."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError, ip_address, ip_network

from newsletter.mail.dns import Lookups
from newsletter.model.shape import shown
from newsletter.model.symptom import Check, Level, Symptom

MOST_LOOKUPS = 10  # RFC 7208 4.6.4: one more, and receivers take the whole record for an error
MOST_VOID = 2  # the same of look-ups that find nothing
MOST_HOSTS = 10  # that an `mx` may name
_ENOUGH = 40  # look-ups after which nobody needs to know how many more there are
_ASKING = ("include", "a", "mx", "ptr", "exists")  # the mechanisms that cost a look-up; so does redirect=

_DOMAIN = r"(?P<domain>[!-~]+?)"
_MECHANISMS = (
    re.compile(r"(?P<kind>all)", re.IGNORECASE),
    re.compile(rf"(?P<kind>include|exists):{_DOMAIN}", re.IGNORECASE),
    re.compile(rf"(?P<kind>a|mx)(:{_DOMAIN})?(/(?P<four>\d{{1,2}}))?(//(?P<six>\d{{1,3}}))?", re.IGNORECASE),
    re.compile(rf"(?P<kind>ptr)(:{_DOMAIN})?", re.IGNORECASE),
    re.compile(r"(?P<kind>ip4|ip6):(?P<network>[0-9A-Fa-f:./]+)", re.IGNORECASE),
)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=([!-~]*)")
_MACRO = re.compile(r"%\{[slodiphcrtvSLODIPHCRTV]\d*[rR]?[.\-+,/_=]*\}|%[%_-]")
_HOST = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{2,63}\.?")

Network = IPv4Network | IPv6Network


class Malformed(Exception):
    """A record that receivers refuse to read. The text says why, as a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One mechanism with its qualifier, or redirect=."""

    kind: str  # all, include, a, mx, ptr, ip4, ip6, exists, redirect
    qualifier: str = "+"  # + pass, ? neutral, ~ softfail, - fail
    domain: str | None = None  # None: the domain whose record it is
    network: Network | None = None  # of ip4 and ip6
    four: int = 32  # the length of the prefix that counts, for `a` and `mx`
    six: int = 128

    @property
    def follows_the_mail(self) -> bool:
        """Whether what it names depends on each mail: a macro stands in it (RFC 7208 7)."""
        return "%" in (self.domain or "")


def records_in(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those TXT records that are SPF records (RFC 7208 4.5)."""
    return tuple(one for one in texts if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 "))


def parse_spf(record: str) -> tuple[Term, ...]:
    """The terms of a record, in order; modifiers but redirect= are left out. Raises `Malformed`."""
    terms: list[Term] = []
    once: set[str] = set()
    for word in record.split(" ")[1:]:
        if not word:
            continue
        if modifier := _MODIFIER.fullmatch(word):
            name = modifier[1].lower()
            if name not in ("redirect", "exp"):
                continue
            if name in once:
                raise Malformed(f"{name}= stands in it twice")
            once.add(name)
            if name == "redirect":
                terms.append(Term(kind=name, domain=_domain(modifier[2], word)))
        else:
            terms.append(_mechanism(word))
    return tuple(terms)


def _mechanism(word: str) -> Term:
    qualifier, bare = (word[0], word[1:]) if word[0] in "+-~?" else ("+", word)
    found = next((match for one in _MECHANISMS if (match := one.fullmatch(bare))), None)
    if found is None:
        raise Malformed(f"'{shown(word)}' is no mechanism")
    parts = found.groupdict()
    kind, domain = str(parts["kind"]).lower(), parts.get("domain")
    four, six = int(parts.get("four") or 32), int(parts.get("six") or 128)
    if four > 32 or six > 128:
        raise Malformed(f"'{shown(word)}' has a prefix that is too long")
    return Term(
        kind=kind,
        qualifier=qualifier,
        domain=None if domain is None else _domain(domain, word),
        network=_network(kind, str(parts["network"]), word) if "network" in parts else None,
        four=four,
        six=six,
    )


def _domain(written: str, word: str) -> str:
    plain = _MACRO.sub("", written)
    if "%" in plain or (plain == written and not _HOST.fullmatch(written)):
        raise Malformed(f"'{shown(word)}' names no domain")
    return written.rstrip(".").lower() if plain == written else written


def _network(kind: str, written: str, word: str) -> Network:
    try:
        network = ip_network(written, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise Malformed(f"'{shown(word)}' names no network") from error
    if f"ip{network.version}" != kind:
        raise Malformed(f"'{shown(word)}' names a network of the other kind")
    return network


@dataclass(slots=True)
class _Walk:
    """A record followed to all that it refers to, as if no mail ever matched: the most that receivers have to ask."""

    lookups: Lookups
    asked: int = 0
    void: int = 0
    troubles: list[str] = field(default_factory=list)  # each makes receivers take the whole for an error
    allowed: list[Network] = field(default_factory=list)
    unlisted: bool = False  # more may be allowed, which depends on the mail
    uses_ptr: bool = False

    def follow(self, domain: str, path: tuple[str, ...], counts: bool) -> str | None:
        """Walks a domain's record; the qualifier of the `all` that it ends in. `counts`: what it allows is allowed."""
        found = records_in(self.lookups.txt(domain))
        if len(found) != 1:
            has = "no SPF record" if not found else f"{len(found)} SPF records"
            self.troubles.append(f"{path[-1]} refers to {domain}, which has {has}" if path else f"{domain} has {has}")
            return None
        try:
            terms = parse_spf(found[0])
        except Malformed as malformed:
            self.troubles.append(f"the record of {domain} cannot be read: {malformed}")
            return None
        return self._walked(terms, domain, (*path, domain), counts)

    def _walked(self, terms: tuple[Term, ...], domain: str, path: tuple[str, ...], counts: bool) -> str | None:
        for term in terms:
            if term.kind == "all":
                return term.qualifier  # what stands behind it is never looked at (RFC 7208 5.1)
            if term.kind != "redirect":
                self._term(term, domain, path, counts and term.qualifier == "+")
        redirect = next((term for term in terms if term.kind == "redirect"), None)
        if redirect is None:
            return None
        self.asked += 1
        return self._into(redirect, path, counts)

    def _into(self, term: Term, path: tuple[str, ...], counts: bool) -> str | None:
        target = str(term.domain)
        if term.follows_the_mail:
            self.unlisted = True
        elif target in path:
            self.troubles.append(f"{path[-1]} refers to {target}, which leads back to itself")
        elif self.asked <= _ENOUGH:
            return self.follow(target, path, counts)
        return None

    def _term(self, term: Term, domain: str, path: tuple[str, ...], counts: bool) -> None:
        if term.network is not None:
            self.allowed += [term.network] if counts else []
            return
        if term.kind in _ASKING:
            self.asked += 1
        if self.asked > _ENOUGH:
            return
        if term.kind == "include":
            self._into(term, path, counts)
        elif term.kind in ("ptr", "exists") or term.follows_the_mail:
            self.unlisted = True
            self.uses_ptr = self.uses_ptr or term.kind == "ptr"
        else:
            self._hosts(term, term.domain or domain, counts)

    def _hosts(self, term: Term, name: str, counts: bool) -> None:
        hosts = (name,) if term.kind == "a" else tuple(host for host in self.lookups.mx(name) if host)
        if len(hosts) > MOST_HOSTS:
            self.troubles.append(f"mx:{name} names {len(hosts)} hosts, and {MOST_HOSTS} are allowed")
        found = [address for host in hosts[:MOST_HOSTS] for address in self.lookups.addresses(host)]
        self.void += not found
        if counts:
            self.allowed += [_around(address, term) for address in found]


def _around(address: str, term: Term) -> Network:
    length = term.six if ":" in address else term.four
    return ip_network(f"{address}/{length}", strict=False)


def judge_spf(domain: str, servers: tuple[str, ...], lookups: Lookups) -> Iterator[Symptom]:
    """What receivers will make of a domain's SPF record, all that it refers to included. Raises `DnsUnanswered`.

    `servers` are the addresses of the machine that we hand mail to; none: they are not known.
    """
    found = records_in(lookups.txt(domain))
    if not found:
        what = f"{domain} has no SPF record, so receivers cannot tell our mail from a forger's"
        yield _told(Level.FAIL, what, f'publish a TXT record at {domain}, such as "v=spf1 include:PROVIDER -all"')
        return
    if len(found) > 1:
        what = f"{domain} has {len(found)} SPF records, and receivers then heed none of them (RFC 7208 4.5)"
        yield _told(Level.FAIL, what, "make one of them, with the mechanisms of all")
        return
    walk = _Walk(lookups)
    end = walk.follow(domain, (), True)
    troubles = list(_troubles(walk, domain)) + list(_endings(domain, found[0], end, walk))
    yield from troubles
    outside = [one for one in servers if not walk.unlisted and not _is_allowed(one, walk)]
    if not troubles and outside:
        what = f"the SPF record of {domain} does not allow {', '.join(outside)}, the server that we hand mail to"
        todo = "ask whoever runs it from which addresses mail leaves, and put those or their include: into the record"
        yield _told(Level.WARN, what, todo)
    if not troubles:
        allows = f", allows {', '.join(servers)}" if servers and not outside and not walk.unlisted else ""
        yield _told(Level.OK, f"{domain}: {shown(found[0])}, {walk.asked} of {MOST_LOOKUPS} look-ups{allows}")


def _is_allowed(address: str, walk: _Walk) -> bool:
    ip = ip_address(address)
    return any(ip.version == network.version and ip in network for network in walk.allowed)


def _troubles(walk: _Walk, domain: str) -> Iterator[Symptom]:
    """What makes receivers give up on the record (permerror, RFC 7208 2.6.7)."""
    for trouble in dict.fromkeys(walk.troubles):
        yield _told(Level.FAIL, f"receivers give up on SPF: {trouble}", f"mend or remove it in the record of {domain}")
    if walk.asked > MOST_LOOKUPS:
        count = f"more than {_ENOUGH}" if walk.asked > _ENOUGH else str(walk.asked)
        what = f"the SPF record of {domain} costs {count} look-ups, and receivers give up after {MOST_LOOKUPS}"
        yield _told(Level.FAIL, what, "remove what no longer sends for you, or write networks as ip4: and ip6:")
    if walk.void > MOST_VOID:
        what = f"the SPF record of {domain} names {walk.void} hosts without an address; receivers bear {MOST_VOID}"
        yield _told(Level.FAIL, what, "remove the names that are no more")


def _endings(domain: str, record: str, end: str | None, walk: _Walk) -> Iterator[Symptom]:
    if walk.troubles:
        return
    if end == "+":
        what = f"the SPF record of {domain} ends in +all: the whole world may send as you"
        yield _told(Level.FAIL, what, "end it in -all or ~all")
    elif end not in ("-", "~"):
        how = "ends in ?all" if end else "has no end"
        what = f"the SPF record of {domain} {how}, so it forbids nobody anything: {shown(record)}"
        yield _told(Level.WARN, what, "end it in -all or ~all")
    if walk.uses_ptr:
        what = f"the SPF record of {domain} uses ptr, which is slow and given up (RFC 7208 5.5)"
        yield _told(Level.WARN, what, "name the networks instead, as ip4: and ip6:")


def _told(level: Level, what: str, todo: str = "") -> Symptom:
    return Symptom(check=Check.SPF, level=level, what=what, todo=todo)
