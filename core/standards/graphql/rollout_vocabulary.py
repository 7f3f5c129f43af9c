"""The closed lists of rollouts as enumerations of the schema."""

from core.kernel.graphql.enums import enumeration
from core.standards.rollouts.vocabulary import Phase, RolloutEventKind, RolloutMode, RolloutStatus, WaveKind

__all__ = ["Phase", "RolloutEventKind", "RolloutMode", "RolloutStatus", "WaveKind"]

enumeration(
    RolloutStatus,
    description="Where a rollout is in its life.",
    values={
        "PLANNED": "Its plan can be changed; publishing the version starts it.",
        "STARTING": "Units are being put into waves; nobody is in any yet.",
        "RUNNING": "Waves begin as planned or by hand.",
        "HALTED": "No wave begins, and no deadline brings the version into force.",
        "FINISHED": "The version is in force everywhere, and every deadline has passed.",
        "SUPERSEDED": "A later version holds, or it was withdrawn; waves that had begun keep their deadlines.",
    },
)
enumeration(
    WaveKind,
    description="How it is said who is in a wave.",
    values={
        "TENANTS": "Units that are named; they are left out of all other waves.",
        "REGIONS": "The units at or below some tenants, less those that are named.",
        "PERCENTAGE": "A part of all units that are neither named nor in a region of the plan.",
        "REST": "Everybody else, units provisioned later among them; always the last wave.",
    },
)
enumeration(
    RolloutMode,
    description="What the beginning of a wave does.",
    values={
        "AUDIT": "Nothing is asked; the version is in force at the deadline, or when the last wave is.",
        "ADVISORY": "Units are asked to acknowledge and may adopt; it is in force at the deadline, likewise.",
        "ENFORCED": "The version is in force at once, and units are asked to acknowledge it.",
    },
)
enumeration(
    RolloutEventKind,
    description="What whoever leads a rollout did.",
    values={
        "WAVE_STARTED": "A wave was started by hand, for the first time or again.",
        "GATE_PASSED": "The gate of a wave was found to hold.",
        "HALTED": "The rollout was halted.",
        "RESUMED": "It was resumed.",
        "ROLLED_BACK": "A wave was rolled back.",
    },
)
enumeration(
    Phase,
    name="WavePhase",
    description="Where a wave is.",
    values={
        "WAITING": "It has not begun.",
        "BEGUN": "It has begun.",
        "ROLLED_BACK": "Its units are back on the version before.",
    },
)
