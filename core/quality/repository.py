"""SQL of quality: scores and figures of records in, and sums by day; what is read of them stands in ``sums``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.kernel.clock import recorded_now
from core.kernel.columns import TENANT, Columns, array_text, bulk_insert
from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.unit import Unit

WHOLE_RECORD = "record"
"""Stands for the dimension where a rule could not score a record at all; such rows are no part of any mean."""

WRITTEN = {**TENANT, "recorded_at": "timestamptz"}
SCORE = Columns(
    kinds={
        "id": "uuid",
        "record_id": "uuid",
        "rule": "text",
        "rule_version": "text",
        "dimension": "text",
        "basis_points": "integer",
        "reason": "text",
        "message": "text",
        "measured": "jsonb",
        "effective_hash": "text",
    }
)
SCORES = bulk_insert(
    "record_scores",
    SCORE,
    WRITTEN,
    end="""
    ON CONFLICT (tenant_id, record_id, rule, dimension) DO UPDATE SET
        rule_version = excluded.rule_version, basis_points = excluded.basis_points, reason = excluded.reason,
        message = excluded.message, measured = excluded.measured, effective_hash = excluded.effective_hash,
        recorded_at = excluded.recorded_at
""",
)
FIGURE = Columns(
    kinds={
        "id": "uuid",
        "standard_code": "text",
        "day": "date",
        "resolved": "boolean",
        "resolution_seconds": "bigint",
        "published_limit_seconds": "bigint",
        "effective_limit_seconds": "bigint",
        "step_count": "integer",
    }
)
FIGURES = bulk_insert(
    "record_figures",
    FIGURE,
    WRITTEN,
    end="""
    ON CONFLICT (tenant_id, id) DO UPDATE SET
        day = excluded.day, resolved = excluded.resolved, resolution_seconds = excluded.resolution_seconds,
        published_limit_seconds = excluded.published_limit_seconds,
        effective_limit_seconds = excluded.effective_limit_seconds, step_count = excluded.step_count,
        recorded_at = excluded.recorded_at
""",
)
DAYS_COUNTED = """
    SELECT DISTINCT standard_code, day FROM record_figures WHERE tenant_id = $1 AND id = ANY($2::text::uuid[])
"""
DROP_UNSAID = """
    DELETE FROM record_scores s USING unnest($3::text::uuid[], $4::text::text[]) AS said (record_id, rule)
    WHERE s.tenant_id = $1 AND s.record_id = said.record_id AND s.rule = said.rule AND s.recorded_at <> $2
"""
DROP_QUALITY_DAYS = text("""
    DELETE FROM quality_days
    WHERE tenant_id = :tenant_id AND standard_code = :standard_code AND day = ANY(CAST(:days AS date[]))
""")
DROP_SCORE_DAYS = text("""
    DELETE FROM score_days
    WHERE tenant_id = :tenant_id AND standard_code = :standard_code AND day = ANY(CAST(:days AS date[]))
""")
HEAD_LOCKED = "touchstone.quality_head_locked"
"""Where a transaction's session notes that it holds the lock."""

LOCK_HEAD = text("""
    INSERT INTO quality_heads (tenant_id, network_id, revision) VALUES (:tenant_id, :network_id, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET revision = quality_heads.revision + excluded.revision
""")
QUALITY_DAYS = text("""
    INSERT INTO quality_days (tenant_id, network_id, standard_code, day, records, resolved, within_published,
                              within_effective, resolution_seconds, steps)
    SELECT tenant_id, network_id, standard_code, day, count(*), count(*) FILTER (WHERE resolved),
           count(*) FILTER (WHERE resolution_seconds <= published_limit_seconds),
           count(*) FILTER (WHERE resolution_seconds <= effective_limit_seconds),
           coalesce(sum(resolution_seconds), 0), sum(step_count)
    FROM record_figures
    WHERE tenant_id = :tenant_id AND standard_code = :standard_code AND day = ANY(CAST(:days AS date[]))
    GROUP BY tenant_id, network_id, standard_code, day
    ON CONFLICT (tenant_id, standard_code, day) DO UPDATE SET
        records = excluded.records, resolved = excluded.resolved, within_published = excluded.within_published,
        within_effective = excluded.within_effective, resolution_seconds = excluded.resolution_seconds,
        steps = excluded.steps
""")
# The order is that of the index by record, which has the planner look there for each record's scores. Otherwise, while
# there are no statistics, as after the first import, it takes a tenant for one row and reads all its scores each time.
SCORE_DAYS = text("""
    INSERT INTO score_days (tenant_id, network_id, standard_code, day, rule, dimension, scored, basis_points)
    SELECT f.tenant_id, f.network_id, f.standard_code, f.day, s.rule, s.dimension, count(s.basis_points),
           coalesce(sum(s.basis_points), 0)
    FROM record_figures f CROSS JOIN LATERAL (
        SELECT rule, dimension, basis_points FROM record_scores
        WHERE tenant_id = :tenant_id AND record_id = f.id AND dimension <> 'record' ORDER BY rule, dimension
    ) s
    WHERE f.tenant_id = :tenant_id AND f.standard_code = :standard_code AND f.day = ANY(CAST(:days AS date[]))
    GROUP BY f.tenant_id, f.network_id, f.standard_code, f.day, s.rule, s.dimension
    ON CONFLICT (tenant_id, standard_code, day, rule, dimension) DO UPDATE SET
        scored = excluded.scored, basis_points = excluded.basis_points
""")


