"""One's own account: the password, and the browsers one is signed in with."""

from __future__ import annotations

import re
from datetime import datetime

from starlette.responses import Response

from newsletter.actions import sessions
from newsletter.actions.passwords import NewPassword, PasswordRefused, change_password, has_password
from newsletter.actions.team_mail import day_and_time
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office, later
from newsletter.desk.pages.sign_in import sentence, too_often, wait_of_name
from newsletter.model.session import Session
from newsletter.publication.calendar import in_cities

# What a browser says of itself names those it wants to be taken for as well: the first that is found here is the one.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome"}
_BROWSERS |= {"Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "an iPhone", "iPad": "an iPad", "Mac OS X": "a Mac"}
_SYSTEMS |= {"CrOS": "ChromeOS", "Linux": "Linux"}


def show(office: Office, ask: Ask) -> Response:
    """The account as it is."""
    return _page(office, ask)


def take_password(office: Office, ask: Ask) -> Response:
    """Changes the password; every other browser is signed out."""
    me = ask.me
    if seconds := wait_of_name(office, ask, me.id):
        return later(_page(office, ask, {"current": too_often(seconds)}), seconds)
    new = NewPassword(ask.form.get("password", ""), ask.form.get("again", ""))
    try:
        ended = change_password(office.app, office.schedule, me.member, me.session, ask.form.get("current", ""), new)
    except PasswordRefused as error:
        return _page(office, ask, {error.field: sentence(error)}, 422)
    return office.go(ask, "/account", f"Your password is set.{_ended(ended)}")


def take_end(office: Office, ask: Ask) -> Response:
    """Signs one of one's other browsers out."""
    there = sessions.end_one(office.app, ask.me.id, ask.text("session"))
    return office.go(
        ask, "/account", "That browser is signed out." if there else "That browser was signed out already."
    )


def take_end_others(office: Office, ask: Ask) -> Response:
    """Signs all other browsers out."""
    ended = sessions.end_others(office.app, ask.me.id, ask.me.session)
    return office.go(ask, "/account", _ended(ended).strip() or "No other browser was signed in.")


def browser_words(told: str) -> str:
    """A browser as people call it, "Firefox on a Mac", by what it says of itself; that itself where it says nothing
    known."""
    browser = next((name for mark, name in _BROWSERS.items() if re.search(rf"\b{mark}/", told)), None)
    system = next((name for mark, name in _SYSTEMS.items() if mark in told), None)
    if browser is None:
        return told or "a browser that does not say what it is"
    return f"{browser} on {system}" if system else browser


def time_of(office: Office, ask: Ask, moment: datetime) -> str:
    """A moment on the clock of the city of who asks."""
    return day_and_time(dict(in_cities(moment, office.schedule.cities))[ask.me.member.city])


def _ended(count: int) -> str:
    if not count:
        return ""
    return " One other browser was signed out." if count == 1 else f" {count} other browsers were signed out."


def _page(office: Office, ask: Ask, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    me = ask.me
    values = {
        "errors": errors or {},
        "address": me.member.address,
        "city": me.member.city,
        "has_password": has_password(office.app, me.member),
        "sessions": [_shown(office, ask, one) for one in sessions.of_member(office.app, me.id)],
    }
    return office.page(ask, "account.html", "Your account", values, status)


def _shown(office: Office, ask: Ask, session: Session) -> dict[str, object]:
    return {
        "name": session.name,
        "is_this": session.digest == ask.me.session,
        "browser": browser_words(session.visit.browser),
        "network": session.visit.network,
        "began": time_of(office, ask, session.began),
        "seen": time_of(office, ask, session.seen),
    }
