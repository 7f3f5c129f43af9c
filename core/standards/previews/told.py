"""Tell what a preview found, and whether it is still true."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.models import Preview
from core.standards.permissions import PREVIEW_STANDARDS
from core.standards.previews.repository import counted, preview_of, tenants_changed
from core.standards.repository.drafts import version_by_id


@frozen(kw_only=True)
class PreviewTold:
    """A preview as it stands.

    Attributes:
        preview: The preview.
        counts: Tenants and places by what was found.
        version_changed: Whether the version was changed since.
        tenants_changed: In how many tenants adaptations or waivers were changed since.
    """

    preview: Preview
    counts: Sequence[Any]
    version_changed: bool
    tenants_changed: int

    @property
    def stale(self) -> bool:
        """Tell whether it may not be true any more."""
        return self.version_changed or self.tenants_changed > 0


async def tell_preview(unit: Unit, version_id: UUID) -> PreviewTold | None:
    """Tell what the preview of a version found; the unit reads the network, so that changes in it are seen.

    Raises:
        NotPermitted: The actor may not preview.
    """
    unit.scope.require(PREVIEW_STANDARDS)
    preview = await preview_of(unit, version_id)
    version = await version_by_id(unit, version_id)
    if preview is None or version is None:
        return None
    return PreviewTold(
        preview=preview,
        counts=await counted(unit, preview),
        version_changed=version.hash != preview.version_hash,
        tenants_changed=await tenants_changed(unit, preview.code, preview.known_from),
    )
