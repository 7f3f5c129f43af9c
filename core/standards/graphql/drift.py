"""Drift in the schema."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson
from strawberry import ID

from core.kernel.directory import TenantFacts
from core.kernel.errors import InvalidInput
from core.kernel.graphql.ids import global_id
from core.kernel.graphql.queries import query_field
from core.kernel.graphql.types import shows, value
from core.kernel.reads import Breadth
from core.kernel.unit import Unit
from core.standards.drift.policy import Difference, Key
from core.standards.drift.report import MOST, AskDrift, DriftPage, DriftSums, drift_page, drift_sums
from core.standards.graphql.json_values import Json
from core.standards.graphql.vocabulary import Operator, Outcome
from core.standards.permissions import OVERSEE_STANDARDS

COST = 200
USUAL_PAGE = 50
ARGUMENTS = {
    "code": "Of this standard; of all that the network publishes where it is left out.",
    "at": "The instant asked about; now by default.",
    "inherited": "Whether values that a unit above set are listed again for every unit below that has them.",
}


@value(permission=OVERSEE_STANDARDS, description="One value that differs from what was published, or tries to.")
class DriftEntryType:
    """One difference."""

    tenant: ID = shows("The tenant.")
    tenant_key: str = shows("Its short name.")
    code: str = shows("The standard's name in the network.")
    version: str = shows("Number of the version the tenant is on.")
    clause_key: str = shows("The clause.")
    parameter_key: str = shows("The parameter; empty for the clause's text.")
    variant: str = shows("The contexts, such as `channel=phone`; empty for all.")
    value: Json | None = shows("What holds in the tenant; empty where the version has no such place any more.")
    default: Json | None = shows("What was published there.")
    outcome: Outcome = shows("`IN_FORCE`, or why what was laid is suspended.")
    suspended: bool = shows("Whether it is suspended, so that `value` holds in its place.")
    inherited: bool = shows("Whether it was laid by a unit above.")
    under_waiver: bool = shows("Whether it was granted as a waiver.")
    laid_by: ID = shows("The tenant that laid it.")
    laid_by_key: str = shows("Its short name.")
    overlay_id: str = shows("Id of what was laid, as the audit trail names it.")
    operator: Operator = shows("What it does.")
    said: Json | None = shows("What it says.")
    author_id: str = shows("Id of whoever made it.")
    approver_id: str | None = shows("Id of whoever approved it; empty where no approval was asked.")
    reason: str = shows("Why, in its author's words.")
    legal_basis: str = shows("The law or rule that asks for it; may be empty.")
    since: datetime = shows("Since when it holds.")
    until: datetime | None = shows("Until when; open where empty.")
    known_since: datetime = shows("Since when that is known.")


@value(permission=OVERSEE_STANDARDS, description="One page of what differs from what was published.")
class DriftReportType:
    """One page of differences."""

    at: datetime = shows("The instant.")
    entries: list[DriftEntryType] = shows("By standard, tenant and place.")
    end_cursor: str | None = shows("Give it as `after` for the next page; empty on the last one.")


@value(permission=OVERSEE_STANDARDS, description="How many values differ, by one thing they have in common.")
class DriftCountType:
    """One line of a summary."""

    code: str | None = shows("The standard, where they are counted by it.")
    place: str | None = shows("The clause and parameter, where they are counted by it.")
    tenant: ID | None = shows("The tenant, where they are counted by it.")
    tenant_key: str | None = shows("Its short name.")
    entries: int = shows("How many differ.")


@value(permission=OVERSEE_STANDARDS, description="How many values differ from what was published.")
class DriftSummaryType:
    """Sums of drift."""

    at: datetime = shows("The instant.")
    entries: int = shows("All of them.")
    in_force: int = shows("How many are in force.")
    suspended: int = shows("How many are suspended.")
    under_waiver: int = shows("How many were granted as waivers.")
    tenant_count: int = shows("In how many tenants.")
    standards: list[DriftCountType] = shows("By standard, most first; at most 100.")
    places: list[DriftCountType] = shows("By standard and place, most first; at most 100.")
    tenants: list[DriftCountType] = shows("By tenant, most first; at most 100.")


@query_field(
    permission=OVERSEE_STANDARDS,
    description="Every value of the tenant acted in and all below it that differs from what was published; audited.",
    arguments={
        **ARGUMENTS,
        "first": "How many on the page, at most 100.",
        "after": "Begin behind the entry with this cursor.",
    },
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def drift_report(
    unit: Unit,
    code: str | None = None,
    at: datetime | None = None,
    inherited: bool | None = None,
    first: int | None = None,
    after: str | None = None,
) -> DriftReportType:
    """Read one page."""
    asked = AskDrift(code=code, at=at, inherited=bool(inherited))
    size = USUAL_PAGE if first is None else first
    return page_shown(await drift_page(unit, asked, size, None if after is None else read_cursor(after)))


@query_field(
    permission=OVERSEE_STANDARDS,
    description="How many values of the tenant acted in and all below it differ from what was published; audited.",
    arguments=ARGUMENTS,
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def drift_summary(
    unit: Unit, code: str | None = None, at: datetime | None = None, inherited: bool | None = None
) -> DriftSummaryType:
    """Add all up."""
    return sums_shown(await drift_sums(unit, AskDrift(code=code, at=at, inherited=bool(inherited))))


def cursor_of(key: Key) -> str:
    """Write an entry's place."""
    return urlsafe_b64encode(orjson.dumps([str(one) for one in key])).decode().rstrip("=")


