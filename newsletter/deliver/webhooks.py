"""A message as each kind of webhook wants it: pure. Slack, Teams, ntfy, or any program that reads JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.deliver.alarms import Message, News

_SLACK = 30_000  # characters; a message may have 40,000
_TEAMS = 16_000  # octets of text; a whole message may have 28 KB
_NTFY = 3_900  # octets; a longer text arrives as a file
_TITLE = 200  # characters
_CUT = "\n[cut: `newsletter alarms` shows the whole]"


@dataclass(frozen=True, slots=True)
class Parcel:
    """The body of a request to a webhook, and the fields before it."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


def for_slack(message: Message) -> Parcel:
    """A message of an incoming webhook of Slack: its text, in which only three characters mean something."""
    sign = ":rotating_light:" if message.urgent else ":white_check_mark:"
    text = f"{sign} *{_slack(message.subject)}*\n{_slack(message.text)}"
    return _json({"text": _cut(text, _SLACK, len)})


def for_teams(message: Message) -> Parcel:
    """A message of a workflow or an incoming webhook of Teams: an adaptive card.

    Its text is in runs, which are shown as they are: in a TextBlock, Markdown of a mail server's words would be read.
    """
    title = {"type": "TextRun", "text": message.subject, "weight": "Bolder", "size": "Medium"}
    if message.urgent:
        title["color"] = "Attention"
    lines = _cut(message.text, _TEAMS, _octets).split("\n\n")
    body = [{"type": "RichTextBlock", "inlines": [title]}]
    body += [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": part}]} for part in lines]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "Full"},
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return _json({"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]})


def for_ntfy(message: Message) -> Parcel:
    """A message to a topic of ntfy: the text is the body, the rest stands in header fields.

    What is new wakes people (5), what lasts is high (4), an end is usual (3).
    """
    news = {item.news for item in message.items}
    priority = "5" if News.NEW in news else "4" if News.LASTS in news else "3"
    headers = (
        ("Title", _encoded(message.subject[:_TITLE])),
        ("Priority", priority),
        ("Tags", "rotating_light" if message.urgent else "white_check_mark"),
        ("Content-Type", "text/plain; charset=utf-8"),
    )
    return Parcel(_cut(message.text, _NTFY, _octets).encode(), headers)


def for_programs(message: Message) -> Parcel:
    """For any program: everything, by name."""
    alarms = [
        {
            "key": item.alarm.concern.key,
            "news": item.news.value,
            "subject": item.alarm.concern.subject,
            "text": item.alarm.concern.text,
            "since": item.alarm.since.isoformat(),
            "ended": item.alarm.ended and item.alarm.ended.isoformat(),
        }
        for item in message.items
    ]
    whole = {"publication": message.publication, "subject": message.subject, "text": message.text}
    return _json({**whole, "urgent": message.urgent, "alarms": alarms})


def _encoded(text: str) -> str:
    """Fit for a header field, which holds ASCII: else one encoded word (RFC 2047 section 2), which ntfy reads."""
    if text.isascii() and text.isprintable() and "=?" not in text:
        return text
    return f"=?UTF-8?B?{base64.b64encode(text.encode(errors='replace')).decode('ascii')}?="


def _json(value: object) -> Parcel:
    text = json.dumps(value, ensure_ascii=False)  # in UTF-8 (RFC 8259 8.1), a third of the octets of an escape
    return Parcel(text.encode(errors="replace"), (("Content-Type", "application/json"),))


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, most: int, size: Callable[[str], int]) -> str:
    """The text, cut between two characters where it is too long, and told to be."""
    if size(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle] + _CUT) <= most else (low, middle - 1)
    return text[:low] + _CUT


def _octets(text: str) -> int:
    return len(text.encode(errors="replace"))
