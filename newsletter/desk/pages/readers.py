"""Readers: how many there are, how that went, and who they are."""

from __future__ import annotations

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from newsletter.actions.list_subscribers import list_subscribers
from newsletter.actions.reader_words import state_words
from newsletter.actions.show_growth import show_growth
from newsletter.desk.ask import Ask
from newsletter.desk.moments import cities_for, telling
from newsletter.desk.office import Office
from newsletter.model.marks import mark_of, mark_text
from newsletter.model.subscriber import SubscriberState
from newsletter.pictures.plots import Plot
from newsletter.templating import SafeHtml

_AT_ONCE = 50


def show(office: Office, ask: Ask) -> Response:
    """A page of readers, of one state, with one tag or with some words where these are asked for."""
    words, tag = ask.query.get("q", "").strip(), ask.query.get("tag", "").strip()
    state = next((one for one in SubscriberState if one.value == ask.query.get("state")), None)
    found = list_subscribers(
        office.app,
        _AT_ONCE,
        state=state,
        tag=tag or None,
        words=words or None,
        after=mark_of(ask.query.get("after", "")),
    )
    kept = {"q": words, "tag": tag, "state": state.value if state else ""}
    last = mark_text(found.listed[-1].subscriber.mark) if found.more else ""
    plot = _growth(office, ask)
    told = telling(cities_for(office.schedule, ask.me.id)[0])
    values = {
        **kept,
        "states": [("", "in any state"), *((one.value, one.value) for one in SubscriberState)],
        "counts": [(one.value, f"{number:,}") for one, number in found.counts.items()],
        "rows": [
            {
                "address": one.subscriber.address,
                "name": one.subscriber.name or "",
                "tags": ", ".join(one.subscriber.tags),
                "state": state_words(one, told),
                "story": f"/readers/story?{urlencode({'address': one.subscriber.address})}",
            }
            for one in found.listed
        ],
        "more": f"/readers?{urlencode({**kept, 'after': last})}" if last else "",
        "is_first": "after" not in ask.query,
        "plot": plot,
        "picture": SafeHtml(plot.svg),
    }
    return office.page(ask, "readers.html", "Readers", values)


def _growth(office: Office, ask: Ask) -> Plot:
    """The plot, made anew once a quarter of an hour: it reads every reader's story."""
    zone = ZoneInfo(cities_for(office.schedule, ask.me.id)[0].zone)
    quarter = int(office.now().timestamp()) // 900
    return office.growth.get((zone.key, quarter), lambda: show_growth(office.app, zone))
