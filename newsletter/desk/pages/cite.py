"""Citing another item for words that the cited ones do not hold."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.cite_item import cite_item
from newsletter.actions.kept_items import kept_items
from newsletter.desk.ask import Ask
from newsletter.desk.findings import finding_saved
from newsletter.desk.found import finding_values
from newsletter.desk.issuepath import issue_of
from newsletter.desk.looks import Checked
from newsletter.desk.office import Office
from newsletter.desk.pages.waive import GONE
from newsletter.desk.places import back_to_findings, section_address
from newsletter.model.errors import ConfigError
from newsletter.model.finding import Finding
from newsletter.store.errors import UnknownItem


def show(office: Office, ask: Ask) -> Response:
    """The issue's own items, and those that were kept and hold the words looked for."""
    found = finding_saved(office, issue_of(office.app, ask), ask.query.get("finding", ""))
    return (
        back_to_findings(office, ask, GONE) if found is None else _choice(office, ask, *found, ask.query.get("q", ""))
    )


def take(office: Office, ask: Ask) -> Response:
    """Has the words lean on the item."""
    issue, item = issue_of(office.app, ask), ask.text("item")
    found = finding_saved(office, issue, ask.text("finding"))
    if found is None:
        return back_to_findings(office, ask, GONE)
    finding, checked = found
    if not item:
        return _choice(office, ask, finding, checked, "", "Choose an item.")
    try:
        cited = cite_item(office.app, issue, finding.section or "", item, ask.me.id, finding, checked.files)
    except (ConfigError, UnknownItem) as error:
        return _choice(office, ask, finding, checked, "", str(error))
    done = f"{cited.mark} was set behind the words." if cited.mark else f"The section leans on {cited.item} now."
    said = f"{cited.item} is in items.yaml; {cited.left}." if cited.left else done
    return back_to_findings(office, ask, said)


def _choice(office: Office, ask: Ask, finding: Finding, checked: Checked, words: str, error: str = "") -> Response:
    own = {one.id for one in checked.items}
    outlets = {source.id: source.name for source in office.publication.sources}
    kept = [
        {"id": str(one.id), "title": one.entry.title, "outlet": str(outlets.get(one.entry.source, one.entry.source))}
        for one in kept_items(office.app, words)
        if str(one.id) not in own
    ]
    base = section_address(issue_of(office.app, ask), ask.parts["name"])
    values = {
        "finding": finding_values(finding, checked),
        "base": base,
        "own": [{"id": one.id, "title": one.title, "outlet": one.outlet} for one in checked.items],
        "kept": kept,
        "q": words,
        "error": error,
    }
    return office.page(ask, "cite.html", "Cite another item", values, 422 if error else 200)
