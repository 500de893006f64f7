"""A form that takes one address. A reader, one who has left and a stranger are answered the same, and as fast: nobody
is looked for here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from newsletter.actions.ask_on_site import ask_on_site
from newsletter.mail.addresses import addr_spec
from newsletter.model.request import RequestKind
from newsletter.model.urls import NotAnAddress
from newsletter.site.ask import Ask
from newsletter.site.forms import Filled, filled, shown_token, token_again
from newsletter.site.live import Live, later

_LONGEST = 254  # octets of an address (RFC 5321 4.5.3.1.3, without its brackets)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressForm:
    """What is asked for by an address, and the two pages of it."""

    kind: RequestKind
    limit: str  # by which networks are counted
    path: str  # where the form stands
    words: str  # the standing text beside the button: kept, as what was agreed to
    page: tuple[str, str]  # the form: its template, and its title among the standing texts
    done: tuple[str, str]  # what is shown afterwards
    more: Mapping[str, object] = field(default_factory=dict)  # values of both

    def show(self, live: Live, ask: Ask) -> Response:
        """The form."""
        return self._form(live, ask.query.get("language"), shown_token(live.ring, live.app.clock()))

    def take(self, live: Live, ask: Ask) -> Response:
        """Writes down what the owner of an address asks for, and says to look into its mailbox.

        A form that is not from this page, as that of the static home page, is shown filled in, with a button.
        """
        now, language, address = live.app.clock(), ask.form.get("language"), ask.text("address")
        how = filled(live.ring, ask, now)
        if how is Filled.BY_A_PROGRAM:
            return self.asked(live, language)
        again = token_again(live.ring, ask, now)
        try:
            address = addr_spec(address[: _LONGEST + 1])
        except NotAnAddress:
            return self._form(live, language, again, typed=address[:_LONGEST], wrong=True, status=422)
        if how is Filled.ANEW:
            return self._form(live, language, again, typed=address)
        if wait := live.wait(self.limit, ask.network):
            return later(self._form(live, language, again, typed=address, busy=True, status=429), wait)
        self.write_down(live, address, language)
        return self.asked(live, language)

    def write_down(self, live: Live, address: str, language: str | None) -> None:
        """Keeps the request, and has it seen to."""
        frame = live.look.frame(language)
        ask_on_site(
            live.app,
            self.kind,
            address,
            page=f"{live.schedule.live}{self.path}",
            words=frame[self.words].replace("{name}", live.look.site.name),
            language=frame.language,
        )
        live.wake()

    def asked(self, live: Live, language: str | None, **values: object) -> Response:
        """That a mail is on its way, if it is."""
        template, title = self.done
        return live.page(template, title, {**self.more, **values}, language=language)

    def _form(
        self,
        live: Live,
        language: str | None,
        token: str,
        *,
        typed: str = "",
        wrong: bool = False,
        busy: bool = False,
        status: int = 200,
    ) -> Response:
        values = {**self.more, "shown": token, "typed": typed, "wrong": wrong, "busy": busy}
        template, title = self.page
        return live.page(template, title, values, language=language, status=status)