def read_cursor(given: str) -> Key:
    """Read an entry's place; whatever it says, no more is read than the walls allow.

    Raises:
        InvalidInput: It is none.
    """
    try:
        code, tenant, clause, parameter, variant, overlay = orjson.loads(
            urlsafe_b64decode(given + "=" * (-len(given) % 4))
        )
        return str(code), UUID(tenant), str(clause), str(parameter), str(variant), UUID(overlay)
    except (ValueError, TypeError, AttributeError) as problem:
        raise InvalidInput(field="after", problem="this is no cursor of this list") from problem


def page_shown(page: DriftPage) -> DriftReportType:
    """Show a page."""
    return DriftReportType(
        at=page.at,
        entries=[entry_shown(one, page.tenants) for one in page.found],
        end_cursor=None if page.more is None else cursor_of(page.more),
    )


def entry_shown(one: Difference, tenants: Mapping[UUID, TenantFacts]) -> DriftEntryType:
    """Show a difference."""
    overlay = one.overlay
    return DriftEntryType(
        tenant=global_id("Tenant", one.tenant_id),
        tenant_key=tenants[one.tenant_id].key,
        code=one.code,
        version=one.version,
        clause_key=one.clause_key,
        parameter_key=one.parameter_key,
        variant=one.variant,
        value=one.value,
        default=one.default,
        outcome=one.outcome,
        suspended=one.outcome is not Outcome.IN_FORCE,
        inherited=one.inherited,
        under_waiver=one.under_waiver,
        laid_by=global_id("Tenant", overlay.owner_tenant_id),
        laid_by_key=tenants[overlay.owner_tenant_id].key,
        overlay_id=str(overlay.id),
        operator=overlay.operator,
        said=overlay.value,
        author_id=str(overlay.author_id),
        approver_id=None if overlay.approver_id is None else str(overlay.approver_id),
        reason=overlay.reason,
        legal_basis=overlay.legal_basis,
        since=overlay.span.start,
        until=overlay.span.end,
        known_since=overlay.recorded_from,
    )


def sums_shown(sums: DriftSums) -> DriftSummaryType:
    """Show sums."""
    entries, in_force = sums.outcomes.total(), sums.outcomes[Outcome.IN_FORCE]
    return DriftSummaryType(
        at=sums.at,
        entries=entries,
        in_force=in_force,
        suspended=entries - in_force,
        under_waiver=sums.under_waiver,
        tenant_count=len(sums.tenants),
        standards=[counted(count, code=code) for code, count in sums.standards.most_common(MOST)],
        places=[counted(count, code=code, place=place) for (code, place), count in sums.places.most_common(MOST)],
        tenants=tenants_counted(sums.tenants, sums.names),
    )


def tenants_counted(tenants: Counter[UUID], names: Mapping[UUID, TenantFacts]) -> list[DriftCountType]:
    """Show the tenants with most differences."""
    return [
        counted(count, tenant=global_id("Tenant", one), tenant_key=names[one].key)
        for one, count in tenants.most_common(MOST)
        if one in names
    ]


def counted(
    entries: int,
    *,
    code: str | None = None,
    place: str | None = None,
    tenant: ID | None = None,
    tenant_key: str | None = None,
) -> DriftCountType:
    """Show one line."""
    return DriftCountType(code=code, place=place, tenant=tenant, tenant_key=tenant_key, entries=entries)
