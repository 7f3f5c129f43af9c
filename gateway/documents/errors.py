"""Why a document is not served, or not registered."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class DocumentRefused(DomainError):  # noqa: N818 - errors are facts
    """A request's document is not executed, whatever it says."""

    code: ClassVar[str] = "gateway.document_refused"


@fact
class DocumentUnknown(DocumentRefused):
    """No document of that id is registered, or no longer."""

    code: ClassVar[str] = "gateway.document_unknown"

    @property
    def message(self) -> str:
        """Say that there is none."""
        return "No document of this id is registered."

    @property
    def hint(self) -> str:
        """Say how documents come to be registered."""
        return "Register the front end's documents when it is built: touchstone documents register."


@fact
class PersistedQueryNotFound(DocumentRefused):
    """The same, in the words that Apollo's clients look for; they send the text then, which registers nothing."""

    code: ClassVar[str] = "PERSISTED_QUERY_NOT_FOUND"

    @property
    def message(self) -> str:
        """Say what Apollo's clients compare with."""
        return "PersistedQueryNotFound"

    @property
    def hint(self) -> str:
        """Say how documents come to be registered."""
        return DocumentUnknown().hint


@fact
class DocumentNotTrusted(DocumentRefused):
    """Only registered documents are served, and this text is none."""

    code: ClassVar[str] = "gateway.document_not_trusted"

    @property
    def message(self) -> str:
        """Say what is served."""
        return "This server answers registered documents alone, and this text is none of them."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return (
            "Register it with touchstone documents register, character by character as it is sent, or send the "
            "documentId of one that is registered."
        )


@fact
class DocumentsUnreadable(DomainError):  # noqa: N818 - errors are facts
    """What was given holds no documents in a form that is known."""

    place: str
    problem: str
    code: ClassVar[str] = "documents.unreadable"

    @property
    def message(self) -> str:
        """Say what is wrong with it."""
        return f"{self.place} cannot be read: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what is read."""
        return (
            "Give a .graphql file, a folder of them, Apollo's persisted-query-manifest.json, or a JSON object of "
            "hashes and texts such as Relay's compiler writes."
        )


@fact
class DocumentsAreWrong(DomainError):  # noqa: N818 - errors are facts
    """Some documents do not fit the schema or its limits."""

    wrong: int
    given: int
    code: ClassVar[str] = "documents.wrong"

    @property
    def message(self) -> str:
        """Say how many."""
        return f"{self.wrong} of {self.given} documents are wrong, so none was registered."

    @property
    def hint(self) -> str:
        """Say where to look."""
        return "The table says what is wrong with each; mend them and run the command again."


@fact
class NoSuchBuild(DomainError):  # noqa: N818 - errors are facts
    """Nothing was ever registered that way."""

    what: str
    code: ClassVar[str] = "documents.no_such_build"

    @property
    def message(self) -> str:
        """Say what was looked for."""
        return f"Nothing is registered for {self.what}."

    @property
    def hint(self) -> str:
        """Say how to find out."""
        return "touchstone documents list shows what is registered."
