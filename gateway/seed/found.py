"""Found the seed network by the use cases everybody else comes by; done again it adds what is missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.kernel.frozen import frozen
from core.kernel.idle import run_until_idle
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.standards.adapt import adapt
from core.standards.errors import BoundExceeded
from core.standards.policy.variants import checked_context, selector_text
from core.standards.repository.adaptations import adaptations_of
from core.standards.resolve import Resolution, effective_standard
from core.standards.vocabulary import aspect_of
from gateway.cli.operator import Operator
from gateway.demo.cast import Part, take_part
from gateway.seed.plan import RefusedWish, SeedPlan, TenantPlan, Wish
from gateway.seed.publish import act, publish_document
from gateway.seed.serve import has_said, offered, published
from tenants.networks.create import CreateNetwork, create_network, founding_scope, network_id_of, system_scope
from tenants.networks.models import TenantKind
from tenants.networks.provision import ProvisionTenant, provision_tenant

ROLES = {TenantKind.REGION.value: "regional_manager", TenantKind.FRANCHISEE.value: "franchise_owner"}
"""Who adapts in a tenant of each kind."""


@frozen(kw_only=True)
class Seeded:
    """What came of it.

    Attributes:
        changes: How many tenants, standards, adaptations, services and offers were added.
        refusals: What wishes that go too far were refused with, in the order of the plan.
        standing: What holds, by the tenant's key and the standard's code.
        tenant_ids: Ids of the tenants by key.
    """

    changes: int
    refusals: Sequence[BoundExceeded]
    standing: Mapping[tuple[str, str], Resolution]
    tenant_ids: Mapping[str, Any]


async def seed(at: Operator, plan: SeedPlan) -> Seeded:
    """Found the network, publish its standards and services, let tenants adapt and offer them, see one refused."""
    headquarters = await founded(at, plan)
    changes = sum([await provisioned(at, headquarters, plan, one) for one in plan.tenants])
    await settled(at, headquarters)
    editor, administrator = [
        (await take_part(at, headquarters, one)).scope
        for one in (
            Part(subject="seed-editor", title="headquarters editor", role="standards_editor"),
            Part(subject="seed-administrator", title="headquarters administrator", role="headquarters_administrator"),
        )
    ]
    for document in plan.documents():
        changes += await publish_document(at, editor, administrator, document, plan.founded_at)
    await settled(at, headquarters)
    people = {one.key: await manager(at, headquarters, one) for one in plan.tenants}
    changes += sum([await adapted(at, people[one.tenant], one, plan.founded_at) for one in plan.adaptations])
    await settled(at, headquarters)
    catalogue, ids = plan.served(), {key: scope.tenant_id for key, scope in people.items()}
    changes += sum([await published(at, administrator, one, ids) for one in catalogue.services])
    changes += sum([await offered(at, people[one.tenant], one) for one in catalogue.offers])
    await settled(at, headquarters)
    refusals = [await refused(at, people[one.tenant], one, plan.founded_at) for one in plan.refused]
    scopes = {plan.headquarters.key: headquarters, **people}
    return Seeded(
        changes=changes,
        refusals=refusals,
        standing=await standing(at, scopes, plan),
        tenant_ids={key: scope.tenant_id for key, scope in scopes.items()},
    )


async def seeded_before(at: Operator, plan: SeedPlan) -> Seeded | None:
    """Give what an earlier run has founded, by reading alone; nothing where it did not come to its end."""
    if await at.directory.network(network_id_of(plan.network)) is None:
        return None
    headquarters = await at.headquarters(plan.network)
    scopes = {plan.headquarters.key: headquarters}
    for one in plan.tenants:
        tenant = await at.directory.tenant_by_key(headquarters.network_id, one.key)
        if tenant is None:
            return None
        lineage = await at.directory.lineage(headquarters.network_id, tenant.id, at.clock.now())
        scopes[one.key] = system_scope(headquarters, tuple(lineage))
    last = plan.adaptations[-1]
    said = plan.served().offers[-1]
    if not (await act(at, scopes[last.tenant], taken, last) and await act(at, scopes[said.tenant], has_said, said)):
        return None
    return Seeded(
        changes=0,
        refusals=[await refused(at, scopes[one.tenant], one, plan.founded_at) for one in plan.refused],
        standing=await standing(at, scopes, plan),
        tenant_ids={key: scope.tenant_id for key, scope in scopes.items()},
    )


async def founded(at: Operator, plan: SeedPlan) -> Scope:
    """Found the network, or find it."""
    if await at.directory.network(network_id_of(plan.network)) is None:
        command = CreateNetwork(
            key=plan.network,
            name=plan.name,
            headquarters_key=plan.headquarters.key,
            locale=plan.headquarters.locale,
            time_zone=plan.headquarters.time_zone,
            currency=plan.headquarters.currency,
            founded_at=plan.founded_at,
        )
        async with at.database.unit(founding_scope(plan.network, at.clock.now()), clock=at.clock) as unit:
            await create_network(unit, command)
    return await at.headquarters(plan.network)


async def provisioned(at: Operator, headquarters: Scope, plan: SeedPlan, tenant: TenantPlan) -> bool:
    """Add a tenant unless it is there."""
    if await at.directory.tenant_by_key(headquarters.network_id, tenant.key) is not None:
        return False
    above = await at.directory.tenant_by_key(headquarters.network_id, tenant.parent)
    command = ProvisionTenant(
        key=tenant.key,
        name=tenant.name,
        parent_id=above.id if above else headquarters.tenant_id,
        kind=tenant.kind,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        currency=tenant.currency,
        since=plan.founded_at,
    )
    await act(at, headquarters, provision_tenant, command)
    return True


async def manager(at: Operator, headquarters: Scope, tenant: TenantPlan) -> Scope:
    """Give the scope of whoever answers for a tenant."""
    part = Part(
        subject=f"seed-{tenant.key}",
        title=f"manager of {tenant.name}",
        role=ROLES[tenant.kind],
        tenant=tenant.key,
    )
    return (await take_part(at, headquarters, part)).scope


async def adapted(at: Operator, scope: Scope, wish: Wish, since: datetime) -> bool:
    """Lay an adaptation unless the tenant has one there; what it has changed itself stays."""
    if await act(at, scope, taken, wish):
        return False
    await act(at, scope, adapt, wish.command(since))
    return True


async def taken(unit: Unit, wish: Wish) -> bool:
    """Tell whether the tenant adapts a place in that way already."""
    place = wish.place
    asked = (place.clause, place.parameter, selector_text(checked_context(place.context)), aspect_of(wish.operator))
    return any(
        (one.clause_key, one.parameter_key, one.variant, one.aspect) == asked
        for one in await adaptations_of(unit, place.code)
    )


async def refused(at: Operator, scope: Scope, wish: RefusedWish, since: datetime) -> BoundExceeded:
    """Ask for something beyond a bound, and give what it is refused with; nothing changes.

    Raises:
        RuntimeError: It was not refused; nothing changes either.
    """
    try:
        async with at.database.unit(scope, clock=at.clock, directory=at.directory) as unit:
            await adapt(unit, wish.command(since))
            msg = f"{wish.tenant} was not refused."
            raise RuntimeError(msg)
    except BoundExceeded as refusal:
        return refusal


async def standing(at: Operator, scopes: Mapping[str, Scope], plan: SeedPlan) -> dict[tuple[str, str], Resolution]:
    """Resolve every standard for every tenant."""
    found: dict[tuple[str, str], Resolution] = {}
    network_id = scopes[plan.headquarters.key].network_id
    for key in plan.columns:
        lineage = await at.directory.lineage(network_id, scopes[key].tenant_id, at.clock.now())
        scope = system_scope(scopes[key], tuple(lineage))
        for code in {row.place.code for row in plan.effective}:
            async with at.database.unit(scope, clock=at.clock, directory=at.directory, read_only=True) as unit:
                found[key, code] = await effective_standard(unit, code)
    return found


async def settled(at: Operator, headquarters: Scope) -> None:
    """Carry out what waits in the background."""
    await run_until_idle(Background(database=at.database, services=at.services), network_id=headquarters.network_id)
