"""What the seed network shows: a line for every value, a column for every tenant, and who was refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from babel.numbers import get_currency_precision
from rich.table import Table

from core.reporting.quality_report import duration
from core.standards.policy.fold import EffectiveValue
from core.standards.vocabulary import ParameterType
from gateway.cli.console import OUT, table
from gateway.seed.found import Seeded
from gateway.seed.plan import Place, SeedPlan


def value_at(seeded: Seeded, tenant: str, place: Place) -> EffectiveValue:
    """Give what holds for a tenant at a place in its situation."""
    return seeded.standing[tenant, place.code].standard.choose((place.clause, place.parameter), place.context)


def show(plan: SeedPlan, seeded: Seeded) -> None:
    """Show what holds where, what was refused, and whether anything was new."""
    OUT.print(what_holds(plan, seeded))
    OUT.print("[dim]* adapted by the tenant itself or by one above it[/]")
    for wish, refusal in zip(plan.refused, seeded.refusals, strict=True):
        OUT.print(
            f"{wish.tenant} is refused: {refusal.message} ({refusal.code}, set by {wish.set_by})", highlight=False
        )
    OUT.print(f"{seeded.changes} changes; the network is {plan.network}.", highlight=False)


def what_holds(plan: SeedPlan, seeded: Seeded) -> Table:
    """Make the table."""
    made = table(f"What holds in {plan.name}", "Standard", "Parameter", "Where", *plan.columns)
    for row in plan.effective:
        place = row.place
        where = ", ".join(f"{key}={said}" for key, said in place.context.items())
        values = [cell(value_at(seeded, tenant, place)) for tenant in plan.columns]
        made.add_row(place.code, f"{place.clause}.{place.parameter}", where, *values)
    return made


def cell(value: EffectiveValue) -> str:
    """Write a value, with a star where it is not the published one."""
    return written(value.type, value.value) + (" *" if value.value != value.published_value else "")


def written(type_: ParameterType | None, value: Any) -> str:  # noqa: ANN401 - values are of any type
    """Write a value for people."""
    match type_:
        case ParameterType.DURATION:
            return duration(value)
        case ParameterType.PERCENT:
            return f"{value} %"
        case ParameterType.MONEY:
            money = cast("Mapping[str, str]", value)
            amount = Decimal(money["amountMinor"]).scaleb(-get_currency_precision(money["currency"]))
            return f"{amount} {money['currency']}"
        case ParameterType.CHOICES:
            return ", ".join(value)
        case _:
            return str(value)
