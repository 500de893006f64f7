"""How a connection to a mail server is kept private."""

from __future__ import annotations

from enum import Enum


class Tls(Enum):
    """What must be there before anything of ours goes over a connection. There is no falling back."""

    STARTTLS = "starttls"  # RFC 3207
    IMPLICIT = "implicit"  # RFC 8314 3
    NONE = "none"  # for a server on this machine
