"""Raises while it is imported, with a text that must not travel."""

raise RuntimeError("secret 4711")
