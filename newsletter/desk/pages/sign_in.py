"""Signing in with a password or by a link, asking for a link, and signing out."""

from __future__ import annotations

import logging
import re
from math import ceil

from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from newsletter.actions import sessions
from newsletter.actions.passwords import NewPassword, PasswordRefused
from newsletter.actions.sign_in import SignInRefused, sign_in, sign_in_by_link, whom_link_is_for
from newsletter.actions.sign_in_links import LinkOver, mail_link_now
from newsletter.desk import cookies
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office, later
from newsletter.model.errors import NewsletterError
from newsletter.model.session import LONGEST, Visit, digest_of
from newsletter.publication.schedule import Member

ON_ITS_WAY = "If this is one of the team's names, a link is on its way. It works for 15 minutes, once."
_NO_ADDRESS = (
    "No link can be mailed: schedule.yaml does not say where the desk is reached. Whoever runs it writes `desk:` "
    "there, or makes a link for you with `newsletter desk --link` and your name."
)
# A path of ours as a browser reads one (WHATWG URL 4.4): "//" and "/\" lead to another host, and it drops tabs and line
# ends before it looks, so that nothing stands here but what is printed in ASCII.
_OWN = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1999}")
_LOG = logging.getLogger(__name__)


def own_path(path: str) -> str:
    """The page to go to after signing in: one of ours with GET, or Today for anything else that an address may say."""
    return path if _OWN.fullmatch(path) and not path.startswith(("/sign-", "/first/")) else "/"


def begun(office: Office, ask: Ask, secret: str, path: str = "/") -> Response:
    """To a page, with a session that has just begun; one that the same browser had ends."""
    if ask.who is not None:
        sessions.end(office.app, ask.who.session)
    response = RedirectResponse(path, 303)
    cookies.drop(response, cookies.FORM, secure=ask.secure)
    cookies.keep(response, cookies.SESSION, secret, secure=ask.secure, lasting=LONGEST)
    return response


def visit_of(ask: Ask) -> Visit:
    """Where a request comes from."""
    return Visit(ask.browser, ask.network)


def show(office: Office, ask: Ask) -> Response:
    """The form; who is signed in already goes where they wanted to."""
    path = own_path(ask.query.get("next", "/"))
    return _form(office, ask, path=path) if ask.who is None else RedirectResponse(path, 303)


def take(office: Office, ask: Ask) -> Response:
    """Signs in with a password. Tries are counted for the name, known or not, and for the network."""
    name, path = ask.text("name"), own_path(ask.form.get("next", "/"))
    if seconds := office.wait("sign-in network", ask.network) or wait_of_name(office, ask, name):
        return later(_form(office, ask, name, path, too_often(seconds)), seconds)
    try:
        secret = sign_in(office.app, office.schedule, name, ask.form.get("password", ""), visit_of(ask))
    except SignInRefused as error:
        return _form(office, ask, name, path, str(error), status=422)
    return begun(office, ask, secret, path)


def take_link(office: Office, ask: Ask) -> Response:
    """Mails a link once the answer has left, which is the same for every name, and takes no longer for any."""
    name, base = ask.text("name"), office.schedule.desk
    if base is None:
        return _form(office, ask, name, problem=_NO_ADDRESS, status=422)
    if seconds := office.wait("link network", ask.network):
        return later(_form(office, ask, name, problem=too_often(seconds)), seconds)
    response = office.go(ask, "/sign-in", ON_ITS_WAY)
    response.background = BackgroundTask(_mail, office, name, base)
    return response


def show_link(office: Office, ask: Ask) -> Response:
    """A button, which signs in: programs that read mail follow links, and press none."""
    try:
        member = whom_link_is_for(office.app, office.schedule, ask.parts["secret"])
    except LinkOver as error:
        return _form(office, ask, problem=sentence(error), status=410)
    return _by_link(office, ask, member)


def take_by_link(office: Office, ask: Ask) -> Response:
    """Signs in by the link, with a new password where one was typed."""
    new = NewPassword(ask.form.get("password", ""), ask.form.get("again", ""))
    wanted = new if new.text or new.again else None
    try:
        secret = sign_in_by_link(office.app, office.schedule, ask.parts["secret"], visit_of(ask), wanted)
    except LinkOver as error:
        return _form(office, ask, problem=sentence(error), status=410)
    except PasswordRefused as error:
        member = whom_link_is_for(office.app, office.schedule, ask.parts["secret"])
        return _by_link(office, ask, member, error)
    return begun(office, ask, secret)


def take_out(office: Office, ask: Ask) -> Response:
    """Signs out."""
    sessions.end(office.app, ask.me.session)
    response = RedirectResponse("/sign-in", 303)
    cookies.drop(response, cookies.SESSION, secure=ask.secure)
    return response


def wait_of_name(office: Office, ask: Ask, name: str) -> float:
    """0 where this name may be tried now, whoever has it or not, and then it counts; else the seconds to wait.

    Counted within a network, so that whoever tries somebody's name elsewhere does not keep them out; and from anywhere,
    against whoever has many networks.
    """
    key = digest_of(name.casefold())
    return office.wait("sign-in name", f"{key} {ask.network}") or office.wait("sign-in name anywhere", key)


def too_often(seconds: float) -> str:
    """The words for who has to wait."""
    wait = ceil(seconds)
    return f"There were too many tries. Wait {wait} second{'' if wait == 1 else 's'}, or use a link that signs you in."


def sentence(error: NewsletterError) -> str:
    """The words of an error as a page says them."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _mail(office: Office, name: str, base: str) -> None:
    try:
        mail_link_now(office.app, name, base)
    except NewsletterError as error:
        _LOG.error("a link to sign in could not be mailed: %s", error)


def _form(
    office: Office, ask: Ask, name: str = "", path: str = "/", problem: str = "", *, status: int = 200
) -> Response:
    values = {"name": name, "next": path, "problem": problem, "mails": office.schedule.desk is not None}
    return office.page(ask, "sign_in.html", "Sign in", values, status)


def _by_link(office: Office, ask: Ask, member: Member, refused: PasswordRefused | None = None) -> Response:
    errors = {refused.field: sentence(refused)} if refused else {}
    values = {"name": member.name, "member": member.id, "errors": errors, "path": f"/sign-in/{ask.parts['secret']}"}
    return office.page(ask, "sign_in_link.html", "Sign in", values, 422 if refused else 200)
