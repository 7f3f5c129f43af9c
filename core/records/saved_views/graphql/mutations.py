"""Mutations of saved views."""

import strawberry

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.graphql.types import RecordFilter
from core.records.permissions import READ_RECORDS
from core.records.saved_views import keep
from core.records.saved_views.errors import TooManyViews, ViewNameIsTaken
from core.records.saved_views.graphql.filters import as_json
from core.records.saved_views.graphql.types import SavedViewType
from core.records.saved_views.policy import ViewOrdering


@input_type(description="A view that is to be saved.")
class SaveViewInput:
    """A view."""

    name: str = strawberry.field(description="What it is to be called; no two of your views are called the same.")
    filter: RecordFilter | None = strawberry.field(default=None, description="What the list is narrowed by.")
    ordering: ViewOrdering = strawberry.field(
        default=ViewOrdering.LATEST_FIRST, description="In which order it shows its records."
    )
    columns: list[str] = strawberry.field(
        default_factory=list[str], description="What of a record it shows: names of fields, in order."
    )
    shared: bool = strawberry.field(
        default=False, description="Whether everybody in the tenant sees it; takes `records.share_views`."
    )

    def to_command(self) -> keep.SaveView:
        """Give the command."""
        return keep.SaveView(
            name=self.name,
            filter=as_json(self.filter),
            ordering=self.ordering,
            columns=self.columns,
            shared=self.shared,
        )


@input_type(description="What shall be otherwise with a view; what is left out stays as it is.")
class ChangeViewInput:
    """What shall be otherwise with a view."""

    view: strawberry.ID = strawberry.field(description="The view.")
    version: int = strawberry.field(description="The view's version, as you read it.")
    name: str | None = strawberry.field(default=None, description="What it is to be called.")
    filter: RecordFilter | None = strawberry.field(
        default=None, description="What the list is narrowed by from now on; all of it."
    )
    ordering: ViewOrdering | None = strawberry.field(default=None, description="In which order it shows its records.")
    columns: list[str] | None = strawberry.field(default=None, description="What of a record it shows.")
    shared: bool | None = strawberry.field(
        default=None, description="Whether everybody in the tenant sees it; changing that takes `records.share_views`."
    )

    def to_command(self) -> keep.ChangeView:
        """Give the command."""
        return keep.ChangeView(
            view_id=local_id(SavedViewType, self.view),
            expected_version=self.version,
            name=self.name,
            filter=None if self.filter is None else as_json(self.filter),
            ordering=self.ordering,
            columns=self.columns,
            shared=self.shared,
        )


@input_type(description="A view that is to be deleted.")
class DeleteViewInput:
    """A view that is to be deleted."""

    view: strawberry.ID = strawberry.field(description="The view.")
    version: int = strawberry.field(description="The view's version, as you read it.")


@mutation(
    permission=READ_RECORDS,
    success=payload("SaveViewSuccess", view=SavedViewType),
    errors=(InvalidInput, ViewNameIsTaken, TooManyViews),
    description="Saves a list of service records as you narrowed it, for yourself or for the tenant.",
)
async def save_view(unit: Unit, input: SaveViewInput) -> Refs:
    """Save a view."""
    return Refs(view=await keep.save_view(unit, input.to_command()))


@mutation(
    permission=READ_RECORDS,
    success=payload("ChangeViewSuccess", view=SavedViewType),
    errors=(InvalidInput, NotFound, StaleEdit, ViewNameIsTaken),
    description="Renames, changes or shares a saved view: your own, or with `records.share_views` a shared one.",
)
async def change_view(unit: Unit, input: ChangeViewInput) -> Refs:
    """Change a view."""
    return Refs(view=await keep.change_view(unit, input.to_command()))


@mutation(
    permission=READ_RECORDS,
    success=payload("DeleteViewSuccess", name=(str, "What it was called.")),
    errors=(NotFound, StaleEdit),
    description="Deletes a saved view: your own, or with `records.share_views` a shared one.",
)
async def delete_view(unit: Unit, input: DeleteViewInput) -> Refs:
    """Delete a view."""
    return Refs(name=await keep.delete_view(unit, local_id(SavedViewType, input.view), input.version))


MUTATIONS = [save_view, change_view, delete_view]
