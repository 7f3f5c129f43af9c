"""Imported before all else by the process that workers are forked from, so that it comes up sooner."""

from gateway.collecting import collect_seldom

collect_seldom()
