"""Readers: who they are, what they have said, and what was said of them."""
