"""Take in a version of a standard from a file, as a draft."""

from asyncio import to_thread

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.draft import DraftStandard, draft_standard
from core.standards.exchange.policy import read_file
from core.standards.models import StandardVersion
from core.standards.permissions import DRAFT_STANDARDS


@frozen(kw_only=True)
class ImportStandard:
    """Take in a file.

    Attributes:
        document: The file's text.
        expected_revision: Revision of the draft that it replaces; empty where the version is new here.
    """

    document: str
    expected_revision: int | None = None


async def import_standard(unit: Unit, command: ImportStandard) -> StandardVersion:
    """Write what a file says as a draft; everything that holds for drafts holds for it.

    Raises:
        NotPermitted: The actor may not draft.
        DocumentMalformed: The text is no JSON object.
        FormatUnknown: It is of another form.
        HashDiffers: Its content is not what its hash says.
        DomainError: As :func:`core.standards.draft.draft_standard`.
    """
    unit.scope.require(DRAFT_STANDARDS)
    file = await to_thread(read_file, command.document)  # A large one takes its time; others are served meanwhile.
    draft = DraftStandard(content=file.content, change_log=file.change_log, expected_revision=command.expected_revision)
    return await draft_standard(unit, draft)
