"""Every check there is, in the order in which docs/checks.md tells of them."""

from __future__ import annotations

from newsletter.check import (
    accessible,
    balance,
    clients,
    contrast,
    copied,
    dates_claimed,
    figures_claimed,
    freshness,
    leftovers,
    lengths,
    links,
    mail_size,
    markup_slips,
    names_claimed,
    names_spelt,
    past_dates,
    phrases_claimed,
    quotation_length,
    repeated,
    required,
    rights,
    sourcing,
    spelling,
    typing,
    used_before,
)
from newsletter.check.inspected import Check

CHECKS: tuple[Check, ...] = tuple(
    module.CHECK
    for module in (
        required,
        lengths,
        copied,
        quotation_length,
        rights,
        sourcing,
        figures_claimed,
        dates_claimed,
        names_claimed,
        phrases_claimed,
        freshness,
        leftovers,
        past_dates,
        markup_slips,
        repeated,
        names_spelt,
        spelling,
        typing,
        accessible,
        contrast,
        clients,
        mail_size,
        links,
        used_before,
        balance,
    )
)
