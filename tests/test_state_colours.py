"""What became of a copy has one colour wherever it is shown: in tables, in the plot, in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from newsletter.actions.delivery_progress import Fates
from newsletter.cli.receipts import STATE_STYLES
from newsletter.desk import fates
from newsletter.model.issue import IssueId
from newsletter.model.mailing import DeliveryState, Mailing, MailingId, MailingKind, MailingState, Receipt
from newsletter.pictures.plots import TONES, Change, states_over_time
from newsletter.store.receipts import Group
from newsletter.templating import SafeHtml, Templates
from tests.colours import contrast
from tests.conftest import ROOT

NOW = datetime(2026, 11, 27, 13, tzinfo=UTC)
MAILING = Mailing(
    id=MailingId(1),
    issue=IssueId(NOW.date()),
    kind=MailingKind.ISSUE,
    key="k1",
    digest="d" * 64,
    state=MailingState.SENDING,
    due=NOW,
    expires=NOW,
    total=len(DeliveryState),
)
PAGE = """{% import "desk/parts.html" as parts with context %}{% import "desk/plots.html" as plots %}
<div class="card"><table>{% for one in rows %}<tr><th>{{ parts.dot(one.dot, one.name) }}</th></tr>{% endfor %}
{% for one in groups %}<tr><td>{{ parts.dot(one.dot, one.state) }}</td></tr>{% endfor %}</table>
{{ plots.plotted(plot, picture) }}</div>"""
COLOURS = """() => {
  const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
  const dots = [...document.querySelectorAll("table .state")].map(one =>
    [one.textContent.trim(), numbers(getComputedStyle(one.querySelector(".dot")).backgroundColor)]);
  const plot = document.querySelector("svg.plot");
  const circles = [...plot.querySelectorAll("circle + text")].map(one =>
    [one.textContent, numbers(getComputedStyle(one.previousElementSibling).fill)]);
  const curves = [...plot.querySelectorAll(".plot-line")].map(one => numbers(getComputedStyle(one).stroke));
  const card = numbers(getComputedStyle(document.querySelector(".card")).backgroundColor);
  return { dots, circles, curves, card };
}"""


@pytest.fixture
def shown(new_page: Callable[..., Page], tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Every state with a copy, in the tables and the plot of a delivery, and the colours that a browser gives them."""
    (tmp_path / "all.html").write_text(PAGE, "utf-8")
    templates = Templates((("", tmp_path), ("templates/", ROOT / "templates")))
    plot = states_over_time({state: [Change(NOW, 1)] for state in DeliveryState}, len(DeliveryState), ZoneInfo("UTC"))
    receipt = Receipt(mailing=MAILING, counts=tuple((state, 1) for state in DeliveryState), editions=())
    groups = [Group(state=state, code=None, status=None, domain="example.org", count=1, said="") for state in TONES]
    values = {
        "rows": fates.figures(receipt),
        "groups": fates.fates(Fates(came=(), groups=tuple(groups), back=(), deeds=()), ())["groups"],
        "plot": plot,
        "picture": SafeHtml(plot.svg),
    }
    style = templates.render("desk/desk.css", {}) + templates.render("desk/plots.css", {})
    body = templates.render("all.html", values)

    def colours(scheme: str) -> dict[str, Any]:
        page = new_page(viewport={"width": 900, "height": 900}, color_scheme=scheme)
        page.set_content(f"<!doctype html><title>States</title><style>{style}</style>{body}")
        found: dict[str, Any] = page.evaluate(COLOURS)
        return found

    return colours


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_state_has_one_colour_in_tables_and_plot(shown: Callable[[str], dict[str, Any]], scheme: str) -> None:
    """In light and in dark, 3 to 1 against the card it lies on (WCAG 2.2, 1.4.11); refused for good is not put off."""
    found = shown(scheme)
    plotted = dict(found["circles"])
    assert len(plotted) == len(DeliveryState)
    assert len(found["dots"]) == 2 * len(DeliveryState)
    for name, colour in found["dots"]:
        assert colour == plotted[name], name
        assert contrast(colour, found["card"]) >= 3, name
    assert found["curves"] == [colour for _, colour in found["circles"]]
    assert plotted["refused"] == plotted["expired"] != plotted["deferred"]


def test_a_terminal_has_the_same_colours() -> None:
    """As near as its own names come; what somebody has to decide on is bold."""
    names = {"ok": "green", "warn": "yellow", "bad": "red"}
    styles = {state: names[tone] for state, tone in TONES.items() if tone in names}
    assert styles | {DeliveryState.UNKNOWN: "bold red"} == STATE_STYLES
