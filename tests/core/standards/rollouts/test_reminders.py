"""When a unit is reminded."""

from datetime import UTC, datetime, timedelta

import pytest

from core.standards.rollouts.policy.reminders import next_reminder

DEADLINE = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(20, 14), (14, 7), (8, 7), (7, 1), (1, -7), (0.5, -7), (0, -7), (-6, -7), (-7, -14), (-30, -35)],
)
def test_reminders_come_on_their_days_and_weekly_after_the_deadline(before: float, expected: int) -> None:
    now = DEADLINE - timedelta(days=before)
    assert next_reminder(DEADLINE, (14, 7, 1), now) == DEADLINE - timedelta(days=expected)


def test_without_a_deadline_nobody_is_reminded() -> None:
    assert next_reminder(None, (14, 7, 1), DEADLINE) is None
