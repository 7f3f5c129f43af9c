"""Why a file is not taken, or not imported."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class UploadTooLarge(DomainError):  # noqa: N818 - errors are facts
    """A file is larger than is taken.

    Attributes:
        largest: Most bytes of a file.
    """

    largest: int
    code: ClassVar[str] = "records.upload_too_large"

    @property
    def message(self) -> str:
        """Say what the limit is."""
        return f"The file is larger than {self.largest} bytes."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Pack it with gzip, split it, or have it imported with the command 'touchstone import'."


@fact
class UploadIsEmpty(DomainError):  # noqa: N818 - errors are facts
    """A file has nothing in it."""

    code: ClassVar[str] = "records.upload_is_empty"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The file is empty."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Send the file as the request's body."


@fact
class TooManyUploads(DomainError):  # noqa: N818 - errors are facts
    """Files of the tenant wait to be imported, as many as may.

    Attributes:
        most: How many may wait.
    """

    most: int
    code: ClassVar[str] = "records.too_many_files_wait"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"{self.most} files of this tenant wait to be imported."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Have them imported with startImport first; those that are not are deleted after a day."


@fact
class UploadIsTaken(DomainError):  # noqa: N818 - errors are facts
    """A file is being imported already, as meaning something else."""

    code: ClassVar[str] = "records.upload_is_taken"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This file is being imported already, with another mapping."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Wait for that import or cancel its job, then upload the file again."


@fact
class UploadIsGone(DomainError):  # noqa: N818 - errors are facts
    """A file that was uploaded is not where it was put."""

    code: ClassVar[str] = "records.upload_is_gone"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The file that was uploaded is not there any more."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Upload it again; all processes must store files in the same place."


@fact
class ImportIsCancelled(DomainError):  # noqa: N818 - errors are facts
    """An import was cancelled while it ran."""

    code: ClassVar[str] = "records.import_cancelled"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The import was cancelled; what it had imported by then is there."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Upload the same file again and import it with the same mapping: it goes on where it was."
