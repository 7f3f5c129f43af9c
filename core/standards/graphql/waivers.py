"""Waivers in the schema: asked for by a tenant, decided by the level that set what they lift."""

from core.kernel.approvals import ApprovalIsDecided, AuthorMayNotApprove
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.unit import Unit
from core.standards.errors import NoStandardInForce, PublisherCannotAdapt, UnknownParameter, WrongType
from core.standards.graphql.waiver_inputs import (
    AskWaiverInput,
    ChangeWaiverRulesInput,
    DecideWaiverInput,
    EndWaiverInput,
    RenewWaiverInput,
    RevokeWaiverInput,
)
from core.standards.graphql.waiver_types import (
    WaiverFilter,
    WaiverRequestFilter,
    WaiverRequestType,
    WaiverRulesType,
    WaiverType,
    rules_shown,
)
from core.standards.permissions import ASK_WAIVERS, GRANT_WAIVERS, READ_STANDARDS, RULE_WAIVERS
from core.standards.waivers import ask as asking
from core.standards.waivers import decide as deciding
from core.standards.waivers import rules as ruling
from core.standards.waivers import settle as settling
from core.standards.waivers.errors import (
    AskerMayNotDecide,
    NoCompensatingMeasure,
    NoWaiverNeeded,
    TooManyRenewals,
    WaiverIsElsewhere,
    WaiverIsOver,
    WaiverIsThere,
    WaiverTooLong,
)

BARRED = (NoStandardInForce, NoWaiverNeeded, PublisherCannotAdapt, UnknownParameter, WrongType)
"""What looking for the bound that is to be lifted may be refused with."""


@mutation(
    permission=ASK_WAIVERS,
    success=payload("AskWaiverSuccess", waiver=WaiverType),
    errors=(*BARRED, InvalidInput, NoCompensatingMeasure, NotFound, WaiverIsThere, WaiverTooLong),
    description="Asks the level that set a bound or a lock to let the tenant deviate from it for a while.",
)
async def ask_waiver(unit: Unit, input: AskWaiverInput) -> Refs:
    """Ask for a waiver."""
    return Refs(waiver=(await asking.ask_waiver(unit, input.to_command())).id)


@mutation(
    permission=ASK_WAIVERS,
    success=payload("RenewWaiverSuccess", waiver=WaiverType),
    errors=(*BARRED, InvalidInput, NotFound, StaleEdit, TooManyRenewals, WaiverIsElsewhere, WaiverTooLong),
    description="Asks for a waiver to hold on; until that is granted its end stays.",
)
async def renew_waiver(unit: Unit, input: RenewWaiverInput) -> Refs:
    """Ask for a renewal."""
    return Refs(waiver=(await asking.renew_waiver(unit, input.to_command())).id)


@mutation(
    permission=ASK_WAIVERS,
    success=payload("EndWaiverSuccess", waiver=WaiverType),
    errors=(InvalidInput, NotFound, StaleEdit, WaiverIsElsewhere),
    description="Ends a waiver of the tenant acted in, or takes the question back where nobody has granted it yet.",
)
async def end_waiver(unit: Unit, input: EndWaiverInput) -> Refs:
    """End a waiver."""
    return Refs(waiver=(await settling.end_waiver(unit, input.to_command())).id)


@mutation(
    permission=GRANT_WAIVERS,
    success=payload("DecideWaiverSuccess", request=WaiverRequestType),
    errors=(
        ApprovalIsDecided,
        AskerMayNotDecide,
        AuthorMayNotApprove,
        InvalidInput,
        NotFound,
        StaleEdit,
        WaiverIsElsewhere,
        WaiverIsOver,
    ),
    description="Grants what a unit below asks, as long as asked for or shorter, or rejects it.",
)
async def decide_waiver(unit: Unit, input: DecideWaiverInput) -> Refs:
    """Decide."""
    return Refs(request=(await deciding.decide_waiver(unit, input.to_command())).id)


@mutation(
    permission=GRANT_WAIVERS,
    success=payload("RevokeWaiverSuccess", request=WaiverRequestType),
    errors=(AskerMayNotDecide, InvalidInput, NotFound, StaleEdit, WaiverIsElsewhere),
    description="Takes a waiver back that the tenant acted in has granted; it ends now.",
)
async def revoke_waiver(unit: Unit, input: RevokeWaiverInput) -> Refs:
    """Take a waiver back."""
    return Refs(request=(await deciding.revoke_waiver(unit, input.to_command())).id)


@mutation(
    permission=RULE_WAIVERS,
    success=payload("ChangeWaiverRulesSuccess", rules=(WaiverRulesType, "The rules; empty when asked again.")),
    errors=(InvalidInput, StaleEdit),
    description="Changes what the network demands of waivers; done by headquarters.",
)
async def change_waiver_rules(unit: Unit, input: ChangeWaiverRulesInput) -> Refs:
    """Change the rules."""
    return Refs(rules=rules_shown(await ruling.change_rules(unit, input.to_command())))


ORDER = ("expires_at", "id")
waiver = query_one("waiver", WaiverType, description="A waiver of the tenant acted in.")
waivers = query_connection(
    "waivers",
    WaiverType,
    order=ORDER,
    filter=WaiverFilter,
    description="What the tenant acted in asked to deviate in, by the end.",
)
waivers_asked = query_connection(
    "waivers_asked",
    WaiverRequestType,
    order=ORDER,
    filter=WaiverRequestFilter,
    description="What units below asked the tenant acted in to grant, however it was decided, by the end.",
)
waivers_granted = query_connection(
    "waivers_granted",
    WaiverRequestType,
    order=ORDER,
    filter=WaiverRequestFilter,
    where=lambda row: row.c.granted_at.is_not(None),
    description="What the tenant acted in has granted to units below, by the end; what is over stays in the list.",
)


@query_field(permission=READ_STANDARDS, description="What the network demands of waivers.")
async def waiver_rules(unit: Unit) -> WaiverRulesType:
    """Show the rules."""
    return rules_shown(await ruling.network_rules(unit))


QUERIES = [waiver, waivers, waivers_asked, waivers_granted, waiver_rules]
MUTATIONS = [ask_waiver, renew_waiver, end_waiver, decide_waiver, revoke_waiver, change_waiver_rules]
