"""Fixtures of the plugin tests."""

from tests.plugins.shelf import shelf

__all__ = ["shelf"]
