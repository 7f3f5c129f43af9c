"""Previews in the schema."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson
import sqlalchemy as sa
import strawberry
from strawberry import ID

from core.kernel.background.graphql.types import JobType
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import global_id, local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.graphql.types import Connection, entity, reads, shows, value
from core.kernel.models import Job
from core.kernel.reads import Breadth, Column, Document, Expression, Hole, Splicing, ToMany, ToOne
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.graphql.json_values import Json
from core.standards.graphql.types import StandardVersionType
from core.standards.models import Preview, PreviewFinding, PreviewLimit, StandardVersion
from core.standards.permissions import PREVIEW_STANDARDS
from core.standards.previews import start
from core.standards.previews.told import PreviewTold, tell_preview
from core.standards.previews.vocabulary import Finding

COST = 50

enumeration(
    Finding,
    name="PreviewOutcome",
    description="What a version would do to a tenant: what becomes of its adaptations and waivers, or that its"
    " limits change.",
    values={
        "CLEAN": "Adaptations that stay as they are.",
        "MERGED": "Adaptations that follow by themselves, though the place moved or says something else.",
        "OUT_OF_BOUNDS": "Adaptations that do not keep to a new bound.",
        "ORPHANED": "Adaptations of what the version does not have any more.",
        "LOCKED": "Adaptations of what may not be adapted any more.",
        "TYPE_CHANGED": "Adaptations of what has another type.",
        "WAIVER_LOST": "Waivers whose place is gone, is no longer one place, or counts something else.",
        "LIMITS_CHANGED": "Clocks and limits that change.",
    },
)


async def fill_subject(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Name tenants."""
    return [global_id("Tenant", row["subject_id"]) for row in rows]


async def fill_details(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Read what was found."""
    return [orjson.loads(row["details"]) for row in rows]


@entity(PreviewLimit, permission=PREVIEW_STANDARDS, description="A clock or limit that would change.")
class PreviewLimitType:
    """One limit that changes."""

    place: str = reads(Column("place"), description="The clause and parameter, as the new version names them.")
    variant: str = reads(Column("variant"), description="The contexts; empty for all.")
    before: Json = reads(Document("before"), description="What holds; null for a new one.")
    after: Json = reads(Document("after"), description="What would hold; null for one that is gone.")
    tenants: int = reads(Column("tenants"), description="For how many tenants.")


@entity(PreviewFinding, permission=PREVIEW_STANDARDS, description="What a version would do to one tenant.")
class PreviewTenantType:
    """One finding in one tenant."""

    tenant: ID = reads(Hole(("subject_id",), fill_subject, alone=True), description="The tenant.")
    outcome: Finding = reads(Column("finding"), description="What was found.")
    count: int = reads(Column("count"), description="How many adaptations, or limits.")
    details: Json = reads(
        Hole(("details",), fill_details, alone=True),
        description="Each of them: its place before and after, the bound it breaks and a proposal, or both values.",
    )


@filters(PreviewFinding, description="Narrows what was found.")
class PreviewTenantFilter:
    """What findings can be narrowed by."""

    version: ID | None = matches(
        "version_id", description="By the preview of this version.", refers_to="StandardVersion"
    )
    outcome: Finding | None = matches("finding", description="Of this kind.")


@entity(Preview, permission=PREVIEW_STANDARDS, description="What a version would do to every tenant below.")
class PreviewType:
    """One preview."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The version's number.")
    version: StandardVersionType | None = reads(ToOne(StandardVersion, by="version_id"), description="The version.")
    job: JobType | None = reads(ToOne(Job, by="job_id"), description="How far it is; cancel it with `cancelJob`.")
    at: datetime = reads(Column("at"), description="The instant that was looked at.")
    asked_by: str = reads(Expression(lambda row: sa.cast(row.c.asked_by, sa.Text)), description="Id of whoever asked.")
    asked_at: datetime = reads(Column("asked_at"), description="When.")
    tenants: int = reads(Column("tenants"), description="How many tenants were looked at so far.")
    affected: int = reads(Column("affected"), description="How many have limits that change or adaptations that wait.")
    limits: Connection[PreviewLimitType] = reads(
        ToMany(PreviewLimit, key="preview_id", order=("place", "id")),
        description="Clocks and limits that change from what to what, and for how many tenants.",
    )


@value(permission=PREVIEW_STANDARDS, description="How many tenants a preview found something in.")
class PreviewCountType:
    """One line of a preview."""

    outcome: Finding = shows("What was found.")
    tenants: int = shows("In how many tenants.")
    places: int = shows("How many adaptations, or limits, in all of them.")


@value(permission=PREVIEW_STANDARDS, description="What a preview found, and whether it is still true.")
class PreviewReportType:
    """A preview as it stands."""

    preview: PreviewType | None = shows("The preview.")
    stale: bool = shows("Whether the version or any adaptation was changed since, so that it may not be true any more.")
    version_changed: bool = shows("Whether the version was changed since.")
    tenants_changed: int = shows("In how many tenants adaptations or waivers were changed since.")
    counts: list[PreviewCountType] = shows("Tenants and places by what was found.")


@input_type(description="Which version to look ahead with.")
class StartPreviewInput:
    """Which version."""

    version: strawberry.ID = strawberry.field(description="A version in review or approved.")
    at: datetime | None = strawberry.field(default=None, description="The instant to look at; now by default.")

    def to_command(self) -> start.StartPreview:
        """Give the command."""
        return start.StartPreview(version_id=local_id(StandardVersionType, self.version), at=self.at)


preview_tenants = query_connection(
    "preview_tenants",
    PreviewTenantType,
    order=("version_id", "subject_id", "id"),
    filter=PreviewTenantFilter,
    description="What versions would do to tenants, tenant by tenant, as their previews found it.",
)


@query_field(
    permission=PREVIEW_STANDARDS,
    description="What a version would do to every tenant below, as its preview found it; the read is audited.",
    arguments={"version": "A version of a standard that the tenant acted in publishes."},
    breadth=Breadth.UNITS_BELOW,
    cost=COST,
)
async def preview(unit: Unit, version: ID) -> PreviewReportType | None:
    """Read a preview."""
    found = await tell_preview(unit, local_id(StandardVersionType, version))
    return None if found is None else told_shown(found)


@mutation(
    permission=PREVIEW_STANDARDS,
    success=payload("StartPreviewSuccess", preview=PreviewType),
    errors=(InvalidInput, NotFound, VersionIsElsewhere),
    description="Looks ahead in the background what a version would do to all below; an older look is forgotten.",
)
async def start_preview(unit: Unit, input: StartPreviewInput) -> Refs:
    """Look ahead."""
    return Refs(preview=(await start.start_preview(unit, input.to_command())).id)


def told_shown(found: PreviewTold) -> PreviewReportType:
    """Show a preview."""
    counts = [
        PreviewCountType(outcome=Finding(row.finding), tenants=row.tenants, places=row.places) for row in found.counts
    ]
    return PreviewReportType(
        preview=cast("Any", found.preview.id),  # the entity is read by its id
        stale=found.stale,
        version_changed=found.version_changed,
        tenants_changed=found.tenants_changed,
        counts=counts,
    )
