"""The short form of every suite runs and answers what the command prints; nothing is said of times."""

from typing import Any

import pytest

from gateway.cli.bench import load

KEYS = {"case", "value", "unit", "against", "ratio", "goal", "met"}


def assert_cases(cases: list[dict[str, Any]], units: list[str]) -> None:
    """Every case is whole: a positive figure beside a floor that took time too."""
    assert [one["unit"] for one in cases] == units
    for one in cases:
        assert set(one) == KEYS
        assert one["value"] > 0
        assert one["ratio"] > 0
        assert one["against"]
        assert one["goal"]
        assert isinstance(one["met"], bool)


@pytest.mark.long
async def test_the_short_form_of_the_spine_runs() -> None:
    assert_cases(await load("spine").run(quick=True), ["records/s", "us/record", "ms", "MiB"])
