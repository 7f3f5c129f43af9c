"""Scores service records against the time limits and the process of the standard that held for them."""
