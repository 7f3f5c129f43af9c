"""What a version would do to one tenant after another: a pure comparison of what holds with what would hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.standards.merging.policy import Upgrade
from core.standards.policy.content import StandardContent
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.policy.waived import Waived
from core.standards.previews.outlook import Outlook
from core.standards.previews.outset import Outset


@dataclass(slots=True, kw_only=True)
class Lookout:
    """A new version beside those that are published, looked at tenant by tenant.

    Attributes:
        new: The version as it would be published.
        instant: The instant that is looked at.
        upgrade: The way from the older versions to the new one; empty where there are none.
        seen: What is the same for all tenants on one version right below the same levels.
    """

    new: Version
    instant: datetime
    upgrade: Upgrade | None
    seen: dict[tuple[UUID, tuple[UUID, ...]], Outset] = field(
        default_factory=dict[tuple[UUID, tuple[UUID, ...]], Outset]
    )

    def outlook(
        self,
        current: Version | None,
        lineage: Sequence[UUID],
        above: Sequence[Overlay],
        own: Sequence[Overlay],
        waivers: Sequence[Waived],
    ) -> Outlook:
        """Look at one tenant.

        Args:
            current: The version it is on; empty where none holds for it.
            lineage: The tenant and all above it, root first.
            above: Overlays of the units above; the same for all tenants right below them.
            own: Its own overlays.
            waivers: Its waivers.
        """
        tenant_id = lineage[-1]
        if current is None or self.upgrade is None:
            return Outlook(tenant_id=tenant_id, merged=(), limits=())
        key = (current.id, tuple(lineage[:-1]))
        if key not in self.seen:
            self.seen[key] = Outset(self.upgrade, current, above, lineage[:-1], self.instant)
        return self.seen[key].outlook(tenant_id, own, waivers)


def as_published(*, id_: UUID, owner: UUID, content: StandardContent, hash_: str, author: UUID, span: Span) -> Version:
    """Give a version that is not published yet as if it were."""
    return Version(
        id=id_,
        overlay_id=id_,
        owner_tenant_id=owner,
        content=content,
        hash=hash_,
        author_id=author,
        approver_id=None,
        span=span,
        recorded_from=span.start,
    )
