"""Who is qualified for a step, as far as roles tell: whoever has the role that owns it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlmodel import col, select

from core.kernel.unit import Unit
from core.records.conformance.qualification import Performed
from tenants.accounts.models import AccountStatus, ServiceAccount
from tenants.people.models import Membership, MembershipStatus
from tenants.people.repository import known_roles


class QualifiedByRole:
    """Answers for :class:`core.records.conformance.qualification.Qualifications` from memberships and accounts.

    Nobody can lack a role that the network does not have: such a key names a place in the process alone. Of whoever is
    no member and no account of the tenant nothing is known.
    """

    async def unqualified(self, unit: Unit, performed: Collection[Performed]) -> Collection[Performed]:
        """Give those steps whose performer lacks the role that owns them."""
        known = await known_roles(unit.session, unit.network_id)
        asked = [one for one in performed if one.role in known]
        if not asked:
            return ()
        held = await roles_of(unit, {one.performer_id for one in asked})
        return [one for one in asked if one.performer_id in held and one.role not in held[one.performer_id]]


async def roles_of(unit: Unit, ids: Collection[UUID]) -> Mapping[UUID, Collection[str]]:
    """Give the roles of members and service accounts of the tenant, by their ids."""
    persons = select(col(Membership.person_id), col(Membership.roles)).where(
        col(Membership.tenant_id) == unit.tenant_id,
        col(Membership.person_id).in_(ids),
        col(Membership.status) == MembershipStatus.ACTIVE.value,
    )
    accounts = select(col(ServiceAccount.id), col(ServiceAccount.roles)).where(
        col(ServiceAccount.tenant_id) == unit.tenant_id,
        col(ServiceAccount.id).in_(ids),
        col(ServiceAccount.status) == AccountStatus.ACTIVE.value,
    )
    rows = [row for one in (persons, accounts) for row in (await unit.session.execute(one)).all()]
    return {id_: frozenset(roles) for id_, roles in rows}
