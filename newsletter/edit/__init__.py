"""From files to a draft."""
