"""Orderings as far as they decide anything: what comes after columns that no two rows have alike is left out."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from gateway.execution.plans import OrderedBy


def deciding(order: Sequence[OrderedBy], table: Table, same: Collection[str]) -> Sequence[OrderedBy]:
    """Give the beginning of an ordering that decides it alone.

    The steps of a record have one position each, so nothing is left to decide for their ids; and an index in the order
    of positions need not be sorted again, which takes longer for a few rows than reading them.

    Args:
        order: The total order, by columns of the table as declared.
        table: What is ordered.
        same: Columns that all rows have alike, such as the tenant.
    """
    alone = list(unlike(table))
    known = set(same)
    for place, one in enumerate(order, start=1):
        if isinstance(one.column, Column) and one.column.table is table:
            known.add(one.column.name)
        if any(names <= known for names in alone):
            return order[:place]
    return order


def unlike(table: Table) -> Iterator[set[str]]:
    """Give every set of columns that no two rows of a table have alike; an empty one would be unlike another's."""
    for one in table.constraints:
        if isinstance(one, PrimaryKeyConstraint | UniqueConstraint) and not any(column.nullable for column in one):
            yield {column.name for column in one}
