"""Executing a record: what may happen to it next is decided by pure rules, and what happens is told as events."""
