"""The ways by which people are told of an alarm; one that hangs holds no other back."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue

from newsletter import __version__
from newsletter.actions.app import App
from newsletter.actions.concerns.kinds import without_addresses
from newsletter.actions.concerns.view import in_each_city
from newsletter.deliver.alarms import Message
from newsletter.deliver.carrier import Carrier
from newsletter.deliver.webhooks import for_ntfy, for_programs, for_slack, for_teams
from newsletter.deliver.work import Smtp
from newsletter.deliver.worker import connecting
from newsletter.fetch.answer import Limits as WebLimits
from newsletter.mail.dot import fit
from newsletter.mail.notice import Sheet, compose
from newsletter.mail.smtp_opening import Limits, Server
from newsletter.model import secrets
from newsletter.model.alarm import Way
from newsletter.model.answer import Answer, Envelope
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.tls import Tls
from newsletter.publication.running import AlarmMail, WebhookKind
from newsletter.publication.schedule import City, Role, Schedule
from newsletter.text import plain

PATIENCE = 25.0  # seconds for all ways together; within a minute there is the next try
_SMTP = Limits(connect=8, greeting=8, command=8, data=8, block=8, dot=15, quit=2)
WEB = WebLimits(seconds=15, connect=8)
_PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}  # RFC 6409 3.1, RFC 8314 7.3, RFC 5321 4.5.4.2
_PARCELS = {
    WebhookKind.SLACK: for_slack,
    WebhookKind.TEAMS: for_teams,
    WebhookKind.NTFY: for_ntfy,
    WebhookKind.JSON: for_programs,
}


class NotTold(NewsletterError):
    """A way that carried nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Whom an alarm is for and how it gets there; without any secret, those stand in the environment."""

    publication: str
    sender: tuple[str, str]  # name and address
    reply_to: str
    people: tuple[str, ...]  # addresses
    cities: tuple[City, ...]
    mail: AlarmMail | None
    webhook: WebhookKind | None

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways there are, in the order of the enum."""
        there = {
            Way.NOTICE: bool(self.people),
            Way.MAIL: bool(self.mail and self.people),
            Way.WEBHOOK: bool(self.webhook),
        }
        return tuple(way for way in Way if there[way])

    def times(self, moment: datetime) -> str:
        """A moment on the clock of each city."""
        return in_each_city(moment, self.cities)


def ways_of(schedule: Schedule) -> Ways:
    """The ways that schedule.yaml names. For whom: `alarms: to:`, else operators, else all of the team, else whoever
    gets the answers to the newsletter: somebody is always told."""
    team = schedule.team
    named = [member for member in team if member.id in schedule.alarms.to]
    operators = [member for member in team if Role.OPERATOR in member.roles]
    people = tuple(member.address for member in named or operators or team) or (schedule.sender.reply_to,)
    return Ways(
        publication=schedule.name,
        sender=(schedule.sender.name, schedule.sender.address),
        reply_to=schedule.sender.reply_to,
        people=tuple(dict.fromkeys(people)),
        cities=schedule.cities,
        mail=schedule.alarms.mail,
        webhook=schedule.alarms.webhook,
    )


def tell(app: App, ways: Ways, messages: Mapping[Way, Message], patience: float = PATIENCE) -> dict[Way, str | None]:
    """Carries each message by its way, all at the same time; None where it was taken, else why not, in words.

    For MAIL and WEBHOOK: notices are kept in the database. One that hangs holds no other back, and is left behind after
    `patience` seconds. No word names an address.
    """
    came: SimpleQueue[tuple[Way, str | None]] = SimpleQueue()
    for way, message in messages.items():
        arguments = (app, ways, way, message, came)
        threading.Thread(target=_carry, args=arguments, name=f"alarm by {way.value}", daemon=True).start()
    outcomes: dict[Way, str | None] = {}
    try:
        while len(outcomes) < len(messages):
            way, trouble = came.get(timeout=patience)
            outcomes[way] = trouble
    except Empty:
        pass
    return {way: outcomes.get(way, f"not done within {patience:g} seconds") for way in messages}


