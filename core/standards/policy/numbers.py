"""Version numbers: three whole numbers, compared as such."""

import re

NUMBER_FORM = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})", re.ASCII)


def parse_number(number: str) -> tuple[int, int, int]:
    """Read a semantic version number such as ``1.10.0``.

    Raises:
        ValueError: It is not three whole numbers joined by dots.
    """
    shape = NUMBER_FORM.fullmatch(number)
    if shape is None:
        raise ValueError("a version number such as 1.0.0 is expected")
    major, minor, patch = (int(part) for part in shape.groups())
    return major, minor, patch