@frozen(kw_only=True)
class Reach:
    """Which tenants a read of figures covers; the reading role's wall covers the same.

    Attributes:
        network_id: The network.
        tenant_ids: The tenants, or None for the whole network.
    """

    network_id: UUID
    tenant_ids: tuple[UUID, ...] | None

    @property
    def alone(self) -> UUID | None:
        """The tenant, where it is one; what all in reach add up to is then what the one adds up to."""
        return self.tenant_ids[0] if self.tenant_ids is not None and len(self.tenant_ids) == 1 else None

    def condition(self) -> str:
        """Name the tenants in SQL; one tenant by a value, so that its rows come in the order of the index."""
        if self.tenant_ids is None:
            return "network_id = :network_id"
        among = "ANY(:tenant_ids)" if self.alone is None else ":tenant_id"
        return f"tenant_id = {among} AND network_id = :network_id"

    def parameters(self) -> dict[str, Any]:
        """Give the condition's parameters."""
        given = {"network_id": self.network_id}
        if self.tenant_ids is None:
            return given
        return (
            {**given, "tenant_ids": list(self.tenant_ids)} if self.alone is None else {**given, "tenant_id": self.alone}
        )


@frozen(kw_only=True)
class Period:
    """Some days of one standard; both ends belong to it, None is open."""

    standard_code: str
    first: date | None = None
    last: date | None = None

    def condition(self) -> str:
        """Name the days in SQL."""
        return (
            "standard_code = :standard_code"
            + (" AND day >= :first" if self.first else "")
            + (" AND day <= :last" if self.last else "")
        )

    def parameters(self) -> dict[str, Any]:
        """Give the condition's parameters."""
        given = {"standard_code": self.standard_code, "first": self.first, "last": self.last}
        return {name: value for name, value in given.items() if value is not None}


async def lock_figures(unit: Unit) -> None:
    """Let one transaction of a tenant at a time write its scores, figures and sums; the others wait for its end.

    The revision goes up with it. Dashboards are given again while it is the same, so whatever writes here takes the
    lock itself where nobody has: no change can be committed without its revision, and none at the revision of another.
    """
    if unit.session.info.get(HEAD_LOCKED) is None:
        await unit.session.execute(LOCK_HEAD, owner(unit))
        unit.session.info[HEAD_LOCKED] = True


async def days_counted(unit: Unit, record_ids: Sequence[UUID]) -> list[tuple[str, date]]:
    """Give the days (standard, day) on which some records have been counted before."""
    found = await fetch(unit, DAYS_COUNTED, unit.tenant_id, array_text(record_ids))
    return [(row["standard_code"], row["day"]) for row in found]


async def keep_scores(unit: Unit, rows: Sequence[Mapping[str, Any]], *, again: bool = False) -> None:
    """Keep what rules say of some records, replacing what the same rules said of them before.

    Args:
        unit: The tenant.
        rows: One per record, rule and dimension.
        again: Whether these records have been scored before, so that there may be dimensions not spoken of any more.
    """
    await lock_figures(unit)
    now = recorded_now()
    values = {name: [row[name] for row in rows] for name in SCORE.kinds}
    await fetch(unit, SCORES, unit.tenant_id, unit.network_id, now, *SCORE.sent(values))
    if again:
        said = array_text(values["record_id"]), array_text(values["rule"])
        await fetch(unit, DROP_UNSAID, unit.tenant_id, now, *said)


async def keep_figures(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is counted of some records, replacing what was counted before."""
    await lock_figures(unit)
    values = {name: [row[name] for row in rows] for name in FIGURE.kinds if name != "resolved"}
    values["resolved"] = [seconds is not None for seconds in values["resolution_seconds"]]
    await fetch(unit, FIGURES, unit.tenant_id, unit.network_id, recorded_now(), *FIGURE.sent(values))


async def add_up_days(unit: Unit, standard_code: str, days: Sequence[date]) -> None:
    """Add some days up again from their records."""
    await lock_figures(unit)
    parameters = {"tenant_id": unit.tenant_id, "standard_code": standard_code, "days": list(days)}
    await unit.session.execute(QUALITY_DAYS, parameters)
    await unit.session.execute(SCORE_DAYS, parameters)


async def drop_days(unit: Unit, standard_code: str, days: Sequence[date]) -> None:
    """Drop the sums of some days, before they are added up from records that were counted otherwise."""
    await lock_figures(unit)
    parameters = {"tenant_id": unit.tenant_id, "standard_code": standard_code, "days": list(days)}
    await unit.session.execute(DROP_QUALITY_DAYS, parameters)
    await unit.session.execute(DROP_SCORE_DAYS, parameters)


def owner(unit: Unit) -> dict[str, Any]:
    """Name the tenant a row is written for."""
    return {"tenant_id": unit.tenant_id, "network_id": unit.network_id}
