"""The web archive: pages from what was sent."""
