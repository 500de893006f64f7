"""One module a verb; the only floor that joins stages."""
