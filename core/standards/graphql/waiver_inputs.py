"""What mutations of waivers take."""

from datetime import datetime

import strawberry
from strawberry import ID

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.ids import local_id
from core.standards.graphql.contexts import ContextInput
from core.standards.graphql.json_values import Json
from core.standards.graphql.waiver_types import WaiverRequestType, WaiverType
from core.standards.waivers import ask as asking
from core.standards.waivers import decide as deciding
from core.standards.waivers import rules as ruling
from core.standards.waivers import settle as settling
from core.standards.waivers.statuses import WaiverVerdict

enumeration(
    WaiverVerdict,
    description="How a waiver is decided.",
    values={"GRANTED": "The tenant may deviate for a while.", "REJECTED": "It may not."},
)


@input_type(description="What to deviate in, what makes up for it, and until when.")
class AskWaiverInput:
    """A waiver to ask for."""

    code: str = strawberry.field(description="The standard's name in the network.")
    clause_key: str = strawberry.field(description="The clause.")
    value: Json = strawberry.field(description='The value, in the form of its type; for a text `{"en": "..."}`.')
    compensating_measure: str = strawberry.field(description="What you do instead of keeping to the standard.")
    reason: str = strawberry.field(description="Why.")
    until: datetime = strawberry.field(description="Until when; `waiverRules` says how long it may be.")
    parameter_key: str = strawberry.field(default="", description="The parameter; empty for the clause's text.")
    context: ContextInput | None = strawberry.field(
        default=None, description="The contexts it is for, all by default; a waiver changes a variant and adds none."
    )
    legal_basis: str = strawberry.field(default="", description="The law or rule that asks for it.")

    def to_command(self) -> asking.AskWaiver:
        """Give the command."""
        return asking.AskWaiver(
            code=self.code,
            clause_key=self.clause_key,
            parameter_key=self.parameter_key,
            context=self.context.to_context("context") if self.context else {},
            value=self.value,
            measure=self.compensating_measure,
            reason=self.reason,
            legal_basis=self.legal_basis,
            until=self.until,
        )


@input_type(description="Which waiver shall hold on, and until when.")
class RenewWaiverInput:
    """A waiver to renew."""

    waiver: ID = strawberry.field(description="The waiver.")
    until: datetime = strawberry.field(description="Until when.")
    reason: str = strawberry.field(description="Why it is needed still.")
    expected_revision: int = strawberry.field(description="Revision of the waiver, as you read it.")

    def to_command(self) -> asking.RenewWaiver:
        """Give the command."""
        return asking.RenewWaiver(
            waiver_id=local_id(WaiverType, self.waiver),
            until=self.until,
            reason=self.reason,
            expected_revision=self.expected_revision,
        )


@input_type(description="Which waiver ends now.")
class EndWaiverInput:
    """A waiver to end."""

    waiver: ID = strawberry.field(description="The waiver.")
    reason: str = strawberry.field(description="Why.")
    expected_revision: int = strawberry.field(description="Revision of the waiver, as you read it.")

    def to_command(self) -> settling.EndWaiver:
        """Give the command."""
        return settling.EndWaiver(
            waiver_id=local_id(WaiverType, self.waiver),
            reason=self.reason,
            expected_revision=self.expected_revision,
        )


@input_type(description="How a waiver is decided.")
class DecideWaiverInput:
    """A decision."""

    request: ID = strawberry.field(description="What the unit below asks.")
    verdict: WaiverVerdict = strawberry.field(description="How it is decided.")
    reason: str = strawberry.field(description="Why.")
    expected_revision: int = strawberry.field(description="Revision of the request, as you read it.")
    until: datetime | None = strawberry.field(
        default=None, description="Until when it is granted, where that is not as long as asked for."
    )

    def to_command(self) -> deciding.DecideWaiver:
        """Give the command."""
        return deciding.DecideWaiver(
            waiver_id=local_id(WaiverRequestType, self.request),
            granted=self.verdict is WaiverVerdict.GRANTED,
            reason=self.reason,
            until=self.until,
            expected_revision=self.expected_revision,
        )


@input_type(description="Which granted waiver is taken back now.")
class RevokeWaiverInput:
    """A waiver to take back."""

    request: ID = strawberry.field(description="What the unit below asked, and was granted.")
    reason: str = strawberry.field(description="Why.")
    expected_revision: int = strawberry.field(description="Revision of the request, as you read it.")

    def to_command(self) -> deciding.RevokeWaiver:
        """Give the command."""
        return deciding.RevokeWaiver(
            waiver_id=local_id(WaiverRequestType, self.request),
            reason=self.reason,
            expected_revision=self.expected_revision,
        )


@input_type(description="What the network shall demand of waivers; what is left out stays.")
class ChangeWaiverRulesInput:
    """Rules to change."""

    expected_revision: int = strawberry.field(description="Revision of the rules, as you read it.")
    longest_days: int | None = strawberry.field(default=None, description="Most days from asking to the end.")
    most_renewals: int | None = strawberry.field(default=None, description="Most renewals of one waiver.")
    remind_days: list[int] | None = strawberry.field(
        default=None, description="How many days before its end the tenant is reminded."
    )

    def to_command(self) -> ruling.ChangeRules:
        """Give the command."""
        return ruling.ChangeRules(
            longest_days=self.longest_days,
            most_renewals=self.most_renewals,
            remind_days=self.remind_days,
            expected_revision=self.expected_revision,
        )
