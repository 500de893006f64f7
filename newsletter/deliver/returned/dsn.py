"""Delivery status notifications. Source: RFC 3464, RFC 6533."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.deliver.returned import notice, reasons, words
from newsletter.deliver.returned.parts import Fields, Part, blocks_of
from newsletter.model.returned import Nature, Report

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_MOST = 100  # recipients of one notification
_TYPE = re.compile(r"\s*[\w.-]{1,40}\s*;\s*")  # "smtp;", "rfc822;": what stands before a value of RFC 3464 2.1.2
_NOT_FAILED = ("delivered", "relayed", "expanded")


def status_parts(mail: Part) -> tuple[Part, ...]:
    """The parts of a mail that are delivery status notifications. One in an enclosed message is none of this mail's.

    Gateways that know the type not send the fields as plain text.
    """
    leaves = tuple(mail.leaves())
    return tuple(leaf for leaf in leaves if leaf.kind in STATUS_PARTS) or tuple(
        leaf for leaf in leaves[1:] if leaf.kind.startswith(("text/", "application/")) and _is_status(leaf)
    )


def reports(mail: Part) -> tuple[Report, ...]:
    """A report for each recipient that a notification speaks of; none where the mail is no notification."""
    said = notice.notice_of(mail)
    blocks = (block for part in status_parts(mail) for block in blocks_of(part.body) if _is_recipient(block))
    return tuple(_report(block, said) for block, _ in zip(blocks, range(_MOST), strict=False))


def _is_status(leaf: Part) -> bool:
    return any("final-recipient" in block and "action" in block for block in blocks_of(leaf.body[:20_000]))


def _is_recipient(block: Fields) -> bool:
    return "final-recipient" in block or "original-recipient" in block or "action" in block


def _report(block: Fields, said: str) -> Report:
    address = _address(block)
    diagnostic = _TYPE.sub("", block.first("diagnostic-code"), count=1)
    written = re.search(r"[245]\.\d{1,3}\.\d{1,3}", block.first("status"))
    status = written[0] if written else None
    told = diagnostic or notice.about(address, said)
    if reasons.is_generic(status):
        status = reasons.status_of(told) or status
    return Report(
        nature=_nature(block.first("action"), status, told),
        address=address,
        status=status,
        said=words.said(told),
        how="DSN",
    )


def _nature(action: str, status: str | None, told: str) -> Nature:
    """By the action; servers write it in capitals, with a remark behind it, or not at all."""
    does = action.strip().lower()
    if does.startswith(_NOT_FAILED) or (not does and (status or "").startswith("2")):
        return Nature.OTHER
    if does.startswith("delay") or (not does and (status or "").startswith("4")):
        return Nature.DELAYED
    return reasons.reason(status, told)


def _address(block: Fields) -> str | None:
    """The address that we wrote to, where it is named, else the one that it had become."""
    found = (words.address_in(_plain(block.first(name))) for name in ("original-recipient", "final-recipient"))
    return next(filter(None, found), None)


def _plain(value: str) -> str:
    """An address without its type, and without xtext (RFC 3461 4) as far as we write it."""
    return _TYPE.sub("", value, count=1).replace("+2B", "+").replace("+3D", "=")


def envelope_ids(mail: Part) -> Iterator[str]:
    """What the notification gives back of ENVID (RFC 3464 2.2.1)."""
    for part in status_parts(mail):
        for block in blocks_of(part.body):
            yield from block.all("original-envelope-id")
