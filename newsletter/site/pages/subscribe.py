"""/subscribe: somebody asks for the newsletter."""

from __future__ import annotations

from newsletter.model.request import RequestKind
from newsletter.site.addressform import AddressForm

_FORM = AddressForm(
    kind=RequestKind.SUBSCRIBE,
    limit="subscribe",
    path="/subscribe",
    words="live_subscribe_words",
    page=("subscribe.html", "live_subscribe_title"),
    done=("asked.html", "live_asked_title"),
)
show, take = _FORM.show, _FORM.take
