"""Frozen types, errors and pure rules; imports nothing of ours. Every other room may import it."""
