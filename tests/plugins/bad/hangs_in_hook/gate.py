"""Closed until the test opens it."""

from threading import Event

GATE = Event()
