"""What a standard says of itself, in the schema."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import strawberry

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.types import shows, value
from core.kernel.reads import Hole, Splicing
from core.standards.graphql.parts import LocalizedTextInput, LocalizedTextType, localized, texts
from core.standards.graphql.vocabulary import Face
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.content import OutsideStandard, Profile
from core.standards.policy.profile import REVIEW_MONTHS


@value(permission=READ_STANDARDS, description="A clause of a standard of somebody else.", name="OutsideStandard")
class OutsideStandardType:
    """An outside standard."""

    code: str = shows("Its designation, such as `ISO 9001:2015`.")
    clause: str = shows("The clause there; empty for the whole.")
    verified: bool = shows("Whether somebody has looked it up; until then it is to be verified.")


@value(permission=READ_STANDARDS, description="What a standard says of itself.", name="StandardProfile")
class ProfileType:
    """A profile."""

    goal: list[LocalizedTextType] = shows("What it is for, per language.")
    audience: list[LocalizedTextType] = shows("Whom it is for, per language.")
    faces: list[Face] = shows("Which sides of service it is about.")
    service_types: list[str] = shows("The kinds of service it is for; all where none is named.")
    owner: str = shows("The role or post that answers for it.")
    review_months: int = shows("How many months after its start a version is looked at again.")
    needs: list[str] = shows("Codes of the customer needs it answers.")
    outside_standards: list[OutsideStandardType] = shows("What it maps to outside the network.")


@input_type(description="A clause of a standard of somebody else.", name="OutsideStandardInput")
class OutsideStandardInput:
    """An outside standard."""

    code: str = strawberry.field(description="Its designation, such as `ISO 9001:2015`.")
    clause: str = strawberry.field(default="", description="The clause there; empty for the whole.")
    verified: bool = strawberry.field(default=False, description="Whether somebody has looked it up.")


@input_type(description="What a standard says of itself.", name="StandardProfileInput")
class ProfileInput:
    """A profile."""

    goal: list[LocalizedTextInput] = strawberry.field(default_factory=list, description="What it is for, per language.")
    audience: list[LocalizedTextInput] = strawberry.field(
        default_factory=list, description="Whom it is for, per language."
    )
    faces: list[Face] = strawberry.field(default_factory=list, description="Which sides of service it is about.")
    service_types: list[str] = strawberry.field(
        default_factory=list, description="The kinds of service it is for; all where none is named."
    )
    owner: str = strawberry.field(default="", description="The role or post that answers for it; no person's name.")
    review_months: int = strawberry.field(
        default=REVIEW_MONTHS, description="How many months after its start a version is looked at again."
    )
    needs: list[str] = strawberry.field(default_factory=list, description="Codes of the customer needs it answers.")
    outside_standards: list[OutsideStandardInput] = strawberry.field(
        default_factory=list, description="What it maps to outside the network."
    )

    def to_profile(self) -> Profile:
        """Give the profile."""
        return Profile(
            goal=texts("profile.goal", self.goal),
            audience=texts("profile.audience", self.audience),
            faces=tuple(self.faces),
            service_types=tuple(self.service_types),
            owner=self.owner,
            review_months=self.review_months,
            needs=tuple(self.needs),
            outside_standards=tuple(
                OutsideStandard(code=one.code, clause=one.clause, verified=one.verified)
                for one in self.outside_standards
            ),
        )


def profile_shown(facts: Mapping[str, Any]) -> ProfileType:
    """Show a profile."""
    profile = msgspec.convert(facts, type=Profile)
    return ProfileType(
        goal=localized(profile.goal),
        audience=localized(profile.audience),
        faces=list(profile.faces),
        service_types=list(profile.service_types),
        owner=profile.owner,
        review_months=profile.review_months,
        needs=list(profile.needs),
        outside_standards=[
            OutsideStandardType(code=one.code, clause=one.clause, verified=one.verified)
            for one in profile.outside_standards
        ],
    )


def profile_of(column: str) -> Hole:
    """Read a JSON column of a profile."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [profile_shown(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)
