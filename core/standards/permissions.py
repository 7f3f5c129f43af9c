"""What an actor may do with standards."""

from core.kernel.permissions import permission

READ_STANDARDS = permission("standards.read", "Read the standards that hold in one's tenant, and why each value holds.")
DRAFT_STANDARDS = permission("standards.draft", "Write drafts of standards and hand them in for approval.")
COMMENT_STANDARDS = permission("standards.comment", "Comment on drafts that a level above lays before one's tenant.")
APPROVE_STANDARDS = permission("standards.approve", "Approve a standard's version that somebody else wrote.")
PUBLISH_STANDARDS = permission("standards.publish", "Publish an approved version to every unit below.")
PROPOSE_ADAPTATIONS = permission(
    "standards.propose_adaptations", "Propose adaptations of what a standard leaves flexible for somebody to approve."
)
RULE_ADAPTATIONS = permission(
    "standards.rule_adaptations", "Decide for one's tenant whether every adaptation takes two persons."
)
ADAPT_STANDARDS = permission("standards.adapt", "Adapt for one's tenant what a standard leaves flexible.")
PROMISE_STANDARDS = permission(
    "standards.promise", "Promise one's customers what a standard delivers, and end such a promise."
)
REVIEW_STANDARDS = permission("standards.review", "Record that a standard was looked at again, and what came of it.")
READ_READERS = permission("standards.read_statistics", "See how many people of one's tenant have read a version.")
OVERSEE_STANDARDS = permission(
    "standards.read_network",
    "See what holds in one's tenant and all below it and why, where it differs, and how standards are read.",
)
ASK_WAIVERS = permission(
    "standards.ask_waivers", "Ask levels above to let one's tenant deviate for a while from what they have set."
)
GRANT_WAIVERS = permission(
    "standards.grant_waivers", "Grant, reject and revoke what units below ask to deviate from what one's tenant set."
)
RULE_WAIVERS = permission(
    "standards.rule_waivers", "Decide for the network how long waivers last and how often they are renewed."
)
OFFER_SUGGESTIONS = permission("standards.offer_suggestions", "Offer adaptations of standards to the units below.")
ROLL_OUT_STANDARDS = permission("standards.roll_out", "Plan how a version reaches the units below, and lead its waves.")
ADOPT_STANDARDS = permission(
    "standards.adopt", "Acknowledge a version for one's tenant, or adopt it ahead of its wave."
)
PREVIEW_STANDARDS = permission(
    "standards.preview", "Look ahead what a version would do to every tenant below before it is published."
)
