"""The cookies of the desk: what a browser keeps, and how it is told to keep it."""

from __future__ import annotations

from datetime import timedelta

from starlette.datastructures import Headers
from starlette.responses import Response

SESSION = "session"  # what proves who asks
FORM = "form"  # before signing in: what binds a form to the browser that it was shown in
SAID = "said"  # what one page says on the next
_SHORT = timedelta(minutes=1)


def name_of(name: str, secure: bool) -> str:
    """What a cookie is called. Over https a browser takes it from this very host alone (RFC 6265bis 4.1.3.2)."""
    return f"__Host-{name}" if secure else name


def value_of(headers: Headers, name: str, secure: bool) -> str:
    """What the browser has kept; "" for nothing.

    A name is compared to the octet. Starlette takes away whatever Python calls a space, 0x85 and 0xA0 among it, and so
    reads a cookie that another host of the same site may set as the one that only we may.
    """
    wanted = f"{name_of(name, secure)}="
    crumbs = (one.strip(" \t") for one in ";".join(headers.getlist("cookie")).split(";"))
    return next((one.removeprefix(wanted) for one in crumbs if one.startswith(wanted)), "")


def keep(response: Response, name: str, value: str, *, secure: bool, lasting: timedelta | None = None) -> None:
    """Has the browser keep it: out of reach of any script, not sent along from other sites' forms (RFC 6265bis 5.6.7).

    `lasting`: None until the browser is closed.
    """
    response.set_cookie(
        name_of(name, secure),
        value,
        max_age=int(lasting.total_seconds()) if lasting else None,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def say(response: Response, value: str, *, secure: bool) -> None:
    """Keeps for a moment what the next page has to say."""
    keep(response, SAID, value, secure=secure, lasting=_SHORT)


def drop(response: Response, name: str, *, secure: bool) -> None:
    """Has the browser forget it."""
    response.delete_cookie(name_of(name, secure), path="/", secure=secure, httponly=True, samesite="lax")
