"""Why a saved view is refused."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class ViewNameIsTaken(DomainError):  # noqa: N818 - errors are facts
    """The owner has another view of that name."""

    name: str
    code: ClassVar[str] = "records.view_name_taken"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"There is a view called {self.name!r} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose another name, or change the view that has it."


@fact
class TooManyViews(DomainError):  # noqa: N818 - errors are facts
    """The owner has as many views as anybody may have."""

    most: int
    code: ClassVar[str] = "records.too_many_views"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return f"You have {self.most} views, and nobody has more."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Delete one that is not used any more."
