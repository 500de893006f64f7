"""Check: what an issue has wrong, copied or unsourced, told with the way out. Pure."""
