"""Types of saved views."""

import sqlalchemy as sa

from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.types import entity, reads
from core.kernel.reads import Column, Document, Expression, Hole
from core.records.permissions import READ_RECORDS
from core.records.saved_views.graphql.filters import gone_fields
from core.records.saved_views.models import SavedView
from core.records.saved_views.policy import ViewOrdering
from core.standards.graphql.json_values import Json

enumeration(
    ViewOrdering,
    description="In which order a view shows its records.",
    values={
        "LATEST_FIRST": "Latest first: ask for pages with `first` and `after`.",
        "EARLIEST_FIRST": "Earliest first: ask for pages with `last` and `before`, and turn each around.",
    },
)


@entity(
    SavedView,
    permission=READ_RECORDS,
    where=lambda view: view.c.shared,
    description="A list of service records as somebody narrowed it, kept under a name. A view that is not shared is"
    " seen by its owner alone.",
)
class SavedViewType:
    """A saved view."""

    name: str = reads(Column("name"), description="What its owner calls it.")
    owner: str = reads(
        Expression(lambda view: sa.cast(view.c.owner_id, sa.Text())),
        description="Whose it is: the person or service account that saved it, by id.",
    )
    shared: bool = reads(Column("shared"), description="Whether everybody in the tenant sees it.")
    filter: Json = reads(
        Document("filter"),
        description="What the list is narrowed by: send it as `filter` of `records`, as it is.",
    )
    ordering: ViewOrdering = reads(Column("ordering"), description="In which order it shows its records.")
    columns: Json = reads(Document("columns"), description="What of a record it shows: names of fields, in order.")
    gone: list[str] = reads(
        Hole(("filter",), gone_fields, alone=True),
        description="What of its filter records can no longer be narrowed by; change the view where there is any.",
    )
    version: int = reads(Column("version"), description="Goes up with every change; send it back when you change it.")
