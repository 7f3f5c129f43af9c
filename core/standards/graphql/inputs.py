"""What mutations of standards take."""

from datetime import datetime

import strawberry

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.standards import adapt as adapting
from core.standards import approve as approving
from core.standards import draft as drafting
from core.standards import publish as publishing
from core.standards import withdraw as withdrawing
from core.standards.graphql.contexts import ContextInput
from core.standards.graphql.json_values import Json
from core.standards.graphql.merging_vocabulary import MoveKind
from core.standards.graphql.parts import LocalizedTextInput, texts
from core.standards.graphql.profiles import ProfileInput
from core.standards.graphql.rollout_inputs import RolloutWaveInput
from core.standards.graphql.types import AdaptationType, StandardVersionType
from core.standards.graphql.vocabulary import (
    ClauseKind,
    ClauseLevel,
    Direction,
    Flexibility,
    Layer,
    Obligation,
    Operator,
    ParameterType,
    TimeUnit,
)
from core.standards.policy.content import (
    Bounds,
    ClauseContent,
    Move,
    Narrowing,
    ParameterContent,
    Profile,
    StandardContent,
    VariantContent,
)
from core.standards.rollouts import plan as planning


@input_type(description="What values of levels below must keep to; what is left out is not bounded.")
class BoundsInput:
    """Bounds."""

    minimum: Json | None = strawberry.field(
        default=None, description="Least value; for money minor units per currency."
    )
    maximum: Json | None = strawberry.field(default=None, description="Greatest value, likewise.")
    step: Json | None = strawberry.field(default=None, description="Values are whole multiples of it; not for money.")
    choices: list[str] | None = strawberry.field(
        default=None, description="The enumeration of a choice; for money the currencies allowed."
    )
    pattern: str | None = strawberry.field(
        default=None, description="Regular expression the whole text must match, without look-around."
    )
    direction: Direction | None = strawberry.field(
        default=None, description="Which way the received value may be moved."
    )

    def to_bounds(self) -> Bounds:
        """Give the bounds."""
        return Bounds(
            minimum=self.minimum,
            maximum=self.maximum,
            step=self.step,
            choices=None if self.choices is None else tuple(self.choices),
            pattern=self.pattern,
            direction=self.direction,
        )


@input_type(description="A value of a parameter in some contexts.")
class VariantInput:
    """A variant."""

    context: ContextInput = strawberry.field(description="What must be so for it to apply.")
    default: Json = strawberry.field(description="The published value there, in the form of the parameter's type.")
    bounds: BoundsInput | None = strawberry.field(
        default=None, description="What levels below must keep to there; as for the parameter where it is left out."
    )

    def to_content(self, place: str) -> VariantContent:
        """Give the variant."""
        return VariantContent(
            context=self.context.to_context(f"{place}.context"),
            default=self.default,
            bounds=None if self.bounds is None else self.bounds.to_bounds(),
        )


@input_type(description="A typed value inside a clause.")
class ParameterInput:
    """A parameter."""

    key: str = strawberry.field(description="Its name within the clause, such as `limit`.")
    type: ParameterType = strawberry.field(description="Type of the value.")
    default: Json = strawberry.field(description="The published value, in the form of its type.")
    unit: TimeUnit | None = strawberry.field(
        default=None, description="For a duration, what its seconds count; all time by default."
    )
    operators: list[Operator] = strawberry.field(
        default_factory=list, description="What levels below may do with it; nothing by default."
    )
    bounds: BoundsInput | None = strawberry.field(default=None, description="What they must keep to.")
    variants: list[VariantInput] = strawberry.field(
        default_factory=list, description="Other values in some contexts; of those that apply the most specific holds."
    )

    def to_content(self, place: str) -> ParameterContent:
        """Give the parameter."""
        return ParameterContent(
            key=self.key,
            type=self.type,
            default=self.default,
            unit=self.unit,
            operators=tuple(self.operators),
            bounds=self.bounds.to_bounds() if self.bounds else Bounds(),
            variants=tuple(one.to_content(f"{place}.variants[{i}]") for i, one in enumerate(self.variants)),
        )


