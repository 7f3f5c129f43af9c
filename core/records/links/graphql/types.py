"""Types of the customer's own view and of its links."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.kernel.crypto import MasterKeys
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.types import Connection, entity, extension, reads, shows, value
from core.kernel.key_ring import KeyRing, keys_in_reach
from core.kernel.reads import NOW, Column, Expression, Hole, Splicing, ToMany
from core.records.links.look import look_at
from core.records.links.models import RecordLink
from core.records.links.view import CustomerState, CustomerView, SeenDelay, SeenSite, SeenStep
from core.records.permissions import READ_NOTES, READ_RECORDS

COST = 10

enumeration(
    CustomerState,
    name="CustomerState",
    description="Where a request stands, as its customer is told.",
    values={
        "RECEIVED": "It was received, and nothing has been done yet.",
        "IN_PROGRESS": "It is worked on.",
        "WAITING_FOR_YOU": "It waits for the customer.",
        "WAITING_FOR_OTHERS": "It waits for a partner, or for staff elsewhere.",
        "DONE": "The request is met.",
        "CLOSED": "It is closed.",
    },
)


@entity(
    RecordLink,
    permission=READ_RECORDS,
    description="A link that opens a customer's own view of one record. Its address is told once, when it is made.",
)
class RecordLinkType:
    """One link."""

    shared_at: datetime = reads(Column("shared_at"), description="When it was made.")
    expires_at: datetime = reads(Column("expires_at"), description="From when on it opens nothing.")
    revoked_at: datetime | None = reads(Column("revoked_at"), description="When it was revoked.")
    opens: bool = reads(
        Expression(lambda link: link.c.revoked_at.is_(None) & (link.c.expires_at > NOW)),
        description="Whether it is neither revoked nor over.",
    )


@value(permission=READ_RECORDS, description="A step that the customer sees.", name="SeenStep")
class SeenStepType:
    """One step."""

    title: str = shows("What it is called.")
    at: datetime | None = shows("When it was done or, while it is under way, begun; empty for what comes next.")


@value(permission=READ_RECORDS, description="A delay that was announced to the customer.", name="AnnouncedDelay")
class AnnouncedDelayType:
    """One delay."""

    announced_at: datetime = shows("When it was announced.")
    until: datetime = shows("What is promised instead.")
    reason_code: str = shows("Why, as a word.")
    reason: str | None = shows(
        "Why, in words; empty where it is withheld, because the customer was erased.", permission=READ_NOTES
    )
    alternative: str | None = shows("What the customer may have or do instead; empty likewise.", permission=READ_NOTES)
    step: str | None = shows("The step that it is about, where the customer sees that one.")


@value(permission=READ_RECORDS, description="Who serves, and where.", name="ServingSite")
class ServingSiteType:
    """Who serves."""

    organisation: str = shows("Name of the tenant.")
    name: str | None = shows("Name of the site; empty where the record has none.")
    address: list[str] = shows("Its address in lines, as far as it is known.")
    time_zone: str = shows("The zone that times are shown in.")


@value(permission=READ_RECORDS, description="A record exactly as its customer sees it by a link.", name="CustomerView")
class CustomerViewType:
    """What a customer sees."""

    service: str = shows("What was asked for.")
    state: CustomerState = shows("Where it stands.")
    opened_at: datetime = shows("When it was asked for.")
    resolved_at: datetime | None = shows("When it was done.")
    current_steps: list[SeenStepType] = shows("What is under way.")
    next_step: SeenStepType | None = shows("What comes next, where that is foreseen.")
    promised_at: datetime | None = shows(
        "When it is promised to be done: by the standard, or later where a delay was announced; empty while that"
        " cannot be told."
    )
    delays: list[AnnouncedDelayType] = shows("What was announced, the latest first.")
    done_steps: list[SeenStepType] = shows("What has been done, as far as the customer sees it.")
    site: ServingSiteType = shows("Who serves, and where.")


def step_shown(one: SeenStep) -> SeenStepType:
    """Show a step."""
    return SeenStepType(title=one.title, at=one.at)


def delay_shown(one: SeenDelay) -> AnnouncedDelayType:
    """Show a delay."""
    return AnnouncedDelayType(
        announced_at=one.announced_at,
        until=one.until,
        reason_code=one.reason_code,
        reason=one.reason,
        alternative=one.alternative,
        step=one.step,
    )


def site_shown(one: SeenSite) -> ServingSiteType:
    """Show who serves."""
    return ServingSiteType(
        organisation=one.organisation, name=one.name, address=list(one.address), time_zone=one.time_zone
    )


def view_shown(view: CustomerView) -> CustomerViewType:
    """Show what a customer sees."""
    return CustomerViewType(
        service=view.service,
        state=view.state,
        opened_at=view.opened_at,
        resolved_at=view.resolved_at,
        current_steps=[step_shown(one) for one in view.current_steps],
        next_step=None if view.next_step is None else step_shown(view.next_step),
        promised_at=view.promised_at,
        delays=[delay_shown(one) for one in view.delays],
        done_steps=[step_shown(one) for one in view.done_steps],
        site=site_shown(view.site),
    )


async def fill_views(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Look at records as their customers do; nothing where several tenants are read, whose keys are out of reach."""
    unit = splicing.unit
    if not keys_in_reach(unit):
        return [None] * len(rows)
    ring = KeyRing(unit, splicing.services.get(MasterKeys))
    found = [await look_at(unit, ring, row["id"]) for row in rows]
    return [None if view is None else view_shown(view) for view in found]


@extension
class ViewOfRecord:
    """What a record tells of its customer's own view."""

    links: Connection[RecordLinkType] = reads(
        ToMany(RecordLink, key="record_id", order=("-shared_at", "-id")),
        description="Links that open the customer's own view, the latest first; revoked ones as well.",
    )
    customer_view: CustomerViewType | None = reads(
        Hole(("id",), fill_views),
        description="What the customer sees by a link, in the tenant's language; the query `customerView` shows it in"
        " others. Empty where several tenants are read.",
        cost=COST,
    )
