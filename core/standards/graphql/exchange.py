"""Exchange of standards in the schema."""

import strawberry

from core.kernel.errors import InvalidInput, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import global_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_field
from core.kernel.graphql.types import shows, value
from core.kernel.unit import Unit
from core.standards.errors import CodeIsTaken, VariantsAreAmbiguous, VersionIsElsewhere, VersionIsNotNewer
from core.standards.exchange import take_in
from core.standards.exchange.errors import DocumentMalformed, FormatUnknown, HashDiffers
from core.standards.exchange.export import export_standard as export
from core.standards.exchange.policy import file_text
from core.standards.graphql.types import StandardVersionType
from core.standards.permissions import DRAFT_STANDARDS, READ_STANDARDS
from core.standards.process_errors import PROCESS_ERRORS

COST = 50


@value(permission=READ_STANDARDS, description="A version of a standard as one file, to be kept or imported elsewhere.")
class ExportedStandardType:
    """One file."""

    code: str = shows("The standard's name.")
    version: str = shows("The version's number.")
    owner: strawberry.ID = shows("Global id of the tenant whose version it is; the file does not name it.")
    hash: str = shows("SHA-256 of what the version says, in hexadecimal; importing the file leads to the same.")
    text: str = shows("The file: canonical JSON, in the form of `docs/standards/standard.schema.json`.")


@input_type(description="A standard from a file.")
class ImportStandardInput:
    """A standard from a file."""

    document: str = strawberry.field(description="The file's text: JSON, as `exportStandard` gives it.")
    expected_revision: int | None = strawberry.field(
        default=None, description="Revision of the draft it replaces; left out where the version is new here."
    )

    def to_command(self) -> take_in.ImportStandard:
        """Give the command."""
        return take_in.ImportStandard(document=self.document, expected_revision=self.expected_revision)


@query_field(
    permission=READ_STANDARDS,
    description="A version that holds here or was drafted here, as one file that names no network, tenant or person.",
    arguments={"code": "The standard's name in the network.", "version": "The version's number, such as `1.0.0`."},
    cost=COST,
)
async def export_standard(unit: Unit, code: str, version: str) -> ExportedStandardType:
    """Export a version."""
    found = await export(unit, code, version)
    owner = global_id("Tenant", found.owner_tenant_id)
    return ExportedStandardType(
        code=code, version=version, owner=owner, hash=found.file.hash, text=file_text(found.file)
    )


@mutation(
    permission=DRAFT_STANDARDS,
    success=payload("ImportStandardSuccess", version=StandardVersionType),
    errors=(
        DocumentMalformed,
        FormatUnknown,
        HashDiffers,
        InvalidInput,
        VariantsAreAmbiguous,
        *PROCESS_ERRORS,
        CodeIsTaken,
        VersionIsNotNewer,
        VersionIsElsewhere,
        StaleEdit,
    ),
    description="Writes what an exported file says as a draft, which is checked and approved like any other.",
)
async def import_standard(unit: Unit, input: ImportStandardInput) -> Refs:
    """Import a version."""
    return Refs(version=(await take_in.import_standard(unit, input.to_command())).id)


QUERIES = (export_standard,)
MUTATIONS = (import_standard,)
