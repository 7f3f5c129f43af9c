"""The short form of every suite runs and answers what the command prints; nothing is said of times."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.bench import load
from tests.benchmarks._ground import LENT, Standing
from tests.support.cluster import Address

KEYS = {"case", "value", "unit", "against", "ratio", "goal", "met"}


@pytest.fixture(autouse=True)
def lent(address: Address, tmp_path: Path) -> Generator[None]:
    """Suites take the cluster of all tests, which has the migrated template already."""
    token = LENT.set(Standing(address.admin_url, tmp_path))
    yield
    LENT.reset(token)


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


@pytest.mark.long
async def test_the_short_form_of_execution_runs_without_peers() -> None:
    cases = await load("execution").run(quick=True)
    measured = [one for one in cases if one["unit"] != "not measured"]
    assert all(set(one) == KEYS for one in cases)
    assert all(one["value"] > 0 for one in measured if one["unit"] == "requests/s")
    for operation in (
        "page",
        "nested page",
        "dashboard, scanning",
        "dashboard, rolled up",
        "create one",
        "create 1,000",
    ):
        own = [
            one for one in measured if one["case"].startswith(f"{operation}: ") and one["against"] == "the bare floor"
        ]
        assert [one["unit"] for one in own][:3] == ["requests/s", "ms", "ms"]
    assert [one["case"] for one in cases if "PostGraphile" in one["case"]] == ["beside PostGraphile 5"]
    flat = [one for one in measured if one["goal"] == ">= 0.8"]
    assert len(flat) == 4


@pytest.mark.long
async def test_the_short_form_of_standards_runs() -> None:
    cases = await load("standards").run(quick=True)
    assert all(set(one) == KEYS and one["value"] > 0 for one in cases)
    ahead = ["s", "s", "ms/tenant", "MiB", "MiB"]
    assert [one["unit"] for one in cases] == [*ahead, *ahead, *["ms"] * 4]
    assert_cases(cases[-4:], ["ms"] * 4)
    assert len({one["case"] for one in cases}) == len(cases)
    assert all(isinstance(one["met"], bool) for one in cases if one["goal"])


@pytest.mark.long
async def test_the_short_form_of_records_runs() -> None:
    cases = await load("records").run(quick=True)
    imported = ["records/s", "us/record"] * 2 + ["us/record", "us/record", "MiB"]
    worked, listed = ["requests/s", "us/request", "us/request"] * 2, ["requests/s", "us/request"] * 4
    assert [one["unit"] for one in cases] == [*imported, *worked, *listed, "us/event", "us/event", "ms"]
    assert all(set(one) == KEYS and one["value"] >= 0 and one["against"] for one in cases)
    assert all(one["value"] > 0 and one["ratio"] > 0 for one in cases if one["unit"] in {"requests/s", "records/s"})
    assert all(isinstance(one["met"], bool) and one["ratio"] > 0 for one in cases if one["goal"])
    assert len({one["case"] for one in cases if one["unit"] != "us/event"}) == len(cases) - 2
