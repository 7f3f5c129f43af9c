"""A demonstration that is interrupted while its servers come up says so, and leaves nothing behind."""

import signal
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from touchstone_runtime.folder_lock import holder_of
from touchstone_runtime.throwaway import throwaway_folder

from gateway.cli.interrupts import GOES_ON
from tests.end_to_end.interrupting import demo


@pytest.fixture
def home() -> Generator[Path]:
    with throwaway_folder() as folder:
        yield folder


@pytest.mark.parametrize("told_to", [signal.SIGINT, signal.SIGTERM])
def test_it_says_so_while_its_servers_come_up(told_to: signal.Signals, home: Path) -> None:
    with demo(home) as process:
        while not (home / "postgres" / "data.new").exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(told_to)
        said, _ = process.communicate(timeout=60)
    assert process.returncode in {-told_to, 128 + told_to}, said
    assert said.strip() == GOES_ON
    assert [holder_of(home / name) for name in ("postgres", "valkey")] == [None, None]
