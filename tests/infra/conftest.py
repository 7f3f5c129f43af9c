"""Fixtures of the embedded servers' tests: each test has a folder, and servers, of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from touchstone_runtime.throwaway import throwaway_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account a server drops to can reach; it goes away with all servers' data."""
    with throwaway_folder() as given:
        yield given
