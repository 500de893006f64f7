"""A new source: by its address, where its feed is found, or filled in by hand for a kind that has none."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from newsletter.actions.add_source import look_at
from newsletter.actions.edit_list import Planned
from newsletter.actions.edit_source import DECLARED, plan_source
from newsletter.desk import sources_view as view
from newsletter.desk.ask import Ask
from newsletter.desk.listforms import Shown, attempt, plain
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError
from newsletter.model.source import RightsPolicy, SourceKind

_USUAL = RightsPolicy.SUMMARISE.value
_KINDS = frozenset(kind for kind, _ in view.KINDS)


def show(office: Office, ask: Ask) -> Response:
    """The address, or the fields of the kind that was chosen."""
    kind = ask.query.get("kind", "")
    return _page(office, ask, plain({"kind": kind if kind in _KINDS else "", "rights": _USUAL}))


def take_look(office: Office, ask: Ask) -> Response:
    """What there is at an address. Nothing is written."""
    address = ask.text("address")
    if not address:
        return _page(office, ask, Shown({}, {"address": "Write the address of a site, or of its feed."}))
    try:
        looked = look_at(office.app, address)
    except ConfigError as error:
        return _page(office, ask, Shown({"address": address}, {"address": f"{error}."}))
    offers = [view.offer(at, one) for at, one in enumerate(looked.found, 1)]
    good = [one for one in offers if not one["failure"]]
    if not good:
        failed = [*looked.failures, *(f"{one['url']}: {one['failure']}" for one in offers)]
        words = " ".join((f"Nothing at {looked.address} can be gathered.", *failed[:3]))
        return _page(office, ask, Shown({"address": address}, {"address": words}))
    form = plain({"address": address, "chosen": str(good[0]["number"]), "rights": _USUAL})
    return _page(office, ask, form, {"offers": offers, "failures": looked.failures})


def take(office: Office, ask: Ask) -> Response:
    """One source more, as it was found at an address or filled in by hand."""
    typed = {name: ask.text(name) for name in DECLARED.shown({})}
    if chosen := ask.text("chosen"):  # what was found goes along with each offer
        typed |= {name: ask.text(f"{name}-{chosen}") for name in ("kind", "url", "language")}
        typed["name"] = typed["name"] or ask.text(f"name-{chosen}")

    def done(planned: Planned) -> Response:
        words = f"{typed['name']} was added; it is gathered with the next round, or now."
        return office.go(ask, f"/sources/{planned.name}", words)

    result = attempt(office, ask, typed, partial(plan_source, office.app, typed), done)
    return _page(office, ask, result) if isinstance(result, Shown) else result


def _page(office: Office, ask: Ask, form: Shown, found: dict[str, object] | None = None) -> Response:
    kind = form.values.get("kind", "")
    values = {
        "form": form,
        "kinds": view.KINDS,
        "rights": view.RIGHTS,
        "kind": kind,
        "asked": DECLARED.fields_of(SourceKind(kind)) if kind in _KINDS else (),
        "offers": (),
        "failures": (),
        **(found or {}),
    }
    return office.page(ask, "new_source.html", "Add a source", values, 422 if form.errors else 200)
