"""Score records: count what is counted of them, and ask every scoring rule the tenant has enabled."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from touchstone_sdk import RecordResult, RecordScored, Score

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
from core.quality.repository import (
    WHOLE_RECORD,
    add_up_days,
    days_counted,
    drop_days,
    keep_figures,
    keep_scores,
    lock_figures,
)
from core.quality.subjects import Subject, published_texts, versions_now
from core.standards.policy.view import EffectiveView
from core.standards.resolve import pinned_views

NOT_FOR_THIS_TENANT = (PluginIsNotApproved, PluginIsNotEnabled, PluginIsRevoked, PluginLacksScopes)
BATCH = 500

Choose: TypeAlias = Callable[[Unit], Awaitable[Sequence[Subject]]]
"""Reads the records that are to be scored."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What some records are judged against: the tenant's effective standard and the limit headquarters published."""

    view: EffectiveView
    published_limit_seconds: int | None


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that is read before any rule is asked.

    Attributes:
        subjects: The records.
        standings: What they are judged against, by the effective document they pin.
        zone: The tenant's time zone, in which its days are counted.
    """

    subjects: Sequence[Subject]
    standings: dict[str, Standing]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be written down.

    Attributes:
        versions: The version each record had when it was read.
        figures: Rows of ``record_figures``.
        scores: Rows of ``record_scores``.
        failures: Refusals of plugins that should have answered.
    """

    versions: dict[UUID, int]
    figures: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    scores: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    failures: list[PluginError] = field(default_factory=list[PluginError])


async def score(work: Work, choose: Choose) -> None:
    """Score records of the tenant and add their days up again; doing it again changes nothing.

    Plugins are called between the transactions, never inside one. Where a plugin fails, everything else is kept, and
    its refusal is raised so that the work is tried again.

    Raises:
        PluginError: A plugin that is enabled did not answer, or not as it must.
    """
    async with work.unit(read_only=True) as unit:
        subjects = await choose(unit)
        if not subjects:
            return
        hashes = {one.effective_hash for one in subjects}
        hearing = Hearing(subjects, await read_standings(unit, hashes), await time_zone(unit))
    judged = await judge(work, hearing)
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
    """Give the tenant's time zone."""
    tenants = await unit.tree.tenants(unit.network_id)
    return ZoneInfo(next((one.time_zone for one in tenants if one.id == unit.tenant_id), "UTC"))


async def judge(work: Work, hearing: Hearing) -> Judged:
    """Count every record and ask every rule about it, batch by batch of those that pin the same document."""
    judged = Judged({one.view.id: one.version for one in hearing.subjects})
    for hash_, some in by_standard(hearing.subjects).items():
        standing = hearing.standings[hash_]
        judged.figures.extend(figures_rows(some, standing, hearing.zone))
        for start in range(0, len(some), BATCH):
            await ask_rules(work, standing.view, some[start : start + BATCH], judged)
    return judged


def by_standard(subjects: Sequence[Subject]) -> dict[str, list[Subject]]:
    """Group records by the effective document they pin."""
    groups: dict[str, list[Subject]] = defaultdict(list)
    for one in subjects:
        groups[one.effective_hash].append(one)
    return groups


def figures_rows(subjects: Sequence[Subject], standing: Standing, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Count records that pin the same document."""
    limits = {
        "published_limit_seconds": standing.published_limit_seconds,
        "effective_limit_seconds": effective_limit(standing.view),
    }
    for one in subjects:
        record = one.view
        yield limits | {
            "id": record.id,
            "standard_code": record.standard_code,
            "day": record.opened_at.astimezone(zone).date(),
            "resolution_seconds": resolution_seconds(record.opened_at, record.resolved_at),
            "step_count": one.step_count,
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


def score_rows(scoring: Scoring, effective_hash: str) -> Iterator[dict[str, Any]]:
    """Write a rule's answer as rows: one per dimension, or one that says why the record could not be scored."""
    said_by = {"rule": str(scoring.ref), "rule_version": scoring.rule_version, "effective_hash": effective_hash}
    for result in scoring.results:
        for row in said(result):
            yield said_by | {"id": new_id(), "record_id": result.record_id} | row


def said(result: RecordResult) -> Iterator[dict[str, Any]]:
    """Write what a rule says of one record."""
    if isinstance(result, RecordScored):
        yield from map(said_in_dimension, result.scores)
        return
    yield {
        "dimension": WHOLE_RECORD,
        "basis_points": None,
        "reason": result.code,
        "message": result.message,
        "measured": "{}",
    }


def said_in_dimension(score: Score) -> dict[str, Any]:
    """Write what a rule says in one dimension; its figures are flat, so that one copy thaws them."""
    return {
        "dimension": score.dimension,
        "basis_points": score.basis_points,
        "reason": score.reason,
        "message": score.message,
        "measured": orjson.dumps(dict(score.measured)).decode(),
    }


async def write_down(unit: Unit, judged: Judged) -> None:
    """Keep figures and scores, and add the days they touch up again.

    A record that was changed since it was read is left to the command that its change has sent: what was read of it
    must not overwrite what is true by now, however late this transaction comes.
    """
    await lock_figures(unit)
    judged = still_true(judged, await versions_now(unit, list(judged.versions)))
    if not judged.figures:
        return
    counted = await days_counted(unit, list(judged.versions))
    await keep_figures(unit, judged.figures)
    if judged.scores:
        await keep_scores(unit, judged.scores, again=bool(counted))
    touched: dict[str, set[date]] = defaultdict(set)
    for code, day in (*counted, *((row["standard_code"], row["day"]) for row in judged.figures)):
        touched[code].add(day)
    for code, days in touched.items():
        if counted:
            await drop_days(unit, code, sorted(days))
        await add_up_days(unit, code, sorted(days))


def still_true(judged: Judged, now: dict[UUID, int]) -> Judged:
    """Leave out the records that were changed since they were read, or are gone."""
    versions = {id_: version for id_, version in judged.versions.items() if now.get(id_) == version}
    if len(versions) == len(judged.versions):
        return judged
    return replace(
        judged,
        versions=versions,
        figures=[row for row in judged.figures if row["id"] in versions],
        scores=[row for row in judged.scores if row["record_id"] in versions],
    )
