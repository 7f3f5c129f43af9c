"""What the demonstration shows of its main job: what came of each step, and the figures as tables."""

from collections.abc import Sequence

from rich.table import Table

from core.quality.dashboard import Dashboard, Performance, TenantPerformance
from core.records.importing.figures import Imported
from core.reporting.quality_report import duration, mean, share
from gateway.cli.console import OUT, counted, table
from gateway.cli.import_log import WHICH
from gateway.demo.material import Material
from gateway.demo.publishing import Adaptation
from gateway.demo.speaking import step
from gateway.seed.found import Seeded
from gateway.seed.plan import SeedPlan
from gateway.seed.show import what_holds

MOST_ROWS = 12
RIGHT = ("Records", "Resolved", "In time", "Limit", "Kept", "Median", "Count")


def adapted(adaptation: Adaptation, material: Material) -> None:
    """Say how adapting went."""
    limit, asked = duration(material.adapted_limit), duration(material.refused_limit)
    if adaptation.accepted:
        step(f"{material.adapter} adapts the limit to {limit}, within the bounds")
    if adaptation.refusal is not None:
        step(f"{material.adapter} asks for {asked} and is refused: {adaptation.refusal.message}")


def imported(done: Imported) -> None:
    """Say how the import went."""
    figures = done.figures
    before = figures.imported - figures.new
    again = f", {before:,} of them imported before" if before else ""
    records, steps = counted(figures.imported, "record"), counted(figures.steps, "step")
    step(f"{records} with {steps} in {counted(len(figures.tenants), 'tenant')}{again}")
    for rule, count in figures.placeholders.items():
        nameless = f"{counted(count, 'record names', 'records name')} no tenant ({rule})"
        step(f"{nameless}; kept in a tenant of their own and reported")
    for code, count in figures.refusals.items():
        OUT.print(f"[yellow]! {counted(count, 'record')} refused: {code}[/]", highlight=False)
    if figures.refusals:
        OUT.print(WHICH, highlight=False, soft_wrap=True)


def tenants(shown: Dashboard) -> None:
    """Show each tenant against the standard."""
    OUT.print(tenant_table(shown.tenants[:MOST_ROWS], shown.whole))
    OUT.print("[dim]In time: within the published limit. Limit and kept: the tenant's own. Scores: 0 to 100.[/]")
    if len(shown.tenants) > MOST_ROWS:
        OUT.print(f"[dim]and {len(shown.tenants) - MOST_ROWS} more tenants in the report[/]")


def tenant_table(some: Sequence[TenantPerformance], whole: Performance) -> Table:
    """Make the table of tenants, with all of them together in its last line."""
    dimensions = [(score.rule, score.dimension) for score in whole.scores]
    names = tuple(dimension.split("_")[0].capitalize() for _, dimension in dimensions)
    head = ("Tenant", "Records", "In time", "Limit", "Kept", "Median")
    made = table("Each tenant against the standard", *head, *names, numbers=(*RIGHT, *names))
    for one in some:
        made.add_row(one.tenant.key, *cells(one.performance, duration(one.limits.effective_limit_seconds), dimensions))
    made.add_section()
    made.add_row("all", *cells(whole, "", dimensions), style="bold")
    return made


def cells(performance: Performance, limit: str, dimensions: Sequence[tuple[str, str]]) -> list[str]:
    """Give the cells of a line, after its name."""
    figures = performance.figures
    known = {(score.rule, score.dimension): score for score in performance.scores}
    return [
        f"{figures.records:,}",
        share(figures.within_published_share),
        limit,
        share(figures.within_effective_share),
        duration(performance.median_seconds),
        *(mean(known.get(dimension)) for dimension in dimensions),
    ]


def figures(shown: Dashboard) -> None:
    """Show what everything comes to."""
    whole = shown.whole
    made = table("The network", "What", "Count", numbers=RIGHT)
    made.add_row("tenants", f"{len(shown.tenants):,}")
    made.add_row("records", f"{whole.figures.records:,}")
    made.add_row("steps", f"{whole.figures.steps:,}")
    made.add_row("resolved", f"{whole.figures.resolved:,}")
    made.add_row("resolved within the published limit", f"{whole.figures.within_published:,}")
    made.add_row("median time to resolution", duration(whole.median_seconds))
    OUT.print(made)


def seeded(plan: SeedPlan, found: Seeded) -> None:
    """Show the network beside it: two standards that a region and three franchisees adapt within their bounds."""
    added = f"{found.changes} changes" if found.changes else "as it was"
    step(f"the network {plan.network} adapts its sales service in {len(plan.tenants)} units: {added}")
    OUT.print(what_holds(plan, found))
    OUT.print("[dim]* adapted by the tenant itself or by one above it; python3 run.py seed shows it again[/]")
    wish, refusal = plan.refused[0], found.refusals[0]
    step(f"{wish.tenant} asks for more than {wish.set_by} allows and is refused: {refusal.message}")


def before_and_after(before: Dashboard, after: Dashboard) -> None:
    """Show how stores that worked in different ways came together."""
    made = table("Before and after the one process", "What", "Before", "After", numbers=("Before", "After"))
    old, new = before.whole, after.whole
    made.add_row("in time", share(old.figures.within_published_share), share(new.figures.within_published_share))
    made.add_row("median time", duration(old.median_seconds), duration(new.median_seconds))
    made.add_row("slowest store's median", duration(slowest(before)), duration(slowest(after)))
    made.add_row("fastest store's median", duration(fastest(before)), duration(fastest(after)))
    for score in new.scores:
        earlier = next((one for one in old.scores if one.dimension == score.dimension), None)
        made.add_row(score.dimension.replace("_", " "), mean(earlier), mean(score))
    OUT.print(made)


def slowest(shown: Dashboard) -> float | None:
    """Give the longest median of any tenant."""
    return max((one.performance.median_seconds or 0 for one in shown.tenants), default=None)


def fastest(shown: Dashboard) -> float | None:
    """Give the shortest median of any tenant."""
    return min((one.performance.median_seconds or 0 for one in shown.tenants), default=None)
