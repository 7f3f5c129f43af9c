"""The closed lists of words that rollouts are written in; each is stored as text with a CHECK."""

from enum import StrEnum
from typing import Final


class RolloutStatus(StrEnum):
    """The life of a rollout; it is over once it is finished or superseded."""

    PLANNED = "planned"
    STARTING = "starting"
    RUNNING = "running"
    HALTED = "halted"
    FINISHED = "finished"
    SUPERSEDED = "superseded"


class WaveKind(StrEnum):
    """How it is said who is in a wave."""

    TENANTS = "tenants"
    REGIONS = "regions"
    PERCENTAGE = "percentage"
    REST = "rest"


class RolloutMode(StrEnum):
    """What the beginning of a wave does: look on, ask, or bring the version into force."""

    AUDIT = "audit"
    ADVISORY = "advisory"
    ENFORCED = "enforced"


class Phase(StrEnum):
    """Where a wave is."""

    WAITING = "waiting"
    BEGUN = "begun"
    ROLLED_BACK = "rolled_back"


class RolloutEventKind(StrEnum):
    """What whoever leads a rollout did."""

    WAVE_STARTED = "wave_started"
    GATE_PASSED = "gate_passed"
    HALTED = "halted"
    RESUMED = "resumed"
    ROLLED_BACK = "rolled_back"


class AcknowledgementStatus(StrEnum):
    """Whether a tenant has acknowledged a version."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    SETTLED = "settled"


NO_GATE: Final = "none"
MANUAL_GATE: Final = "manual"
