"""Addresses of readers: which of them mail can be sent to. Source: RFC 5321 4.1.2 and 4.5.3.1, RFC 5890, RFC 2606.

Nearly all are of a plain pattern; the others are judged by email-validator, which takes fifty times as long. Whatever
the pattern accepts, the library accepts too. Nobody's server is asked.
"""

from __future__ import annotations

import re

from newsletter.model.urls import NotAnAddress, parse_email

_LOCAL_OCTETS = 64
# Letters and digits with single dots, hyphens, plus signs or underscores between them. A domain that is no longer than
# one label may be needs no look at its labels' lengths. A doubled hyphen may be an A-label (RFC 5890 2.3.1), and the
# last labels are names that no mail can reach (RFC 6761): both are the library's to judge.
PLAIN = re.compile(
    r"(?=[^@]{1,64}@.{1,63}\Z)"
    r"[A-Za-z0-9_]+(?:[.+_-][A-Za-z0-9_]+)*"
    r"@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+"
    r"(?!(?i:arpa|invalid|local|localhost|onion)\Z)[A-Za-z]{2,}"
)


def addr_spec(text: str) -> str:
    """The address as it goes into an envelope: ASCII, as it was written, but for an international domain.

    Such a domain becomes A-labels (RFC 5891 4.4). Reserved names like example.org and .test pass: samples and tests are
    made of them. Raises `NotAnAddress`, which says why as a clause.
    """
    address = text.strip()
    return address if PLAIN.fullmatch(address) else _judged(address)


def _judged(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        raise NotAnAddress("it has no @")
    if not local or not domain:
        raise NotAnAddress("there is nothing before the @" if domain else "there is nothing behind the @")
    if not local.isascii():
        strange = next(one for one in local if not one.isascii())
        what = f"its part before the @ holds {_shown(strange)}"
        raise NotAnAddress(f"{what}, and mail to such an address reaches few servers yet (RFC 6531)")
    if len(local) > _LOCAL_OCTETS:
        raise NotAnAddress(f"its part before the @ has {len(local)} characters, and {_LOCAL_OCTETS} are allowed")
    return parse_email(f"{local}@{_domain(address, domain)}")


def _domain(address: str, domain: str) -> str:
    # Imported here: it takes as long as a command's help, and most files hold no address that needs it.
    from email_validator import EmailNotValidError, validate_email

    try:
        # `test_environment` lets .test pass, nothing else; without `strict` it counts no octets before the @.
        found = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        what = str(error).rstrip(".")
        raise NotAnAddress(f"{what[:1].lower()}{what[1:]}") from error
    return domain if domain.isascii() else found.ascii_domain


def _shown(character: str) -> str:
    return f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
