"""Queries of evidence."""

from datetime import timedelta
from typing import Any

import strawberry

from core.kernel.errors import NotFound
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.queries import query_field
from core.kernel.unit import Unit
from core.records.evidence.graphql.types import EvidenceLink, RecordEvidenceType
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.links import EvidenceGrant, written_link
from core.records.evidence.repository import find_piece
from core.records.permissions import READ_EVIDENCE


@query_field(
    permission=READ_EVIDENCE,
    description="Gives an address at which a browser fetches a file that is evidence, for some minutes and without a"
    " token. Each time it is fetched that is put on record, in your name.",
    arguments={"id": "The piece of evidence."},
)
async def evidence_link(unit: Unit, context: RequestContext, id: strawberry.ID) -> EvidenceLink:
    """Give a link."""
    evidence_id = local_id(RecordEvidenceType, id)
    if await find_piece(unit, evidence_id) is None:
        raise NotFound(kind="evidence", key=id)
    until = (unit.now + timedelta(seconds=context.services.get(EvidenceSettings).link_s)).replace(microsecond=0)
    grant = EvidenceGrant(
        network_id=unit.network_id,
        tenant_id=unit.tenant_id,
        evidence_id=evidence_id,
        actor=unit.scope.actor,
        until=until,
    )
    link = written_link(context.settings.cursor_key.get_secret_value(), grant)
    made: Any = EvidenceLink
    return made(url=f"{context.settings.public_url.rstrip('/')}/evidence-links/{link}", expires_at=until)


QUERIES = [evidence_link]
