"""Types of waivers: what a tenant asks to deviate in, and what a level above is asked to grant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from strawberry import ID

from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import global_id
from core.kernel.graphql.types import Connection, entity, reads, shows, value
from core.kernel.reads import NOW, Column, Expression, Hole, Splicing, ToMany
from core.standards.graphql.json_values import Json
from core.standards.graphql.types import as_text
from core.standards.models import Waiver, WaiverEvent, WaiverRequest
from core.standards.permissions import READ_STANDARDS
from core.standards.waivers.rules import Rules
from core.standards.waivers.statuses import WaiverEventKind, WaiverStatus

STATUSES = {
    "ASKED": "It waits for the level that set what it would lift.",
    "GRANTED": "It was granted; `expiresAt` says until when it holds.",
    "REJECTED": "It was not granted.",
    "WITHDRAWN": "The tenant took the question back.",
    "ENDED": "The tenant ended it before its time.",
    "REVOKED": "The level that granted it took it back.",
    "EXPIRED": "Its time is over, and that is recorded; it has not held since `expiresAt`, whenever it was recorded.",
}
enumeration(WaiverStatus, description="Where a waiver is in its life, as recorded.", values=STATUSES)
enumeration(
    WaiverEventKind,
    description="What happened to a waiver; each at most once a round, and every renewal is a round.",
    values={
        "ASKED": "It, or its renewal, was asked for.",
        "GRANTED": "It, or its renewal, was granted.",
        "REJECTED": "It, or its renewal, was not granted.",
        "WITHDRAWN": "The tenant took the question back.",
        "ENDED": "The tenant ended it before its time.",
        "REVOKED": "The level that granted it took it back.",
        "EXPIRED": "Its time was over.",
    },
)


def tenant_named(column: str) -> Hole:
    """Read a tenant's id as its global id; the tenant itself may be one that the reader cannot read."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [global_id("Tenant", row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


def holds_now(row: Any) -> Any:  # noqa: ANN401 - SQL expressions in and out
    """Tell whether the instant of the operation lies between the beginning and the end of a waiver."""
    return sa.func.coalesce((row.c.valid_from <= NOW) & (row.c.expires_at > NOW), sa.false())


@entity(WaiverEvent, permission=READ_STANDARDS, description="Something that happened to a waiver.")
class WaiverEventType:
    """One entry of a waiver's history."""

    kind: WaiverEventKind = reads(Column("kind"), description="What happened.")
    round: int = reads(Column("round"), description="0 for the first request, and one more with every renewal.")
    at: datetime = reads(Column("at"), description="When it happened.")
    until: datetime | None = reads(
        Column("until"), description="Until when it was asked for or granted; when it ended; empty where rejected."
    )
    reason: str = reads(Column("reason"), description="Why, in the words of whoever did it; may be empty.")
    actor_id: str = reads(
        Expression(as_text("actor_id")), description="Id of whoever did it; for an expiry, of the command that saw it."
    )
    by_tenant: ID = reads(tenant_named("by_tenant_id"), description="Global id of the tenant they acted in.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When that was recorded.")


