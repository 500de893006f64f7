"""Which column of a table of readers holds what, by the names that programs and people give it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Field(Enum):
    """What a column may hold. The value is its name in our own exports."""

    EMAIL = "Email"
    NAME = "Name"
    FIRST = "First name"
    LAST = "Last name"
    LANGUAGE = "Language"
    ZONE = "Zone"
    TAGS = "Tags"
    STATE = "State"
    FORBIDDEN = "Not written to"  # why, in our own exports; empty: nothing forbids it
    ASKED = "Subscribed"
    CONFIRMED = "Confirmed"
    PAGE = "Source"


# Names as programs write them, in small letters and without whatever is no letter or digit. Mailchimp, listmonk, Ghost,
# Buttondown and Keila are among them, and what people write in the languages of a newsletter's team.
_SPELLINGS: dict[Field, tuple[str, ...]] = {
    Field.EMAIL: (
        *("email", "emailaddress", "emailadresse", "mail", "mailaddress", "subscriberemail", "emails"),
        *(
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "邮件地址",
            "邮箱地址",
            "電郵",
            "電子郵件",
            "メールアドレス",
            "correo",
            "courriel",
        ),
    ),
    Field.NAME: (
        "name",
        "fullname",
        "displayname",
        "subscribername",
        "姓名",
        "名字",
        "名称",
        "お名前",
        "nom",
        "nombre",
    ),
    Field.FIRST: ("firstname", "givenname", "fname", "first", "vorname", "prénom", "名"),
    Field.LAST: ("lastname", "surname", "familyname", "lname", "last", "nachname", "姓"),
    Field.LANGUAGE: ("language", "lang", "locale", "sprache", "langue", "idioma", "语言", "語言", "言語"),
    Field.ZONE: ("zone", "timezone", "tz", "zeitzone", "时区", "時區"),
    Field.TAGS: ("tags", "tag", "labels", "label", "groups", "segments", "标签", "標籤"),
    Field.STATE: ("state", "status", "subscriptionstatus", "subscribedtoemails", "状态", "狀態"),
    Field.FORBIDDEN: ("notwrittento",),
    Field.ASKED: (
        *("subscribed", "subscribedat", "subscriptiondate", "asked", "signup", "signupdate", "optintime", "optindate"),
        *("createdat", "creationdate", "insertedat", "dateadded", "joined", "订阅时间", "訂閱時間"),
    ),
    Field.CONFIRMED: ("confirmed", "confirmedat", "confirmtime", "consent", "consenttime", "consentat", "同意时间"),
    Field.PAGE: ("source", "signupsource", "subscriptionsource", "page", "origin", "来源", "來源"),
}
_KNOWN = {spelling: field for field, spellings in _SPELLINGS.items() for spelling in spellings}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each thing stands."""

    header: tuple[str, ...]  # as written
    at: dict[Field, int]  # from 0; only those that are there, EMAIL always
    ignored: tuple[str, ...]  # names of columns that are left aside: unknown, or a second one of the same kind


def columns(header: Sequence[str]) -> Columns | None:
    """What the columns under these names hold; None where none of them holds addresses."""
    at: dict[Field, int] = {}
    ignored = []
    for number, name in enumerate(header):
        field = _KNOWN.get(_plain(name))
        if field is None or field in at:
            ignored.append(name)
        else:
            at[field] = number
    return Columns(tuple(header), at, tuple(name for name in ignored if name.strip())) if Field.EMAIL in at else None


def _plain(name: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", name).casefold() if one.isalnum())
