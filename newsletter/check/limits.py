"""How large a mail may be: what checks hold it against and the preview shows."""

from __future__ import annotations

WARN_OCTETS = 85_000  # of the mail's HTML, decoded
LIMIT_OCTETS = 100_000  # Gmail cuts a mail off a little above, at 102 kB, and hides the rest behind a link
