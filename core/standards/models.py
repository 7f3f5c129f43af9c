"""Tables of standards: drafts of the publishing tenant, what is published to those below, adaptations, and what holds.

In bitemporal tables the only update ever made closes ``recorded_to``.
"""

from core.standards.consultation.models import Consultation, ConsultationComment, DraftComment
from core.standards.merging.models import MergeOutcomeRow
from core.standards.previews.models import Preview, PreviewFinding, PreviewLimit
from core.standards.promises.models import Promise
from core.standards.proposals.models import AdaptationProposal, AdaptationRule
from core.standards.reading.models import VersionReading
from core.standards.reviews.models import ReviewDate, StandardReview
from core.standards.rollouts.models import (
    Acknowledgement,
    Adoption,
    Rollout,
    RolloutAssignment,
    RolloutEvent,
    RolloutMember,
    RolloutStage,
    RolloutWave,
)
from core.standards.suggestions.models import Suggestion, SuggestionAnswer
from core.standards.tables.adapted import Adaptation, EffectiveDocument, StandardHead
from core.standards.tables.drafts import Clause, Parameter, Standard, StandardVersion
from core.standards.tables.published import PublishedOverlay, PublishedVersion
from core.standards.waivers.models import Waiver, WaiverEvent, WaiverRequest, WaiverRules, WaiverSpan

__all__ = [
    "Acknowledgement",
    "Adaptation",
    "AdaptationProposal",
    "AdaptationRule",
    "Adoption",
    "Clause",
    "Consultation",
    "ConsultationComment",
    "DraftComment",
    "EffectiveDocument",
    "MergeOutcomeRow",
    "Parameter",
    "Preview",
    "PreviewFinding",
    "PreviewLimit",
    "Promise",
    "PublishedOverlay",
    "PublishedVersion",
    "ReviewDate",
    "Rollout",
    "RolloutAssignment",
    "RolloutEvent",
    "RolloutMember",
    "RolloutStage",
    "RolloutWave",
    "Standard",
    "StandardHead",
    "StandardReview",
    "StandardVersion",
    "Suggestion",
    "SuggestionAnswer",
    "VersionReading",
    "Waiver",
    "WaiverEvent",
    "WaiverRequest",
    "WaiverRules",
    "WaiverSpan",
]
