"""Money: minor units and a currency, never a float, never exchanged."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from core.kernel.graphql.access import PUBLIC
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.types import shows, value
from core.kernel.reads import Hole, Splicing

BIGGEST = 2**63


@value(permission=PUBLIC, name="Money", description="An amount of money.")
class MoneyType:
    """An amount of money."""

    amount_minor: str = shows("Whole minor units of the currency, such as cents, as a string so that no digit is lost.")
    currency: str = shows("ISO 4217 code.")


@input_type(name="MoneyInput", description="An amount of money.")
class MoneyInput:
    """An amount of money."""

    amount_minor: str = strawberry.field(description="Whole minor units of the currency, such as cents, as a string.")
    currency: str = strawberry.field(description="ISO 4217 code.")

    def minor_units(self) -> int:
        """Give the amount as a number.

        Raises:
            ValueError: It is no whole number, or too large to be stored.
        """
        amount = int(self.amount_minor)
        if abs(amount) >= BIGGEST:
            msg = "The amount is too large."
            raise ValueError(msg)
        return amount


def money(amount: str, currency: str) -> Hole:
    """Declare that a field reads an amount from two columns; annotate it ``MoneyType | None`` where they may be empty.

    Args:
        amount: Column of the minor units, a bigint.
        currency: Column of the ISO 4217 code.
    """

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [amount_of(row[amount], row[currency]) for row in rows]

    return Hole((amount, currency), fill, alone=True)


def amount_of(minor: int | None, currency: str | None) -> MoneyType | None:
    """Give an amount as the schema shows it, or nothing where it is not complete."""
    if minor is None or currency is None:
        return None
    return MoneyType(amount_minor=str(minor), currency=currency)