@input_type(description="One addressable requirement.")
class ClauseInput:
    """A clause."""

    key: str = strawberry.field(description="Stable dotted name, such as `reception.greeting`.")
    kind: ClauseKind = strawberry.field(description="What it asks for.")
    text: list[LocalizedTextInput] = strawberry.field(description="What it says, per language.")
    level: ClauseLevel = strawberry.field(default=ClauseLevel.EXPECTED, description="How much hangs on it.")
    obligation: Obligation = strawberry.field(default=Obligation.MUST, description="How binding it is.")
    flexibility: Flexibility = strawberry.field(
        default=Flexibility.CORE, description="Whether the network keeps it identical."
    )
    operators: list[Operator] = strawberry.field(
        default_factory=list, description="What levels below may do with the text; nothing by default."
    )
    body: Json | None = strawberry.field(
        default=None,
        description="What it says beyond its text, in the form of its kind; a process has `{steps: [{key, position, "
        "required, repeatable}]}`.",
    )
    parameters: list[ParameterInput] = strawberry.field(default_factory=list, description="Its typed values.")

    def to_content(self, place: str) -> ClauseContent:
        """Give the clause."""
        return ClauseContent(
            key=self.key,
            kind=self.kind,
            level=self.level,
            obligation=self.obligation,
            flexibility=self.flexibility,
            text=texts(f"{place}.text", self.text),
            operators=tuple(self.operators),
            body=self.body,
            parameters=tuple(one.to_content(f"{place}.parameters[{i}]") for i, one in enumerate(self.parameters)),
        )


@input_type(description="A parameter that is called something else now.")
class MovedParameterInput:
    """One renamed parameter."""

    was: str = strawberry.field(description="The clause and the parameter in the version before, joined by a dot.")
    becomes: str = strawberry.field(description="The same in this version.")


@input_type(description="Clauses of the version before that stand elsewhere now.")
class ClauseMoveInput:
    """One move."""

    kind: MoveKind = strawberry.field(description="What was done.")
    sources: list[str] = strawberry.field(description="Keys in the version before.")
    targets: list[str] = strawberry.field(description="Keys in this version.")
    parameters: list[MovedParameterInput] = strawberry.field(
        default_factory=list, description="Parameters whose own key changed."
    )

    def to_content(self) -> Move:
        """Give the move."""
        return Move(
            kind=self.kind,
            sources=tuple(self.sources),
            targets=tuple(self.targets),
            parameters={one.was: one.becomes for one in self.parameters},
        )


@input_type(description="A whole version of a standard.")
class DraftStandardInput:
    """A draft."""

    code: str = strawberry.field(description="The standard's name in the network, such as `incident-handling`.")
    number: str = strawberry.field(description="Semantic number of the version, such as `1.0.0`.")
    title: list[LocalizedTextInput] = strawberry.field(description="Title, per language.")
    clauses: list[ClauseInput] = strawberry.field(description="All its clauses, in reading order.")
    layer: Layer = strawberry.field(default=Layer.BUSINESS, description="Where it stands among the others.")
    profile: ProfileInput | None = strawberry.field(default=None, description="What it says of itself.")
    change_log: str = strawberry.field(default="", description="What changed and why.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Revision of the draft that is written anew; leave it out for a new version."
    )
    lineage: list[ClauseMoveInput] | None = strawberry.field(
        default=None,
        description="Where clauses of the version before stand now; what the draft remembers where it is left out.",
    )

    def to_command(self) -> drafting.DraftStandard:
        """Give the command."""
        content = StandardContent(
            code=self.code,
            number=self.number,
            title=texts("title", self.title),
            layer=self.layer,
            profile=self.profile.to_profile() if self.profile else Profile(),
            clauses=tuple(one.to_content(f"clauses[{i}]") for i, one in enumerate(self.clauses)),
            lineage=tuple(one.to_content() for one in self.lineage or ()),
        )
        return drafting.DraftStandard(
            content=content,
            change_log=self.change_log,
            expected_revision=self.expected_revision,
            keeps_lineage=self.lineage is None,
        )


@input_type(description="Which draft to hand in.")
class SubmitVersionInput:
    """Which draft to hand in."""

    version: strawberry.ID = strawberry.field(description="The version.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")

    def to_command(self) -> approving.SubmitVersion:
        """Give the command."""
        return approving.SubmitVersion(
            version_id=local_id(StandardVersionType, self.version), expected_revision=self.expected_revision
        )