def _carry(app: App, ways: Ways, way: Way, message: Message, came: SimpleQueue[tuple[Way, str | None]]) -> None:
    try:
        (_by_mail if way is Way.MAIL else _by_webhook)(app, ways, message)
        came.put((way, None))
    except NewsletterError as error:
        came.put((way, without_addresses(str(error))))
    except Exception as error:  # the top of a thread: the other ways go on, and it is told which one is broken
        came.put((way, f"a fault of the program: {type(error).__name__}"))


def _by_webhook(app: App, ways: Ways, message: Message) -> None:
    from newsletter.fetch.post import Call, hand_over  # an HTTP client, where there is something to carry

    address = app.secrets.get(secrets.ALARM_WEBHOOK)
    if ways.webhook is None or not address:
        what = f"`alarms: webhook:` in schedule.yaml wants an address, and {secrets.ALARM_WEBHOOK} is not set"
        raise ConfigError(secrets.ALARM_WEBHOOK, f"{what}; set it in the environment or in .env")
    parcel = _PARCELS[ways.webhook](message)
    hand_over(Call(url=address, body=parcel.body, headers=parcel.headers), WEB, agent())


def agent() -> str:
    """Who we say we are."""
    return f"newsletter/{__version__}"


def _by_mail(app: App, ways: Ways, message: Message) -> None:
    """To everybody by the second server; somebody has it when this returns. Raises `NotTold` where nobody has."""
    mail, now = ways.mail, app.clock()
    if mail is None:
        raise NotTold("`alarms: mail:` in schedule.yaml names no second mail server")
    sender = mail.sender or ways.sender[1]
    answers: list[Answer] = []
    with Carrier(connecting(Smtp(_server(app, mail, sender), _SMTP))) as carrier:
        for address in ways.people:
            content = fit(compose(_sheet(ways, message, sender, address, now)))
            answers.append(carrier.carry(Envelope("", address, content.size), content))
    if not any(answer.positive for answer in answers):
        raise NotTold(f"{mail.host} took none of {len(answers)}: {answers[0]}")


def _server(app: App, mail: AlarmMail, sender: str) -> Server:
    password = app.secrets.get(secrets.ALARM_SMTP_PASSWORD) if mail.user is not None else None
    if mail.user is not None and not password:
        what = f"{mail.host} is to be logged in to, and {secrets.ALARM_SMTP_PASSWORD} is not set"
        raise ConfigError(secrets.ALARM_SMTP_PASSWORD, f"{what}; set it in the environment or in .env")
    machine = socket.gethostname()
    name = machine if "." in machine.strip(".") and machine.isascii() else sender.rpartition("@")[2]
    port = mail.port or _PORTS[mail.tls]
    return Server(host=mail.host, port=port, privacy=mail.tls, name=name, user=mail.user, password=password)


def _sheet(ways: Ways, message: Message, sender: str, address: str, now: datetime) -> Sheet:
    return Sheet(
        sender_name=ways.sender[0],
        sender_address=sender,
        reply_to=ways.reply_to,
        address=address,
        subject=message.subject,
        text=plain.reflow(message.text),
        date=now,
        message_id=_message_id(message, address, sender, now),
    )


def _message_id(message: Message, address: str, sender: str, now: datetime) -> str:
    """The same for the same words to the same person: told twice, as after a crash, it is one mail to many programs."""
    told = "\0".join(
        (message.subject, *(f"{item.alarm.number} {item.alarm.since} {item.news}" for item in message.items))
    )
    digest = hashlib.sha256("\0".join((told, address)).encode()).hexdigest()[:24]
    return f"<alarm.{now:%Y%m%d}.{digest}@{sender.rpartition('@')[2]}>"
