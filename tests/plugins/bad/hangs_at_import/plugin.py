"""Never finishes importing, until the test opens the gate."""

from .gate import GATE

GATE.wait()
