"""What a preview finds in a tenant."""

from enum import StrEnum


class Finding(StrEnum):
    """What becomes of a tenant's adaptations, as merging names it, that a waiver stands nowhere, or limits change."""

    CLEAN = "clean"
    MERGED = "merged"
    OUT_OF_BOUNDS = "out_of_bounds"
    ORPHANED = "orphaned"
    LOCKED = "locked"
    TYPE_CHANGED = "type_changed"
    WAIVER_LOST = "waiver_lost"
    LIMITS_CHANGED = "limits_changed"
