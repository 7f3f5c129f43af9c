"""Whether a file can be written, looked at before anything slow is begun."""

import os
from pathlib import Path

from gateway.cli.errors import PlaceIsNotWritable


def require_places(*files: Path | None) -> None:
    """Look whether files can be written where they are wanted; what is there is left as it is.

    Args:
        files: The files; ``None`` where none is wanted.

    Raises:
        PlaceIsNotWritable: One of them cannot.
    """
    for file in files:
        problem = "" if file is None else problem_of(file)
        if problem:
            raise PlaceIsNotWritable(file=str(file), problem=problem)


def problem_of(file: Path) -> str:
    """Say why a file cannot be written; empty where it can."""
    if file.is_dir():
        return "it is a folder"
    if not file.parent.is_dir():
        return f"there is no folder {file.parent}"
    return "" if os.access(file if file.exists() else file.parent, os.W_OK) else "this user may not"
