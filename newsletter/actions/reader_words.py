"""Readers and imports in words, as every shell shows them."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.actions.import_subscribers import DryRun
from newsletter.actions.list_subscribers import Known, Listed
from newsletter.model.telling import IN_UTC, Telling
from newsletter.store.importing import Effect


def about(run: DryRun, telling: Telling = IN_UTC) -> Iterator[str]:
    """What is to be known of the file before its figures are believed; days in the words of `telling`."""
    how = run.manner
    taken = ", ".join(f"{field.value} from '{how.columns.header[at]}'" for field, at in how.columns.at.items())
    yield f"{run.path.name}: {taken}."
    if how.columns.ignored:
        yield f"  left aside: {', '.join(how.columns.ignored)}"
    if how.told:
        yield f"  {how.told}"
    if run.before is not None:
        came = run.before
        yield f"  exactly this file came in before, as import {came.number} on {telling.day(came.at)}, by {came.who}"


def effect_lines(effect: Effect) -> Iterator[tuple[int, str]]:
    """What an import does, or has done: how many rows, and what becomes of them."""
    yield effect.new, "new readers"
    yield effect.filled, "are there and get facts that were missing"
    yield effect.unchanged, "are there and stay as they are"
    for reason, number in effect.kept_out.items():
        yield number, f"kept out: {reason}"


def state_words(one: Listed, told: Telling = IN_UTC) -> str:
    """What a reader has said last, and why they are not written to."""
    state, until = one.subscriber.state.value, one.subscriber.until
    away = f" until {told.day(until)}" if until else ""
    forbidden = "; not written to: " + ", ".join(reason.value for reason in one.forbidding) if one.forbidding else ""
    return f"{state}{away}{forbidden}"


def facts(known: Known, told: Telling = IN_UTC) -> Iterator[tuple[str, str]]:
    """All that is kept about an address: what it is, and its value."""
    reader = known.subscriber
    if reader is not None:
        consent = reader.consent
        values = {
            "address": reader.address,
            "name": reader.name,
            "language": reader.language,
            "zone": reader.zone,
            "tags": ", ".join(reader.tags),
            "state": f"{reader.state.value}{f' until {told.minute(reader.until)}' if reader.until else ''}",
            "known since": told.minute(reader.added),
            "asked": consent.asked and told.minute(consent.asked),
            "confirmed": consent.confirmed and told.minute(consent.confirmed),
            "asked at": consent.page,
            "agreed to": consent.words,
        }
        yield from ((name, value) for name, value in values.items() if value)
    if known.brought is not None:
        came = known.brought
        yield "came with", f"import {came.number} of {came.file} on {told.day(came.at)}, by {came.who}: {came.basis}"
    for one in known.suppressions:
        end = f" to {told.day(one.lifted)}, {one.lifted_by}" if one.lifted else ""
        note = f" ({one.note})" if one.note else ""
        yield "not written to", f"{one.reason.value}, from {told.day(one.since)}{end}{note}"
