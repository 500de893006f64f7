"""What the forms of people, names and sources have in common: a planned change is shown, confirmed, written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.responses import Response

from newsletter.actions.edit_list import EntryChanged, EntryRefused, Planned, carry_out
from newsletter.actions.team_mail import issue_day
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.publication.write import ChangedMeanwhile


@dataclass(frozen=True, slots=True)
class Shown:
    """How a form is shown once more: what was typed, and what is to be said beside it."""

    values: Mapping[str, str]
    errors: Mapping[str, str]  # beside the field of that name
    theirs: str | None = None  # the entry as its file has it now, where it is another one than the form was made of
    base: str | None = None  # its digest
    gone: bool = False  # somebody has taken it out
    voids: tuple[str, ...] = ()  # "Ada's approval of Friday 27 November", where saving asks for a second word
    sure: str = ""  # what the form carries to say so


class EntryText(Protocol):
    """An entry as its file has it."""

    @property
    def values(self) -> Mapping[str, str]:
        """By the names of the keys."""

    @property
    def base(self) -> str:
        """The digest of its lines."""


def plain(values: Mapping[str, str]) -> Shown:
    """A form with nothing to be said beside it."""
    return Shown(values, {})


def attempt(
    office: Office,
    ask: Ask,
    typed: Mapping[str, str],
    plan: Callable[[], Planned],
    done: Callable[[Planned], Response],
) -> Response | Shown:
    """Plans a change and writes it: the next page, or the form once more with the words beside it.

    One that changes nothing is not written, and the audit log says nothing of it. One that voids approvals is written
    only when the form says that exactly those were seen.
    """
    try:
        planned = plan()
        voids = voided(office, planned)
        if voids and ask.form.get("sure", "") != seen(voids):
            return Shown(typed, {}, voids=voids, sure=seen(voids))
        if planned.changes:
            carry_out(office.app, planned, ask.me.id)
    except EntryRefused as error:
        return Shown(typed, error.fields)
    except EntryChanged as error:
        if error.theirs is None:
            return Shown(typed, {}, gone=True)
        return Shown(typed, {}, theirs=error.theirs.text, base=error.theirs.digest)
    except ChangedMeanwhile as error:  # between the plan and the writing: once more is enough
        return Shown(typed, {"form": str(error)})
    office.look_again()
    return done(planned)


def written(
    office: Office,
    ask: Ask,
    path: str,
    typed: Mapping[str, str],
    plan: Callable[[], Planned],
    said: Callable[[Planned], str],
    again: Callable[[Shown], Response],
) -> Response:
    """The same as an answer: to the list at `path`, which says what was done, or the page that `again` makes of
    the form."""

    def done(planned: Planned) -> Response:
        return office.go(ask, path, said(planned) if planned.changes else "Nothing was changed.")

    result = attempt(office, ask, typed, plan, done)
    return again(result) if isinstance(result, Shown) else result


def one_values(ask: Ask, entry: EntryText | None, form: Shown | None, removal: Shown | None) -> dict[str, object]:
    """What templates/desk/lists.html shows of one entry; None where its file has none any more."""
    return {
        "form": form or plain(entry.values if entry else {}),
        "base": base_of(ask, form, entry.base if entry else ""),
        "fresh": entry.base if entry else "",
        "removal": removal,
    }


def base_of(ask: Ask, form: Shown | None, base: str) -> str:
    """The digest that a form carries when it is shown: the one it came with, unless the newer text is shown beside."""
    if form is None:
        return base
    return form.base or ask.text("base") or base


def voided(office: Office, planned: Planned) -> tuple[str, ...]:
    """Whose approvals would hold no longer, in words."""
    found = []
    for issue, one in planned.voids:
        member = office.member(one.who)
        found.append(f"{member.name if member else one.who}’s approval of {issue_day(issue)}")
    return tuple(dict.fromkeys(found))


def seen(voids: tuple[str, ...]) -> str:
    """What a form carries to say that these were seen."""
    return "; ".join(voids)
