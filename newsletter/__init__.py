"""The weekly newsletter of an editorial team, from the feeds they watch to the reader's inbox and the archive."""

__version__ = "0.1.0"
