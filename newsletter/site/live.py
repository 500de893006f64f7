"""What the live pages share: made once, when the server starts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from math import ceil

from starlette.responses import HTMLResponse, Response

from newsletter.actions.app import App
from newsletter.actions.keys import made_key_ring
from newsletter.actions.live_look import LiveLook, live_look, live_signature
from newsletter.actions.look_at_link import Links
from newsletter.model.errors import ContentError
from newsletter.publication.schedule import Schedule
from newsletter.serving.limits import Buckets, Rate
from newsletter.serving.visitors import Network
from newsletter.site.pump import Pump

# What one network may do. A mailbox provider's machines that press "unsubscribe" for their users are never counted.
RATES = {
    "subscribe": Rate(burst=20, every=30.0),
    "access": Rate(burst=10, every=60.0),
    "answer": Rate(burst=10, every=60.0),
}
_LOOK_EVERY = 1.0  # seconds between two looks whether a file has changed


class Live:
    """The live pages of one publication."""

    def __init__(
        self,
        app: App,
        *,
        behind: Sequence[Network] = (),
        pump: Pump | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.ring = made_key_ring(app)
        self.links = Links(app)
        self.behind = tuple(behind)  # the proxies that are believed
        self.pump = pump  # None: another process sees to what is asked for
        self.ticks = ticks  # seconds of a clock that never goes back
        self._buckets = {name: Buckets(rate) for name, rate in RATES.items()}
        self._counting, self._looking = threading.Lock(), threading.Lock()
        self._signature = live_signature(app)  # before the look: what changes in between is seen the next time
        self._look, self._looked = live_look(app), ticks()

    @property
    def look(self) -> LiveLook:
        """The look of the files as they stand, a second ago at most; where they have mistakes now, as they stood."""
        with self._looking:
            if not 0 <= self.ticks() - self._looked < _LOOK_EVERY:
                self._looked = self.ticks()
                if (signature := live_signature(self.app)) != self._signature:
                    try:
                        self._look = live_look(self.app)
                    except ContentError:  # whoever saves it half-way saves it again; `check-files` tells them
                        pass
                    else:
                        self._signature = signature
            return self._look

    def close(self) -> None:
        """Lets go of what it holds open."""
        self.links.close()

    @property
    def schedule(self) -> Schedule:
        return self.look.schedule

    def wake(self) -> None:
        """Says that there is something new to see to."""
        if self.pump is not None:
            self.pump.wake()

    def wait(self, what: str, network: str) -> float:
        """0 where this network may do that now, and then it counts; else the seconds it has to wait."""
        with self._counting:
            return self._buckets[what].take(network, self.ticks())

    def page(
        self, template: str, title: str, values: Mapping[str, object], *, language: str | None = None, status: int = 200
    ) -> HTMLResponse:
        """A live page in the frame of the site. `title` is a key of the standing texts, `language` is the reader's.

        Raises `ContentError` for a template that is written wrong.
        """
        look = self.look
        common = look.values(language)
        frame: dict[str, str] = common["t"]  # type: ignore[assignment]
        html = look.templates.render(
            f"live/{template}", {**common, "title": frame[title].replace("{name}", look.site.name), **values}
        )
        return HTMLResponse(html, status)


def later(response: Response, seconds: float) -> Response:
    """The answer for a network that has to wait (RFC 6585 4)."""
    response.headers["Retry-After"] = str(ceil(seconds))
    return response
