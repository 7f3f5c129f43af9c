"""Answers of different servers are compared by what they say, and differ where they say something else."""

import base64
import json
from typing import Any

from tests.benchmarks._execution.operations import comparable, operations

ROW = "01a1fb67-1800-7003-983d-646fd133f320"
PAGE, NESTED, SCANNING, _, CREATE, CREATE_MANY = operations(site=False)


def ours(**changed: Any) -> dict[str, Any]:
    record = {
        "id": base64.urlsafe_b64encode(f"Record:{ROW}".encode()).decode().rstrip("="),
        "status": "OPEN",
        "openedAt": "2026-11-21T00:00:00.000000Z",
        "stepCount": 3,
    }
    return {"records": {"nodes": [record | changed]}}


def theirs(**changed: Any) -> dict[str, Any]:
    record = {
        "id": base64.b64encode(json.dumps(["Record", "a tenant", ROW]).encode()).decode(),
        "status": "open",
        "openedAt": "2026-11-21T01:00:00+01:00",
        "stepCount": 3,
    }
    return PAGE.reads_postgraphile({"allRecords": {"nodes": [record | changed]}})


def test_the_same_row_is_the_same_in_the_words_of_both() -> None:
    assert comparable(PAGE, theirs()) == comparable(PAGE, ours())


def test_another_value_or_row_is_seen() -> None:
    for changed in ({"stepCount": 4}, {"status": "resolved"}, {"openedAt": "2026-11-21T00:00:01Z"}, {"id": "WyJ4Il0"}):
        assert comparable(PAGE, theirs(**changed)) != comparable(PAGE, ours())


def test_figures_are_read_from_strings_and_under_their_columns_names() -> None:
    whole = {"records": "7", "withinEffective": "5", "median": 12.5}
    figures = {"records": 7, "withinEffectiveLimit": 5}
    expected = {"qualityDashboard": {"whole": {"figures": figures, "medianResolutionSeconds": 12.5}}}
    assert SCANNING.reads_postgraphile({"peersDashboardScan": whole}) == expected


def test_what_differs_with_each_creation_is_left_out_and_nothing_else() -> None:
    def opened(name: str, channel: str = "phone") -> Any:
        record = {"id": ours()["records"]["nodes"][0]["id"], "externalId": name, "openedAt": "2026-11-21T00:00:00Z"}
        return comparable(CREATE, {"openRecord": {"record": {**record, "channel": channel}}})

    assert opened("one") == opened("another")
    assert opened("one") != opened("one", channel="web_chat")