@input_type(description="Which version to approve.")
class ApproveVersionInput:
    """Which version to approve."""

    version: strawberry.ID = strawberry.field(description="The version.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    reason: str = strawberry.field(default="", description="Why, in your own words.")

    def to_command(self) -> approving.ApproveVersion:
        """Give the command."""
        return approving.ApproveVersion(
            version_id=local_id(StandardVersionType, self.version),
            expected_revision=self.expected_revision,
            reason=self.reason,
        )


@input_type(description="Which version to publish, and since when it holds.")
class PublishVersionInput:
    """Which version to publish."""

    version: strawberry.ID = strawberry.field(description="The version.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    valid_from: datetime | None = strawberry.field(
        default=None, description="Since when it holds; now by default, an instant in the past for logs of that time."
    )
    rollout: list[RolloutWaveInput] | None = strawberry.field(
        default=None,
        description="The waves in which it reaches the units below; as planned before, or all at once, by default.",
    )

    def to_command(self) -> publishing.PublishVersion:
        """Give the command."""
        return publishing.PublishVersion(
            version_id=local_id(StandardVersionType, self.version),
            expected_revision=self.expected_revision,
            valid_from=self.valid_from,
        )

    def to_plan(self) -> planning.PlanRollout | None:
        """Give the command that plans its rollout, where one is asked for."""
        if self.rollout is None:
            return None
        waves = [one.to_plan() for one in self.rollout]
        return planning.PlanRollout(version_id=local_id(StandardVersionType, self.version), waves=waves)


@input_type(description="Which version to withdraw, and when it ends.")
class WithdrawVersionInput:
    """Which version to withdraw."""

    version: strawberry.ID = strawberry.field(description="An approved version, or the one published last.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    reason: str = strawberry.field(description="Why.")
    ends: datetime | None = strawberry.field(
        default=None,
        description="When it ends to hold; now by default. From then on the version before it holds again, or none.",
    )

    def to_command(self) -> withdrawing.WithdrawVersion:
        """Give the command."""
        return withdrawing.WithdrawVersion(
            version_id=local_id(StandardVersionType, self.version),
            expected_revision=self.expected_revision,
            reason=self.reason,
            ends=self.ends,
        )


@input_type(description="What a level narrows for those below it.")
class NarrowingInput:
    """What a level narrows."""

    bounds: BoundsInput | None = strawberry.field(default=None, description="Tighter bounds.")
    operators: list[Operator] | None = strawberry.field(
        default=None, description="What levels below may still do; all they can where it is left out."
    )

    def to_narrowing(self) -> Narrowing:
        """Give the narrowing."""
        return Narrowing(
            bounds=self.bounds.to_bounds() if self.bounds else Bounds(),
            operators=None if self.operators is None else tuple(self.operators),
        )


@input_type(description="What to adapt, and how.")
class AdaptParameterInput:
    """An adaptation."""

    code: str = strawberry.field(description="The standard's name in the network.")
    clause_key: str = strawberry.field(description="The clause.")
    reason: str = strawberry.field(description="Why.")
    expected_revision: int = strawberry.field(
        description="Revision of your side of the standard, as `effectiveStandard` gave it; 0 before your first change."
    )
    parameter_key: str = strawberry.field(default="", description="The parameter; empty for the clause's text.")
    context: ContextInput | None = strawberry.field(
        default=None,
        description="The contexts it is for, all by default. One that you do not receive is a variant of your own: "
        "assign its value; it takes the grant to append.",
    )
    operator: Operator = strawberry.field(default=Operator.ASSIGN, description="What is done.")
    value: Json | None = strawberry.field(
        default=None,
        description='For all operators but `NARROW`: the value in the form of its type; for a text `{"en": "..."}`.',
    )
    narrowing: NarrowingInput | None = strawberry.field(default=None, description="For `NARROW`.")
    valid_from: datetime | None = strawberry.field(default=None, description="Since when it holds; now by default.")
    valid_to: datetime | None = strawberry.field(default=None, description="Until when; for good by default.")
    legal_basis: str = strawberry.field(default="", description="The law or rule that asks for it.")

    def to_command(self) -> adapting.Adapt:
        """Give the command."""
        return adapting.Adapt(
            code=self.code,
            clause_key=self.clause_key,
            parameter_key=self.parameter_key,
            context=self.context.to_context("context") if self.context else {},
            operator=self.operator,
            value=self.value,
            narrowing=self.narrowing.to_narrowing() if self.narrowing else None,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            reason=self.reason,
            legal_basis=self.legal_basis,
            expected_revision=self.expected_revision,
        )


@input_type(description="Which adaptation ends, and when.")
class WithdrawAdaptationInput:
    """Which adaptation ends."""

    adaptation: strawberry.ID = strawberry.field(description="The adaptation.")
    reason: str = strawberry.field(description="Why.")
    expected_revision: int = strawberry.field(description="Revision of your side of the standard, as you read it.")
    ends: datetime | None = strawberry.field(
        default=None, description="When it ends; now by default. At its beginning or before, nothing is left of it."
    )

    def to_command(self) -> adapting.WithdrawAdaptation:
        """Give the command."""
        return adapting.WithdrawAdaptation(
            adaptation_id=local_id(AdaptationType, self.adaptation),
            ends=self.ends,
            reason=self.reason,
            expected_revision=self.expected_revision,
        )
