"""Score records: read them, have them judged, and write down what was said and counted."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from core.kernel.unit import Unit
from core.kernel.work import Work
from core.plugin_host.errors import PluginError
from core.quality.effective import published_limits
from core.quality.judge import Hearing, Judged, Standing, judge
from core.quality.repository import add_up_days, days_counted, drop_days, keep_figures, keep_scores, lock_figures
from core.quality.subjects import Subject, in_context, published_texts, subjects_of_records, versions_now
from core.standards.resolve import pinned_views

Choose: TypeAlias = Callable[[Unit], Awaitable[Sequence[Subject]]]
"""Reads the records that are to be scored."""


async def score(work: Work, choose: Choose) -> None:
    """Score records of the tenant and add their days up again; doing it again changes nothing.

    Plugins are called between the transactions, never inside one. Where a plugin fails, everything else is kept, and
    its refusal is raised so that the work is tried again. Records that were changed in the meantime are read again.

    Raises:
        PluginError: A plugin that is enabled did not answer, or not as it must.
    """
    failures: list[PluginError] = []
    while True:
        async with work.unit(read_only=True) as unit:
            subjects = await choose(unit)
            hearing = await hear(unit, subjects) if subjects else None
        if hearing is None:
            break
        judged = await judge(work, hearing)
        failures.extend(judged.failures)
        async with work.unit() as unit:
            changed = await write_down(unit, judged)
        if not changed:
            break
        choose = again(changed)
    if failures:
        raise failures[0]


def again(record_ids: Sequence[UUID]) -> Choose:
    """Choose records by their ids."""
    return lambda unit: subjects_of_records(unit, record_ids)


async def hear(unit: Unit, subjects: Sequence[Subject]) -> Hearing:
    """Read all else that records are judged by."""
    standings = await read_standings(unit, {one.effective_hash for one in subjects})
    told_by_events = {hash_ for hash_, standing in standings.items() if standing.hangs_on_events}
    return Hearing(await in_context(unit, subjects, told_by_events), standings, await time_zone(unit))


async def read_standings(unit: Unit, hashes: set[str]) -> dict[str, Standing]:
    """Read what records of some effective documents are judged against."""
    views = await pinned_views(unit, hashes)
    versions = {hash_: str(orjson.loads(view.document)["published"]) for hash_, view in views.items()}
    published = await published_texts(unit, sorted(set(versions.values())))
    return {hash_: Standing(view, published_limits(published[versions[hash_]])) for hash_, view in views.items()}


async def time_zone(unit: Unit) -> ZoneInfo:
    """Give the tenant's time zone."""
    tenant = await unit.tree.tenant(unit.network_id, unit.tenant_id)
    return ZoneInfo(tenant.time_zone if tenant else "UTC")


async def write_down(unit: Unit, judged: Judged) -> list[UUID]:
    """Keep figures and scores, and add the days they touch up again.

    What was read of a record before its last change must not overwrite what is true by now, however late this
    transaction comes.

    Returns:
        The records that were changed since they were read; nothing is kept of those.
    """
    await lock_figures(unit)
    now = await versions_now(unit, list(judged.versions))
    judged = judged.only({id_ for id_, version in judged.versions.items() if now.get(id_) == version})
    if judged.versions:
        await keep(unit, judged)
    return [id_ for id_ in now if id_ not in judged.versions]


async def keep(unit: Unit, judged: Judged) -> None:
    """Keep what holds, and take back what was kept before and holds no more."""
    counted = await days_counted(unit, list(judged.versions))
    await keep_figures(unit, judged.figures)
    if judged.scores:
        await keep_scores(unit, judged.scores, again=bool(counted))
    touched: Mapping[str, set[date]] = defaultdict(set)
    for code, day in (*counted, *((row["standard_code"], row["day"]) for row in judged.figures)):
        touched[code].add(day)
    for code, days in touched.items():
        if counted:
            await drop_days(unit, code, sorted(days))
        await add_up_days(unit, code, sorted(days))
