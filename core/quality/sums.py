"""SQL that reads what the dashboard shows: one statement for all the parts that are asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.frozen import frozen
from core.quality.policy import DimensionScore, Figures
from core.quality.repository import Period, Reach


class Part(StrEnum):
    """A part of the dashboard that is read only where somebody looks at it.

    ``figures``, ``scores`` and ``median`` are of all tenants in reach together, ``days`` are theirs day by day;
    ``tenants`` are each tenant's figures, and the three that begin so are what is told of each tenant beside them.
    """

    FIGURES = "figures"
    SCORES = "scores"
    MEDIAN = "median"
    DAYS = "days"
    TENANTS = "tenants"
    TENANT_SCORES = "tenant_scores"
    TENANT_MEDIANS = "tenant_medians"
    TENANT_LIMITS = "tenant_limits"


Parts = frozenset[Part]
EVERYTHING: Final = frozenset(Part)


@frozen(kw_only=True)
class Limits:
    """The limits that the latest record of a period was held to, in seconds; None where there was none."""

    published_limit_seconds: int | None
    effective_limit_seconds: int | None


class FiguresOf(msgspec.Struct):
    """The figures of one tenant, or of all in reach where it names none."""

    tenant_id: UUID | None
    figures: Figures


class ScoreOf(msgspec.Struct):
    """A score of one tenant, or of all in reach."""

    tenant_id: UUID | None
    score: DimensionScore


class MedianOf(msgspec.Struct):
    """The median of one tenant, or of all in reach."""

    tenant_id: UUID | None
    seconds: float


class LimitsOf(msgspec.Struct):
    """The limits of one tenant."""

    tenant_id: UUID
    limits: Limits


class FiguresOn(msgspec.Struct):
    """The figures of one day over all in reach."""

    day: date
    figures: Figures


class Found(msgspec.Struct):
    """What the statement gives."""

    figures: list[FiguresOf] = []
    scores: list[ScoreOf] = []
    medians: list[MedianOf] = []
    limits: list[LimitsOf] = []
    days: list[FiguresOn] = []


@frozen(kw_only=True)
class Sums:
    """What was read; what was not asked for is empty.

    Attributes:
        figures: By tenant; all in reach together under None where no tenant was asked for.
        scores: The same of scores, by rule and dimension.
        medians: Median seconds to resolution by tenant, and of all in reach together under None.
        limits: Limits of each tenant's latest record in the period.
        days: Figures of each day over all in reach, in the order of days.
    """

    figures: Mapping[UUID | None, Figures]
    scores: Mapping[UUID | None, Sequence[DimensionScore]]
    medians: Mapping[UUID | None, float]
    limits: Mapping[UUID, Limits]
    days: Sequence[tuple[date, Figures]]


FIGURES: Final = "json_build_object({})".format(
    ", ".join(f"'{name}', CAST(sum({name}) AS bigint)" for name in Figures.__dataclass_fields__)
)
SCORE: Final = """json_build_object('rule', rule, 'dimension', dimension, 'scored', CAST(sum(scored) AS bigint),
    'basis_points', CAST(sum(basis_points) AS bigint))"""
MIDDLE: Final = "percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_seconds)"
LIMITS: Final = """json_build_object('published_limit_seconds', published_limit_seconds,
    'effective_limit_seconds', effective_limit_seconds)"""
TOGETHER: Final = "CAST(NULL AS uuid) AS tenant_id"


async def read_sums(session: AsyncSession, reach: Reach, period: Period, parts: Parts = EVERYTHING) -> Sums:
    """Read some parts of a dashboard in one statement, or in none where none of them needs any."""
    found = Found()
    if parts:
        statement = sums_statement(reach.condition(), period.condition(), asked_of(reach, parts))
        given = {**reach.parameters(), **period.parameters()}
        found = msgspec.json.decode(await session.scalar(statement, given) or "{}", type=Found)
    scores: dict[UUID | None, list[DimensionScore]] = {}
    for one in found.scores:
        scores.setdefault(one.tenant_id, []).append(one.score)
    medians = {one.tenant_id: one.seconds for one in found.medians}
    if reach.alone is not None and None in medians:
        medians[reach.alone] = medians[None]
    return Sums(
        figures={one.tenant_id: one.figures for one in found.figures},
        scores=scores,
        medians=medians,
        limits={one.tenant_id: one.limits for one in found.limits},
        days=[(one.day, one.figures) for one in found.days],
    )


def asked_of(reach: Reach, parts: Parts) -> Parts:
    """Give what is to be read: the median of a tenant that is alone in reach is that of the whole."""
    if reach.alone is None or Part.TENANT_MEDIANS not in parts:
        return parts
    return (parts - {Part.TENANT_MEDIANS}) | {Part.MEDIAN}


@cache
def sums_statement(reach: str, period: str, parts: Parts) -> TextClause:
    """Write the statement: a table for each part, all of them in one JSON text.

    Each part is materialised by itself, so that none of them is read for another's sake, and so that on Citus what is
    put together are intermediate results.

    Args:
        reach: Names the tenants.
        period: Names the days.
        parts: What is asked for.
    """
    where = f"WHERE {reach} AND {period}"
    tables = {**summed(where, parts), **measured(where, parts)}
    listed = ", ".join(f"{name} AS MATERIALIZED ({table})" for name, table in tables.items())
    shown = [name for name in tables if name in Found.__struct_fields__]
    pieces = ", ".join(f"'{name}', (SELECT coalesce(json_agg(one), '[]') FROM {name} AS one)" for name in shown)  # noqa: S608
    return text(f"WITH {listed} SELECT CAST(json_build_object({pieces}) AS text)")


def summed(where: str, parts: Parts) -> Mapping[str, str]:
    """Write what is added up from sums of days; by tenant only where tenants are asked for."""
    tables: dict[str, str] = {}
    if Part.TENANTS in parts:
        tables["figures"] = f"SELECT tenant_id, {FIGURES} AS figures FROM quality_days {where} GROUP BY tenant_id"  # noqa: S608
    elif Part.FIGURES in parts:
        tables["figures"] = f"SELECT {TOGETHER}, {FIGURES} AS figures FROM quality_days {where} HAVING count(*) > 0"  # noqa: S608
    if Part.TENANT_SCORES in parts or Part.SCORES in parts:
        owner, group = ("tenant_id", "tenant_id, ") if Part.TENANT_SCORES in parts else (TOGETHER, "")
        tables["scores"] = (
            f"SELECT {owner}, {SCORE} AS score FROM score_days {where} "  # noqa: S608
            f"GROUP BY {group}rule, dimension ORDER BY {group}rule, dimension"
        )
    if Part.DAYS in parts:
        tables["days"] = f"SELECT day, {FIGURES} AS figures FROM quality_days {where} GROUP BY day ORDER BY day"  # noqa: S608
    return tables


def measured(where: str, parts: Parts) -> Mapping[str, str]:
    """Write what is told of the records themselves."""
    tables: dict[str, str] = {}
    if Part.TENANT_LIMITS in parts:
        tables["limits"] = (
            f"SELECT DISTINCT ON (tenant_id) tenant_id, {LIMITS} AS limits FROM record_figures {where} "  # noqa: S608
            "ORDER BY tenant_id, day DESC, id DESC"
        )
    resolved = f"FROM record_figures {where} AND resolved"
    if Part.MEDIAN in parts and Part.TENANT_MEDIANS in parts:
        tables["chosen"] = f"SELECT tenant_id, resolution_seconds {resolved}"
        sets = "GROUP BY GROUPING SETS ((tenant_id), ()) HAVING count(*) > 0"
        tables["medians"] = f"SELECT tenant_id, {MIDDLE} AS seconds FROM chosen {sets}"  # noqa: S608
    elif Part.MEDIAN in parts:
        tables["medians"] = f"SELECT {TOGETHER}, {MIDDLE} AS seconds {resolved} HAVING count(*) > 0"
    elif Part.TENANT_MEDIANS in parts:
        tables["medians"] = f"SELECT tenant_id, {MIDDLE} AS seconds {resolved} GROUP BY tenant_id"
    return tables
