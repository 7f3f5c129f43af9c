"""Pure rules of quality: what is counted of a record, and what figures add up to."""

from collections.abc import Iterable
from datetime import datetime
from math import ceil

from core.kernel.frozen import frozen


@frozen(kw_only=True)
class Figures:
    """Sums over some records; figures of parts add up to the figures of the whole.

    Attributes:
        records: Records opened in the period.
        resolved: Of those, how many are resolved.
        within_published: Resolved within the limit headquarters published.
        within_effective: Resolved within the limit that held for the tenant.
        resolution_seconds: Sum of elapsed seconds to resolution.
        steps: Steps of all records.
    """

    records: int = 0
    resolved: int = 0
    within_published: int = 0
    within_effective: int = 0
    resolution_seconds: int = 0
    steps: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Add two periods, tenants or days."""
        return Figures(
            records=self.records + other.records,
            resolved=self.resolved + other.resolved,
            within_published=self.within_published + other.within_published,
            within_effective=self.within_effective + other.within_effective,
            resolution_seconds=self.resolution_seconds + other.resolution_seconds,
            steps=self.steps + other.steps,
        )

    @property
    def within_published_share(self) -> float | None:
        """Share of resolved records within the published limit, 0 to 1; None where none is resolved."""
        return self.within_published / self.resolved if self.resolved else None

    @property
    def within_effective_share(self) -> float | None:
        """Share of resolved records within the tenant's own limit, 0 to 1; None where none is resolved."""
        return self.within_effective / self.resolved if self.resolved else None


@frozen(kw_only=True)
class DimensionScore:
    """The mean score of some records in one dimension.

    Attributes:
        rule: ``<plugin key>/<rule key>``.
        dimension: What was judged.
        scored: How many records got a score.
        basis_points: Sum of their scores.
    """

    rule: str
    dimension: str
    scored: int
    basis_points: int

    @property
    def mean(self) -> float | None:
        """Mean score, 0 to 100; None where nothing was scored."""
        return self.basis_points / self.scored / 100 if self.scored else None


def total(parts: Iterable[Figures]) -> Figures:
    """Add figures up."""
    whole = Figures()
    for part in parts:
        whole += part
    return whole


def merge_scores(parts: Iterable[DimensionScore]) -> list[DimensionScore]:
    """Add scores up per rule and dimension, in their alphabetical order."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for part in parts:
        scored, points = sums.get((part.rule, part.dimension), (0, 0))
        sums[part.rule, part.dimension] = (scored + part.scored, points + part.basis_points)
    return [
        DimensionScore(rule=rule, dimension=dimension, scored=scored, basis_points=points)
        for (rule, dimension), (scored, points) in sorted(sums.items())
    ]


def resolution_seconds(opened_at: datetime, resolved_at: datetime | None) -> int | None:
    """Give elapsed seconds from opening to resolution, a begun second counted whole; None while open.

    Rounding up keeps the comparison with a limit exact: half a second late is late.
    """
    return None if resolved_at is None else ceil((resolved_at - opened_at).total_seconds())


def is_within(seconds: int | None, limit_seconds: int | None) -> bool:
    """Tell whether a record was resolved within a limit; exactly on the limit is within."""
    return seconds is not None and limit_seconds is not None and seconds <= limit_seconds
