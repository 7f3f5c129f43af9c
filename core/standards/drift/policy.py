"""What of one tenant's effective standard differs from what was published, and what tries to: a pure reading of it."""

from collections.abc import Iterator
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import EffectiveStandard, EffectiveValue
from core.standards.policy.overlays import Overlay
from core.standards.policy.slots import Judged
from core.standards.policy.waived import Waived
from core.standards.vocabulary import Aspect, Outcome, aspect_of

Key = tuple[str, UUID, str, str, str, UUID]
"""The order of a report: standard, tenant, clause, parameter, variant, overlay."""


@frozen(kw_only=True)
class Difference:
    """One value that differs from what was published, or an overlay that would make it differ and is suspended.

    Attributes:
        tenant_id: The tenant.
        code: The standard.
        version: Number of the version the tenant is on.
        clause_key: The clause.
        parameter_key: The parameter; empty for the clause's text.
        variant: The contexts; empty for all.
        value: What holds in the tenant; empty where the version has no such place.
        default: What was published there.
        overlay: Who laid what and why; of a unit above where the value is inherited.
        outcome: Whether that is in force, or why it is suspended.
        inherited: Whether it was laid by a unit above.
    """

    tenant_id: UUID
    code: str
    version: str
    clause_key: str
    parameter_key: str
    variant: str
    value: JsonValue
    default: JsonValue
    overlay: Overlay
    outcome: Outcome
    inherited: bool

    @property
    def under_waiver(self) -> bool:
        """Tell whether it was granted as a waiver."""
        return isinstance(self.overlay, Waived)

    @property
    def key(self) -> Key:
        """Its place in the order of a report."""
        return (self.code, self.tenant_id, self.clause_key, self.parameter_key, self.variant, self.overlay.id)


def differences(standard: EffectiveStandard, *, inherited: bool = False) -> list[Difference]:
    """List what differs in one tenant, in the order of a report.

    Args:
        standard: What holds there.
        inherited: Whether values that a unit above set are listed too.
    """
    found = [one for value in standard.every() for one in of_value(standard, value, inherited=inherited)]
    found += [
        difference(standard, None, judged)
        for judged in standard.orphans
        if judged.overlay.owner_tenant_id == standard.tenant_id and changes_value(judged)
    ]
    return sorted(found, key=lambda one: one.key)


def of_value(standard: EffectiveStandard, value: EffectiveValue, *, inherited: bool) -> Iterator[Difference]:
    """List what makes one value differ, and what tries to."""
    bearing = [one for one in value.why if changes_value(one)]
    holding = next((one for one in reversed(bearing) if one.outcome is Outcome.IN_FORCE), None)
    for judged in bearing:
        own = judged.overlay.owner_tenant_id == standard.tenant_id
        if own and judged.outcome is not Outcome.IN_FORCE:
            yield difference(standard, value, judged)
    if holding is None or value.value == value.published_value:
        return
    if inherited or holding.overlay.owner_tenant_id == standard.tenant_id:
        yield difference(standard, value, holding)


def changes_value(judged: Judged) -> bool:
    """Tell whether an overlay is about a value, and not about what levels below may do."""
    return aspect_of(judged.overlay.operator) is Aspect.VALUE


def difference(standard: EffectiveStandard, value: EffectiveValue | None, judged: Judged) -> Difference:
    """Say what one overlay makes of a value."""
    overlay = judged.overlay
    return Difference(
        tenant_id=standard.tenant_id,
        code=standard.version.content.code,
        version=standard.version.content.number,
        clause_key=overlay.clause_key if value is None else value.clause_key,
        parameter_key=overlay.parameter_key if value is None else value.parameter_key,
        variant=overlay.variant if value is None else value.variant,
        value=None if value is None else value.value,
        default=None if value is None else value.published_value,
        overlay=overlay,
        outcome=judged.outcome,
        inherited=overlay.owner_tenant_id != standard.tenant_id,
    )
