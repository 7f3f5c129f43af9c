"""Score records: count what is counted of them, and ask every scoring rule the tenant has enabled."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from touchstone_sdk import RecordScored, Score, thaw_json

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.kernel.work import Work
from core.plugin_host.errors import (
    PluginError,
    PluginIsNotApproved,
    PluginIsNotEnabled,
    PluginIsRevoked,
    PluginLacksScopes,
)
from core.plugin_host.invoker import Invoker, Scoring
from core.quality.effective import effective_limit, published_limit
from core.quality.policy import resolution_seconds
from core.quality.repository import WHOLE_RECORD, add_up_days, keep_figures, keep_scores
from core.quality.subjects import Subject, published_texts
from core.standards.policy.view import EffectiveView
from core.standards.resolve import pinned_views

NOT_FOR_THIS_TENANT = (PluginIsNotApproved, PluginIsNotEnabled, PluginIsRevoked, PluginLacksScopes)
BATCH = 500
NOTHING_SCORED: dict[str, Any] = {"dimension": WHOLE_RECORD, "basis_points": None, "measured": "{}"}


@dataclass(slots=True)
class Judged:
    """What is to be written down.

    Attributes:
        figures: Rows of ``record_figures``.
        scores: Rows of ``record_scores``.
        failures: Refusals of plugins that should have answered.
    """

    figures: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    scores: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    failures: list[PluginError] = field(default_factory=list[PluginError])


@dataclass(frozen=True, slots=True)
class Standing:
    """What some records are judged against: the tenant's effective standard and the limit headquarters published."""

    view: EffectiveView
    published_limit_seconds: int | None


async def score(work: Work, subjects: Sequence[Subject]) -> None:
    """Score records of the tenant and add their days up again; doing it again changes nothing.

    Plugins are called between the transactions, never inside one. Where a plugin fails, everything else is kept, and
    its refusal is raised so that the work is tried again.

    Raises:
        PluginError: A plugin that is enabled did not answer, or not as it must.
    """
    if not subjects:
        return
    async with work.unit(read_only=True) as unit:
        standings = await read_standings(unit, {subject.record.effective_hash for subject in subjects})
        zone = await time_zone(unit)
    judged = Judged()
    for hash_, some in by_standard(subjects).items():
        judged.figures.extend(figures_row(one, standings[hash_], zone) for one in some)
        for start in range(0, len(some), BATCH):
            await ask_rules(work, standings[hash_].view, some[start : start + BATCH], judged)
    async with work.unit() as unit:
        await write_down(unit, judged)
    if judged.failures:
        raise judged.failures[0]


async def read_standings(unit: Unit, hashes: set[str]) -> dict[str, Standing]:
    """Read what records of some effective documents are judged against."""
    views = await pinned_views(unit, hashes)
    versions = {hash_: str(orjson.loads(view.document)["published"]) for hash_, view in views.items()}
    published = await published_texts(unit, sorted(set(versions.values())))
    return {hash_: Standing(view, published_limit(published[versions[hash_]])) for hash_, view in views.items()}


async def time_zone(unit: Unit) -> ZoneInfo:
    """Give the tenant's time zone, in which its days are counted."""
    tenants = await unit.tree.tenants(unit.network_id)
    return ZoneInfo(next((one.time_zone for one in tenants if one.id == unit.tenant_id), "UTC"))


def by_standard(subjects: Sequence[Subject]) -> dict[str, list[Subject]]:
    """Group records by the effective document they pin."""
    groups: dict[str, list[Subject]] = defaultdict(list)
    for one in subjects:
        groups[one.record.effective_hash].append(one)
    return groups


def figures_row(one: Subject, standing: Standing, zone: ZoneInfo) -> dict[str, Any]:
    """Count one record."""
    record = one.record
    return {
        "id": record.id,
        "standard_code": record.standard_code,
        "day": record.opened_at.astimezone(zone).date(),
        "resolution_seconds": resolution_seconds(record.opened_at, record.resolved_at),
        "published_limit_seconds": standing.published_limit_seconds,
        "effective_limit_seconds": effective_limit(standing.view),
        "step_count": record.step_count,
    }


async def ask_rules(work: Work, view: EffectiveView, subjects: Sequence[Subject], judged: Judged) -> None:
    """Ask every rule about a batch; rules of plugins that this tenant does not use are passed over."""
    invoker = work.services.get(Invoker)
    records = [one.view for one in subjects]
    shown = view.for_plugins()
    for ref, _ in invoker.registry.rules():
        try:
            scoring = await invoker.score(work.scope, ref, shown, records)
        except NOT_FOR_THIS_TENANT:
            continue
        except PluginError as failure:
            judged.failures.append(failure)
            continue
        judged.scores.extend(score_rows(scoring, view.hash))


def score_rows(scoring: Scoring, effective_hash: str) -> list[dict[str, Any]]:
    """Write a rule's answer as rows: one per dimension, or one that says why the record could not be scored."""
    rows: list[dict[str, Any]] = []
    for result in scoring.results:
        about = {
            "record_id": result.record_id,
            "rule": str(scoring.ref),
            "rule_version": scoring.rule_version,
            "effective_hash": effective_hash,
        }
        if isinstance(result, RecordScored):
            rows.extend(about | said(score) for score in result.scores)
        else:
            rows.append(about | NOTHING_SCORED | {"reason": result.code, "message": result.message})
    return [{"id": new_id(), **row} for row in rows]


def said(score: Score) -> dict[str, Any]:
    """Write what a rule says in one dimension."""
    return {
        "dimension": score.dimension,
        "basis_points": score.basis_points,
        "reason": score.reason,
        "message": score.message,
        "measured": orjson.dumps(thaw_json(score.measured)).decode(),
    }


async def write_down(unit: Unit, judged: Judged) -> None:
    """Keep figures and scores, and add the days they touch up again."""
    await keep_figures(unit, judged.figures)
    if judged.scores:
        await keep_scores(unit, judged.scores)
    for code, days in days_touched(judged).items():
        await add_up_days(unit, code, sorted(days))


def days_touched(judged: Judged) -> dict[str, set[date]]:
    """Give the days of each standard whose sums have changed."""
    touched: dict[str, set[date]] = defaultdict(set)
    for row in judged.figures:
        touched[row["standard_code"]].add(row["day"])
    return touched
