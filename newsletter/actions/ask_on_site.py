"""Ask on the site: what a visitor of a live page wants is written down, whoever they are, and seen to afterwards."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.readers import spelt
from newsletter.model.errors import NewsletterError
from newsletter.model.request import Request, RequestKind
from newsletter.store import requests

MOST = 10_000  # requests that may wait: many networks together fill no disk


class TooMuchAsked(NewsletterError):
    """So many requests wait that no more are taken for now."""

    def __init__(self) -> None:
        super().__init__(f"{MOST:,} requests of visitors wait to be seen to; look why none is, in the log of `serve`")


def ask_on_site(app: App, kind: RequestKind, address: str, *, page: str, words: str, language: str | None) -> Request:
    """The request, on disk. `take_requests` sees to it.

    Looks at no reader, so that neither the answer nor the time it takes tells whether the address is one. Raises
    `ConfigError` for what is no address, `TooMuchAsked`, `NotAtHome`, `StoreError`.
    """
    request = Request(
        number=0, kind=kind, address=spelt(address), language=language, page=page, words=words, asked=app.clock()
    )
    with home_store(app, "readers sign up") as store:
        kept = requests.keep(store, request, MOST)
    if kept is None:
        raise TooMuchAsked
    return kept
