"""Scoring what was scored before, because what it is judged or counted by has changed."""
