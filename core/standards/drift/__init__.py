"""Drift: every value in the network that differs from what was published."""
