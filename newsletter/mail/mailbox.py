"""Newsletters that arrive by mail: where they are read. What is in a mail is for others to say."""

from __future__ import annotations

from newsletter.mail.arrived import Arrived, MailboxError
from newsletter.mail.imap import read_imap
from newsletter.mail.maildir_in import read_maildir

__all__ = ["Arrived", "MailboxError", "read_imap", "read_maildir"]
