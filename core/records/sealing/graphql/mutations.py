"""Mutations of the sealed log."""

from core.kernel.crypto import MasterKeys
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.sealing.graphql.types import SigningKeyType
from core.records.sealing.permissions import ROTATE_KEYS
from core.records.sealing.rotate import rotate_signing_key as rotate


@mutation(
    permission=ROTATE_KEYS,
    success=payload("RotateSigningKeySuccess", signing_key=SigningKeyType),
    description="Has the tenant's log signed by a new key from now on. The key before vouches for it and is thrown"
    " away; what it signed stays valid. Tell the new key to whoever checks the log.",
)
async def rotate_signing_key(unit: Unit, context: RequestContext) -> Refs:
    """Rotate the signing key."""
    return Refs(signing_key=await rotate(unit, context.services.get(MasterKeys)))


MUTATIONS = [rotate_signing_key]
