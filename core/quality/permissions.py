"""What one may do with scores and figures."""

from core.kernel.permissions import permission

READ_QUALITY = permission("quality.read", "See the scores and figures of one's own tenant.")
READ_NETWORK_QUALITY = permission(
    "quality.read_network", "See the figures of every tenant below one's own, beside the standard."
)
SCORE = permission("quality.score", "Have records scored again.")
