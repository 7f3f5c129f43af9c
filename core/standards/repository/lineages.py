"""Which units above a transaction may read the published overlays of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from core.kernel.unit import Unit
from core.kernel.walls import join_ids


async def set_lineage(unit: Unit, lineage: Sequence[UUID]) -> None:
    """Set, until the end of the transaction, whose published overlays it sees; the tenant it is walled to stays."""
    await unit.session.execute(text("SELECT touchstone_set_local('app.lineage', :ids)"), {"ids": join_ids(lineage)})
