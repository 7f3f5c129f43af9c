"""Mutations of files that wait to be imported."""

import strawberry

from core.kernel.background.graphql.types import JobType
from core.kernel.errors import NotFound
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.errors import MappingInvalid, MappingUnknown
from core.records.graphql.types import ImportRunType
from core.records.permissions import IMPORT_RECORDS
from core.records.uploads import start as starting
from core.records.uploads.errors import UploadIsTaken
from core.records.uploads.graphql.types import ImportUploadType


@input_type(description="A file that is to be imported, and what it means.")
class StartImportInput:
    """A file that is to be imported."""

    upload: strawberry.ID = strawberry.field(description="The file, as `POST /uploads` called it.")
    mapping: str = strawberry.field(
        description="The text of a mapping file, in YAML or JSON, or the name of one that is shipped, as `receipt`."
    )
    standard_code: str | None = strawberry.field(
        default=None, description="The standard of the records, where it is another than the mapping says."
    )

    def to_command(self) -> starting.StartImport:
        """Give the command."""
        return starting.StartImport(
            upload_id=local_id(ImportUploadType, self.upload), mapping=self.mapping, standard_code=self.standard_code
        )


@mutation(
    permission=IMPORT_RECORDS,
    success=payload(
        "StartImportSuccess",
        import_run=(ImportRunType, "The import, with its counts and its error report; they grow while it runs."),
        job=(JobType, "The work, in bytes read of the file; `cancelJob` ends it."),
    ),
    errors=(NotFound, MappingInvalid, MappingUnknown, UploadIsTaken),
    description="Has a file imported that was sent to `POST /uploads`, in the background, into the tenant acted in"
    " alone. The same file with the same mapping adds only what is missing.",
)
async def start_import(unit: Unit, input: StartImportInput) -> Refs:
    """Order an import."""
    ordered = await starting.start_import(unit, input.to_command())
    return Refs(import_run=ordered.run_id, job=ordered.job_id)


MUTATIONS = [start_import]