@entity(Waiver, permission=READ_STANDARDS, description="What the tenant asked to deviate in, for a while.")
class WaiverType:
    """A waiver in the tenant that asked for it."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    clause_key: str = reads(Column("clause_key"), description="The clause.")
    parameter_key: str = reads(Column("parameter_key"), description="The parameter; empty for the clause's text.")
    variant: str = reads(
        Column("variant"), description="The contexts it is for, such as `tier=gold&channel=phone`; empty for all."
    )
    value: Json = reads(Column("value"), description="The value asked for, in the form of its type.")
    compensating_measure: str = reads(Column("measure"), description="What the tenant does instead.")
    reason: str = reads(Column("reason"), description="Why, as asked last.")
    legal_basis: str = reads(Column("legal_basis"), description="The law or rule that asks for it; may be empty.")
    status: WaiverStatus = reads(Column("status"), description="Where it is in its life, as recorded.")
    in_force: bool = reads(
        Expression(holds_now),
        description="Whether its time is now. It is suspended all the same while a level above the one that granted it"
        " sets a bound that it breaks; `effectiveStandard` tells what holds.",
    )
    expires_at: datetime = reads(
        Column("expires_at"), description="Until when it holds; until when it is asked for while nobody granted it."
    )
    asked_until: datetime = reads(Column("asked_until"), description="Until when it was asked for last.")
    renewal_asked: bool = reads(Column("renewal_asked"), description="Whether a renewal waits for its decision.")
    renewals: int = reads(Column("renewals"), description="How often it was renewed.")
    bound: str = reads(
        Column("bound"),
        description="What it lifts: `minimum`, `maximum`, `step`, `choices`, `pattern`, `direction`, or `operators`"
        " where the right to adapt is not granted.",
    )
    bound_limit: Json | None = reads(Column("bound_limit"), description="What that bound says.")
    asked_of: ID = reads(
        tenant_named("granting_tenant_id"), description="Global id of the tenant that set it, and decides."
    )
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever asked last.")
    asked_at: datetime = reads(Column("asked_at"), description="When.")
    approver_id: str | None = reads(Expression(as_text("approver_id")), description="Id of whoever decided last.")
    decided_at: datetime | None = reads(Column("decided_at"), description="When.")
    decision_reason: str = reads(Column("decision_reason"), description="Why they decided so; may be empty.")
    valid_from: datetime | None = reads(
        Column("valid_from"), description="Since when it holds without a gap; empty while it never held."
    )
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you change it.")
    history: Connection[WaiverEventType] = reads(
        ToMany(WaiverEvent, key="waiver_id", order=("id",)), description="What happened to it, the first first."
    )


@entity(WaiverRequest, permission=READ_STANDARDS, description="What a unit below asks the tenant to let it deviate in.")
class WaiverRequestType:
    """A waiver at the level that decides it."""

    asking_tenant: ID = reads(tenant_named("asking_tenant_id"), description="Global id of the tenant that asks.")
    code: str = reads(Column("code"), description="The standard's name in the network.")
    clause_key: str = reads(Column("clause_key"), description="The clause.")
    parameter_key: str = reads(Column("parameter_key"), description="The parameter; empty for the clause's text.")
    variant: str = reads(
        Column("variant"), description="The contexts it is for, such as `tier=gold&channel=phone`; empty for all."
    )
    value: Json = reads(Column("value"), description="The value asked for, in the form of its type.")
    compensating_measure: str = reads(Column("measure"), description="What the unit does instead.")
    reason: str = reads(Column("reason"), description="Why, as asked last.")
    legal_basis: str = reads(Column("legal_basis"), description="The law or rule that asks for it; may be empty.")
    status: WaiverStatus = reads(Column("status"), description="Where it is, as this tenant knows.")
    expires_at: datetime = reads(
        Column("expires_at"), description="Until when it was granted here; until when it is asked for before that."
    )
    asked_until: datetime = reads(Column("asked_until"), description="Until when it was asked for last.")
    renewals: int = reads(Column("renewals"), description="How often it was renewed.")
    round: int = reads(Column("round"), description="0 for the first request, and one more with every renewal.")
    bound: str = reads(Column("bound"), description="What of this tenant's it lifts; `operators` for a lock.")
    bound_limit: Json | None = reads(Column("bound_limit"), description="What that bound says.")
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever asked last.")
    asked_at: datetime = reads(Column("asked_at"), description="When.")
    decided_by: str | None = reads(Expression(as_text("decided_by")), description="Id of whoever decided last.")
    decided_at: datetime | None = reads(Column("decided_at"), description="When.")
    decision_reason: str = reads(Column("decision_reason"), description="Why they decided so; may be empty.")
    granted_at: datetime | None = reads(Column("granted_at"), description="When it was granted here last.")
    ended_reason: str = reads(Column("ended_reason"), description="Why it was revoked, where it was.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you decide.")


@filters(Waiver, description="Narrows a list of waivers.")
class WaiverFilter:
    """What waivers can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    status: WaiverStatus | None = matches("status", description="Where they are, as recorded.")
    expires_before: datetime | None = matches("expires_at", "before", description="Ending before this instant.")


@filters(WaiverRequest, description="Narrows a list of waivers that units below asked for.")
class WaiverRequestFilter:
    """What requests can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    status: WaiverStatus | None = matches("status", description="Where they are, as this tenant knows.")
    expires_before: datetime | None = matches("expires_at", "before", description="Ending before this instant.")


@value(permission=READ_STANDARDS, description="What the network demands of waivers.")
class WaiverRulesType:
    """The network's rules."""

    longest_days: int = shows("Most days from asking to the end.")
    most_renewals: int = shows("Most renewals of one waiver.")
    remind_days: list[int] = shows("How many days before its end the tenant is reminded, the most first.")
    revision: int = shows("Revision of what headquarters wrote down; 0 while the usual rules hold.")


def rules_shown(rules: Rules) -> WaiverRulesType:
    """Show rules."""
    return WaiverRulesType(
        longest_days=rules.longest_days,
        most_renewals=rules.most_renewals,
        remind_days=list(rules.remind_days),
        revision=rules.revision,
    )
