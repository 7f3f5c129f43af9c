"""Judge records that have been read: count what is counted of them, and ask every rule the tenant has enabled."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from touchstone_sdk import RecordResult, RecordScored, Score

from core.kernel.frozen import frozen
from core.kernel.ids import new_ids
from core.kernel.work import Work
from core.plugin_host.errors import (
    PluginError,
    PluginIsNotApproved,
    PluginIsNotEnabled,
    PluginIsRevoked,
    PluginLacksScopes,
)
from core.plugin_host.invoker import Invoker, Scoring
from core.quality.effective import effective_limit
from core.quality.policy import resolution_seconds
from core.quality.repository import WHOLE_RECORD
from core.quality.subjects import Subject
from core.standards.policy.variants import EVERYWHERE, chosen, read_selector
from core.standards.policy.view import Choices, EffectiveView

NOT_FOR_THIS_TENANT = (PluginIsNotApproved, PluginIsNotEnabled, PluginIsRevoked, PluginLacksScopes)
BATCH = 500
IN_COLUMNS = frozenset({"channel", "priority", "service_type"})
"""What a record's row tells of its context."""


@frozen
class Standing:
    """What some records are judged against.

    Attributes:
        view: The tenant's effective standard.
        published_limits: The limit headquarters published, in seconds, by variant.
    """

    view: EffectiveView
    published_limits: Mapping[str, int]

    @property
    def hangs_on_events(self) -> bool:
        """Whether some value hangs on what a record's events alone tell, such as the customer's tier."""
        variants = {*self.published_limits, *(text for known in self.view.variants.values() for text in known)}
        return any(not read_selector(text).keys() <= IN_COLUMNS for text in variants)


@frozen
class Measure:
    """What records are measured by: the document they pin, and what their context chooses.

    Attributes:
        hash: Hash of the effective document.
        choices: The variants chosen in it.
        published: The variant chosen of the published limit.
    """

    hash: str
    choices: Choices = ()
    published: str = EVERYWHERE


@frozen
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


@frozen
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

    def only(self, record_ids: Collection[UUID]) -> "Judged":
        """Leave out all but some records."""
        if len(record_ids) == len(self.versions):
            return self
        return replace(
            self,
            versions={id_: version for id_, version in self.versions.items() if id_ in record_ids},
            figures=[row for row in self.figures if row["id"] in record_ids],
            scores=[row for row in self.scores if row["record_id"] in record_ids],
        )


async def judge(work: Work, hearing: Hearing) -> Judged:
    """Count every record and ask every rule about it, batch by batch of those that pin the same document."""
    judged = Judged({one.view.id: one.version for one in hearing.subjects})
    for measure, some in by_measure(hearing).items():
        standing = hearing.standings[measure.hash]
        judged.figures.extend(figures_rows(some, standing, measure, hearing.zone))
        for start in range(0, len(some), BATCH):
            await ask_rules(work, standing.view, measure.choices, some[start : start + BATCH], judged)
    return judged


def by_measure(hearing: Hearing) -> dict[Measure, list[Subject]]:
    """Group records by what they are measured by."""
    groups: dict[Measure, list[Subject]] = defaultdict(list)
    for one in hearing.subjects:
        groups[measure_of(one, hearing.standings[one.effective_hash])].append(one)
    return groups


def measure_of(subject: Subject, standing: Standing) -> Measure:
    """Tell what a record is measured by; most standards have no variants."""
    if not standing.view.variants:
        return Measure(subject.effective_hash)
    published = chosen(standing.published_limits.keys(), subject.context)
    return Measure(subject.effective_hash, standing.view.choices(subject.context), published)


def figures_rows(
    subjects: Sequence[Subject], standing: Standing, measure: Measure, zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    """Count records that are measured alike."""
    limits = {
        "published_limit_seconds": standing.published_limits.get(measure.published),
        "effective_limit_seconds": effective_limit(standing.view, measure.choices),
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


async def ask_rules(
    work: Work, view: EffectiveView, choices: Choices, subjects: Sequence[Subject], judged: Judged
) -> None:
    """Ask every rule about a batch; rules of plugins that this tenant does not use are passed over."""
    invoker = work.services.get(Invoker)
    records = [one.view for one in subjects]
    shown = view.for_plugins(choices)
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
    said_by = {"rule": str(scoring.ref), "rule_version": scoring.rule_version, "effective_hash": effective_hash}
    rows = [{**said_by, "record_id": one.record_id, **row} for one in scoring.results for row in said(one)]
    for row, id_ in zip(rows, new_ids(len(rows)), strict=True):
        row["id"] = id_
    return rows


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
