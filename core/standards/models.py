"""Tables of standards: drafts of the publishing tenant, what is published to those below, adaptations, and what holds.

In bitemporal tables the only update ever made closes ``recorded_to``.
"""

from core.standards.rollouts.models import (
    Acknowledgement,
    Adoption,
    Rollout,
    RolloutAssignment,
    RolloutMember,
    RolloutStage,
    RolloutWave,
)
from core.standards.tables.adapted import Adaptation, EffectiveDocument, StandardHead
from core.standards.tables.drafts import Clause, Parameter, Standard, StandardVersion
from core.standards.tables.published import PublishedOverlay, PublishedVersion

__all__ = [
    "Acknowledgement",
    "Adaptation",
    "Adoption",
    "Clause",
    "EffectiveDocument",
    "Parameter",
    "PublishedOverlay",
    "PublishedVersion",
    "Rollout",
    "RolloutAssignment",
    "RolloutMember",
    "RolloutStage",
    "RolloutWave",
    "Standard",
    "StandardHead",
    "StandardVersion",
]
