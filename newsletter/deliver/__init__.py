"""From an approved edition to readers, one message each."""
