"""Fixtures of the plugin host tests."""

from tests.plugins.shelf import shelf

__all__ = ["shelf"]
