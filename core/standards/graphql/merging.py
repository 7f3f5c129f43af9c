"""Moving clauses of a draft, and what became of adaptations in new versions."""

import strawberry

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.graphql.inputs import texts
from core.standards.graphql.parts import LocalizedTextInput
from core.standards.graphql.types import StandardVersionType
from core.standards.merging import move_clauses as moving
from core.standards.merging.moving import ClausePart
from core.standards.permissions import DRAFT_STANDARDS

EDITING = (NotFound, StaleEdit, VersionIsElsewhere, InvalidInput)


def renames(field: str, given: list["ParameterRenameInput"]) -> dict[str, str]:
    """Read new keys by old ones; two of one are refused, for the first would be lost."""
    found = {one.was: one.becomes for one in given}
    if len(found) < len(given):
        raise InvalidInput(field=field, problem="each parameter stands once")
    return found


@input_type(description="A parameter that is called something else from now on.")
class ParameterRenameInput:
    """One renamed parameter."""

    was: str = strawberry.field(
        description="Its key; where clauses are merged, the clause and the key joined by a dot."
    )
    becomes: str = strawberry.field(description="Its key from now on.")


@input_type(description="Which clause of a draft to rename.")
class RenameClauseInput:
    """Which clause to rename."""

    version: strawberry.ID = strawberry.field(description="The draft.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    clause_key: str = strawberry.field(description="The clause.")
    new_key: str = strawberry.field(description="Its key from now on; the same where only parameters are renamed.")
    parameters: list[ParameterRenameInput] = strawberry.field(
        default_factory=list, description="Parameters of it that are called something else from now on."
    )

    def to_command(self) -> moving.RenameClause:
        """Give the command."""
        return moving.RenameClause(
            version_id=local_id(StandardVersionType, self.version),
            expected_revision=self.expected_revision,
            key=self.clause_key,
            new_key=self.new_key,
            parameters=renames("parameters", self.parameters),
        )


@input_type(description="One of the clauses that a clause is split into.")
class ClausePartInput:
    """One part."""

    key: str = strawberry.field(description="Its key; one part may keep the key of the whole.")
    text: list[LocalizedTextInput] = strawberry.field(
        default_factory=list, description="What it says, per language; as the whole where it is left out."
    )
    parameters: list[str] = strawberry.field(
        default_factory=list, description="Keys of the parameters that go there; each goes into one part."
    )


@input_type(description="Which clause of a draft to split, and into what.")
class SplitClauseInput:
    """Which clause to split."""

    version: strawberry.ID = strawberry.field(description="The draft.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    clause_key: str = strawberry.field(description="The clause.")
    into: list[ClausePartInput] = strawberry.field(description="What becomes of it, in reading order; two at least.")

    def to_command(self) -> moving.SplitClause:
        """Give the command."""
        return moving.SplitClause(
            version_id=local_id(StandardVersionType, self.version),
            expected_revision=self.expected_revision,
            key=self.clause_key,
            into=[
                ClausePart(key=one.key, text=texts(f"into[{i}].text", one.text), parameters=one.parameters)
                for i, one in enumerate(self.into)
            ],
        )


@input_type(description="Which clauses of a draft to merge into one.")
class MergeClausesInput:
    """Which clauses to merge."""

    version: strawberry.ID = strawberry.field(description="The draft.")
    expected_revision: int = strawberry.field(description="Its revision, as you read it.")
    clause_keys: list[str] = strawberry.field(
        description="The clauses, two at least; the one is of the first one's kind and stands in its place."
    )
    new_key: str = strawberry.field(description="The key of the one; it may be that of one of them.")
    text: list[LocalizedTextInput] = strawberry.field(
        default_factory=list,
        description="What it says, per language; where it is left out, what all of them said, one after the other.",
    )
    parameters: list[ParameterRenameInput] = strawberry.field(
        default_factory=list, description="Parameters that are called something else, so that each name stands once."
    )

    def to_command(self) -> moving.MergeClauses:
        """Give the command."""
        return moving.MergeClauses(
            version_id=local_id(StandardVersionType, self.version),
            expected_revision=self.expected_revision,
            keys=self.clause_keys,
            new_key=self.new_key,
            text=texts("text", self.text),
            parameters=renames("parameters", self.parameters),
        )


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("RenameClauseSuccess", version=StandardVersionType),
    errors=EDITING,
    description="Gives a clause of a draft another key; what was adapted there follows once it is published.",
)
async def rename_clause(unit: Unit, input: RenameClauseInput) -> Refs:
    """Rename a clause."""
    return Refs(version=(await moving.rename_clause(unit, input.to_command())).id)


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("SplitClauseSuccess", version=StandardVersionType),
    errors=EDITING,
    description="Makes several clauses of one; what was adapted of its parameters follows to where these go.",
)
async def split_clause(unit: Unit, input: SplitClauseInput) -> Refs:
    """Split a clause."""
    return Refs(version=(await moving.split_clause(unit, input.to_command())).id)


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("MergeClausesSuccess", version=StandardVersionType),
    errors=EDITING,
    description="Makes one clause of several; what was adapted of their parameters follows.",
)
async def merge_clauses(unit: Unit, input: MergeClausesInput) -> Refs:
    """Merge clauses."""
    return Refs(version=(await moving.merge_clauses(unit, input.to_command())).id)
