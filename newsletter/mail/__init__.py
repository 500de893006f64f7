"""Mail protocols. `mime` is the only code that writes a message by hand."""
