"""Tell a person's own rows what became of a membership."""

from core.kernel.unit import Unit
from tenants.networks.set_up import own_tenant
from tenants.people.models import Membership, MembershipStatus, PersonTenant


async def news_of(unit: Unit, membership: Membership) -> PersonTenant:
    """Say of a membership what the person's own rows keep of it."""
    tenant = await own_tenant(unit)
    return PersonTenant(
        person_id=membership.person_id,
        tenant_id=membership.tenant_id,
        network_id=membership.network_id,
        tenant_key=tenant.key,
        tenant_name=tenant.name,
        active=membership.status == MembershipStatus.ACTIVE.value,
        version=membership.version,
    )
