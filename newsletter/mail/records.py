"""Records that our mail depends on, judged: the DKIM key, where mail for us goes, the mail server's own name.

Source: RFC 6376 3.6.1, RFC 5321 5.1, RFC 7505; names that lead back to their address: RFC 8601 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from newsletter.mail.dkim import DkimKey, dns_record
from newsletter.mail.dns import Lookups
from newsletter.model.shape import shown
from newsletter.model.symptom import Check, Level, Symptom


def tags_in(record: str) -> dict[str, str]:
    """The tags of a record such as "v=DKIM1; k=rsa; p=..." (RFC 6376 3.2); a piece without "=" is left out.

    Names are in lower case. White space within a value stands as it was written.
    """
    pieces = (piece.partition("=") for piece in record.split(";"))
    return {name.strip().lower(): value.strip() for name, sign, value in pieces if sign}


def judge_dkim(key: DkimKey, lookups: Lookups) -> Iterator[Symptom]:
    """Whether the world can check what this key signs. Raises `DnsUnanswered`."""
    ours = dns_record(key)
    found = lookups.txt(ours.name)
    publish = f"publish what `newsletter dkim show {key.selector}` prints"
    if not found:
        what = f"there is no key at {ours.name}, so every signature of ours is worthless"
        yield _dkim(Level.FAIL, what, publish)
        return
    if len(found) > 1:
        what = f"{ours.name} has {len(found)} TXT records; receivers take any one of them (RFC 6376 3.6.2.2)"
        yield _dkim(Level.FAIL, what, "keep the one that `newsletter dkim show` prints")
        return
    tags = tags_in(found[0])
    theirs = _without_space(tags.get("p", ""))
    if not theirs:
        what = "revokes the key" if "p" in tags else f"holds no key: {shown(found[0])}"
        yield _dkim(Level.FAIL, f"the record at {ours.name} {what}", publish)
    elif theirs != tags_in(ours.value)["p"]:
        what = f"the key at {ours.name} is not the one that we sign with"
        yield _dkim(Level.FAIL, what, f"{publish}, or put the private key back that belongs to the record")
    elif (trouble := _unfit(tags)) is not None:
        yield _dkim(Level.FAIL, f"the record at {ours.name} {trouble}", publish)
    else:
        yield _dkim(Level.OK, f"the key at {ours.name} is ours")
        if "y" in tags.get("t", "").lower().split(":"):
            what = f"the record at {ours.name} says t=y, a test: receivers may treat signed mail as unsigned"
            yield _dkim(Level.WARN, what, "take t=y out once a test mail arrives with dkim=pass")


def _unfit(tags: dict[str, str]) -> str | None:
    """What in a record's other tags keeps receivers from using the key for our mail, as a clause."""
    hashes = [one.strip().lower() for one in tags.get("h", "sha256").split(":")]
    services = [one.strip().lower() for one in tags.get("s", "*").split(":")]
    if tags.get("v", "DKIM1") != "DKIM1":
        return f"is of another version, v={shown(tags['v'])}"
    if tags.get("k", "rsa").lower() != "rsa":
        return f"says k={shown(tags['k'])}, and the key is RSA"
    if "sha256" not in hashes:
        return f"forbids SHA-256, h={shown(tags['h'])}"
    if not {"*", "email"} & set(services):
        return f"is for other services than mail, s={shown(tags['s'])}"
    return None


def judge_mx(domain: str, purpose: str, lookups: Lookups) -> Iterator[Symptom]:
    """Whether mail to a domain arrives anywhere; `purpose` is what comes there: "bounces". Raises `DnsUnanswered`."""
    hosts = lookups.mx(domain)
    if "" in hosts:
        what = f"{domain} says that it takes no mail at all (a null MX, RFC 7505), and {purpose} go there"
        yield _mx(Level.FAIL, what, "publish the MX of the server that takes them, or change the address")
    elif not hosts and lookups.addresses(domain):
        # RFC 5321 5.1: the domain's own address is then taken as its MX. Some receivers refuse such senders.
        what = f"{domain} has no MX, and {purpose} go there; senders try its own address instead"
        yield _mx(Level.WARN, what, "publish an MX record: some receivers refuse mail from a domain without one")
    elif not hosts:
        what = f"nothing takes mail for {domain}: no MX and no address, and {purpose} go there"
        yield _mx(Level.FAIL, what, "publish the MX of the server that takes them, or change the address")
    elif dead := [host for host in hosts if not lookups.addresses(host)]:
        all_dead = len(dead) == len(hosts)
        what = f"the MX of {domain} names {', '.join(dead)}, which has no address; {purpose} go there"
        yield _mx(Level.FAIL if all_dead else Level.WARN, what, "correct the name, or give it an address")
    else:
        yield _mx(Level.OK, f"{purpose} go to {domain}, which {', '.join(hosts)} takes mail for")


def judge_ptr(host: str, address: str, lookups: Lookups) -> Iterator[Symptom]:
    """Whether the address of our mail server has a name that leads back to it, as receivers of its mail ask for.

    An address of this machine or of a private network says nothing: mail leaves from another. Raises `DnsUnanswered`.
    """
    ip = ip_address(address)
    if not ip.is_global:
        named = address if host == address else f"{host} ({address})"
        what = f"{named} is an address that the world does not see: mail leaves from another"
        yield _ptr(Level.UNCHECKED, what, "look up the name of that one")
        return
    names = lookups.ptr(address)
    confirmed = [name for name in names if address in map(_written, lookups.addresses(name))]
    if confirmed:
        yield _ptr(Level.OK, f"{address} is {confirmed[0]}, and {confirmed[0]} is {address}")
    elif names:
        what = f"{address} ({host}) is named {names[0]}, and that name does not lead back to it"
        yield _ptr(Level.WARN, what, "ask whoever runs the server for a name that does, if mail leaves from there")
    else:
        what = f"{address} ({host}) has no name (PTR); large receivers refuse mail from such addresses"
        yield _ptr(Level.WARN, what, "ask whoever runs the server for one, if mail leaves from there")


def _written(address: str) -> str:
    return str(ip_address(address))


def _without_space(value: str) -> str:
    return re.sub(r"\s+", "", value)


def _dkim(level: Level, what: str, todo: str = "") -> Symptom:
    return Symptom(check=Check.DKIM, level=level, what=what, todo=todo)


def _mx(level: Level, what: str, todo: str = "") -> Symptom:
    return Symptom(check=Check.MX, level=level, what=what, todo=todo)


def _ptr(level: Level, what: str, todo: str = "") -> Symptom:
    return Symptom(check=Check.PTR, level=level, what=what, todo=todo)
