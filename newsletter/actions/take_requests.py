"""Take requests: what visitors have asked for on live pages is seen to, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.ask_access import ask_access
from newsletter.actions.ask_confirmation import ask_confirmation
from newsletter.actions.home import home_store
from newsletter.actions.sign_up import sign_up
from newsletter.model.errors import NewsletterError
from newsletter.model.request import Request, RequestKind
from newsletter.store import requests
from newsletter.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Taken:
    """What a round came to."""

    done: int  # requests that were seen to, and forgotten
    trouble: str | None  # why others were not, in words; they wait for the next round


def take_requests(app: App, stop: Callable[[], bool] = lambda: False) -> Taken:
    """Sees to every request that waits, the oldest first; each is forgotten once what it asks for is on disk.

    What is asked for one address several times in a round is done once. One that is killed in between sees to it again,
    which changes nothing: who asks twice a day gets one mail. One that cannot be seen to, as where a template is
    broken, waits and keeps nobody else back. Raises `NotAtHome`, `StoreError`.
    """
    done, trouble, seen_to = 0, None, set()
    with home_store(app, "readers sign up") as store:
        for request in requests.waiting(store):
            if stop():
                break
            this = request.kind, request.address.lower()
            if this not in seen_to and (why := _trouble(app, request)):
                trouble = why
                continue
            seen_to.add(this)
            requests.drop(store, request)
            done += 1
    return Taken(done, trouble)


def _trouble(app: App, request: Request) -> str | None:
    """Sees to one; why that was not possible, in words. Raises `StoreError`, which is about all of them."""
    try:
        _SEEN_TO[request.kind](app, request)
    except StoreError:
        raise
    except NewsletterError as error:
        return str(error)
    return None


def _subscribe(app: App, request: Request) -> None:
    asked = sign_up(app, request.address, page=request.page, words=request.words, language=request.language)
    ask_confirmation(app, asked)


def _access(app: App, request: Request) -> None:
    ask_access(app, request.address)


_SEEN_TO: dict[RequestKind, Callable[[App, Request], None]] = {
    RequestKind.SUBSCRIBE: _subscribe,
    RequestKind.ACCESS: _access,
}
