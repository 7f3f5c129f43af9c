from datetime import UTC, datetime
from pathlib import Path
from tomllib import loads
from typing import Any
from uuid import uuid4

import pytest
import touchstone_sdk
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from touchstone_sdk import (
    MAX_BATCH,
    MAX_MEASURED,
    RecordScored,
    RecordView,
    Score,
    ScoringBatch,
    StepView,
    freeze_json,
    thaw_json,
)

from tests.plugins.builders import OPENED, a_process, a_record, a_standard

SHELF = Path(__file__).parents[3] / "plugins"


def a_score(**changes: Any) -> Score:
    fields: dict[str, Any] = {"dimension": "time", "basis_points": 1, "reason": "late", "message": "Late."}
    return Score(**{**fields, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"basis_points": -1},
        {"basis_points": 10_001},
        {"basis_points": 1.0},
        {"basis_points": True},
        {"basis_points": "1"},
        {"reason": "Not a code"},
        {"dimension": ""},
        {"message": ""},
        {"measured": {"seconds": 1.5}},
        {"measured": {"nested": {"a": 1}}},
        {"measured": {"nested": [1]}},
        {"measured": {"text": "x" * 201}},
        {"measured": {f"n{number}": 1 for number in range(MAX_MEASURED + 1)}},
        {"measured": {1: 1}},
        {"unknown": 1},
    ],
)
def test_a_score_that_is_not_as_agreed_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_score(**changes)


def test_values_cannot_be_changed_nor_what_they_hold() -> None:
    score = a_score(measured={"seconds": 1})
    with pytest.raises(ValidationError):
        score.basis_points = 2  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        score.measured["seconds"] = 2  # pyright: ignore[reportIndexIssue]


def test_what_a_value_was_made_of_can_be_changed_without_changing_the_value() -> None:
    given_parameters: dict[str, Any] = {"a.b": {"deep": [1, 2]}}
    standard = a_standard(given_parameters)
    given_parameters["a.b"]["deep"].append(3)
    assert standard.parameters["a.b"] == {"deep": (1, 2)}


def test_errors_never_repeat_what_was_given() -> None:
    with pytest.raises(ValidationError) as caught:
        a_score(reason="Jane Doe", message="x" * 500)
    assert "Jane" not in str(caught.value)
    assert "xxx" not in str(caught.value)


def test_instants_without_zone_are_refused() -> None:
    with pytest.raises(ValidationError):
        StepView(key="accepted", status="", occurred_at=datetime(2026, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), {1, 2}, object(), b"x", {1: "a"}, datetime(2026, 1, 1, tzinfo=UTC)]
)
def test_what_is_not_json_without_floats_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        freeze_json(value)
    with pytest.raises(ValueError):
        freeze_json({"a": [value]})


def test_json_that_nests_without_end_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="deeper"):
        freeze_json(loop)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_freezing_keeps_what_json_says(value: object) -> None:
    assert thaw_json(freeze_json(value)) == value


def test_a_batch_prints_as_json_and_reads_back_equal() -> None:
    record = a_record(("accepted", 0), ("completed", 60.5), resolved=60.5)
    standard = a_standard({"resolution.limit": 60, "tags": ["a"]}, a_process(("accepted", 1, True)))
    batch = ScoringBatch(effective=standard, records=(record,), config={"weights": {"order": 2}})
    assert ScoringBatch.model_validate_json(batch.model_dump_json()) == batch


def test_a_batch_holds_each_record_once_and_not_too_many() -> None:
    record = a_record()
    with pytest.raises(ValidationError, match="twice"):
        ScoringBatch(effective=a_standard(), records=(record, record))
    many = tuple(a_record() for _ in range(MAX_BATCH + 1))
    with pytest.raises(ValidationError):
        ScoringBatch(effective=a_standard(), records=many)
    assert len(ScoringBatch(effective=a_standard(), records=many[1:]).records) == MAX_BATCH


def test_steps_of_a_process_and_processes_of_a_standard_have_different_keys() -> None:
    with pytest.raises(ValidationError, match="twice"):
        a_process(("accepted", 1, True), ("accepted", 2, True))
    with pytest.raises(ValidationError, match="twice"):
        a_standard({}, a_process(("accepted", 1, True)), a_process(("queued", 1, True)))


@pytest.mark.parametrize(("resolved", "closed", "is_open"), [(None, None, True), (1, None, False), (None, 1, False)])
def test_a_record_is_open_until_it_is_resolved_or_closed(resolved: int, closed: int, is_open: bool) -> None:
    assert a_record(resolved=resolved, closed=closed).is_open is is_open


def test_a_forged_score_inside_a_result_is_unmasked() -> None:
    lie = Score.model_construct(dimension="time", basis_points=99_999, reason="late", message="m", measured={})
    with pytest.raises(ValidationError):
        RecordScored(record_id=uuid4(), scores=(lie,))


def test_views_have_no_room_for_more_than_is_declared() -> None:
    with pytest.raises(ValidationError):
        RecordView(id=uuid4(), standard_code="x", opened_at=OPENED, customer="Jane")  # pyright: ignore[reportCallIssue]


def test_the_public_surface_is_what_the_docstring_lists() -> None:
    documented = touchstone_sdk.__doc__ or ""
    exported = set(touchstone_sdk.__all__)
    assert all(hasattr(touchstone_sdk, name) for name in exported)
    assert {name for name in exported if name not in documented} == {"ScoreBatch", "MAX_MEASURED"}


def test_the_sdk_states_the_version_of_its_distribution() -> None:
    project = loads((SHELF / "sdk" / "pyproject.toml").read_text())["project"]
    assert project["version"] == touchstone_sdk.SDK_VERSION
