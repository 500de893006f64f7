"""Reading what comes back: which copy a mail is about, and what it says of its reader. Others keep it."""

from __future__ import annotations

from newsletter.deliver.returned.consequence import consequence
from newsletter.deliver.returned.reading import recognise

__all__ = ["consequence", "recognise"]
