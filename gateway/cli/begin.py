"""Where a process of the command line begins: with next to nothing, so that Ctrl-C finds it in order at any moment."""

from importlib import import_module
from typing import Any

from gateway.cli.interrupts import leave_early, put_off


def begin() -> None:
    """Import the command line and run it."""
    try:
        with put_off():
            main: Any = import_module("gateway.cli.main")
    except KeyboardInterrupt:
        leave_early()
    main.run()


if __name__ == "__main__":
    begin()
