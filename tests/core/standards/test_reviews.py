"""Standards are looked at again in time: what is due is listed, owners are reminded, and outcomes are followed up."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import ReviewDate
from core.standards.reviews.errors import NothingToReview
from core.standards.reviews.policy import REMINDED_BEFORE, due_after
from core.standards.reviews.record import FOLLOW_UP, RecordReview, record_review
from core.standards.reviews.repository import date_of
from core.standards.reviews.schedule import ITEM
from core.standards.vocabulary import ReviewOutcome
from tests.core.standards.builders import Stage, content
from tests.core.standards.test_jobs import work_off
from tests.support.networks import as_person

SOON = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("last", "months", "due"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2027, 12, 31), 2, (2028, 2, 29)),
        ((2026, 6, 30), 6, (2026, 12, 30)),
        ((2026, 11, 21), 14, (2028, 1, 21)),
    ],
)
def test_months_are_counted_in_the_calendar(last: Any, months: int, due: Any) -> None:
    assert due_after(datetime(*last, tzinfo=UTC), months) == datetime(*due, tzinfo=UTC)


async def published(stage: Stage) -> ReviewDate:
    version = await stage.publish()
    return await dated(stage, version.standard_id)


async def dated(stage: Stage, standard_id: UUID) -> ReviewDate:
    async with stage.unit(stage.network.headquarters, read_only=True) as unit:
        date = await date_of(unit, standard_id)
    assert date is not None
    return date


async def items(stage: Stage, kind: str = ITEM) -> list[Any]:
    return await stage.admin.fetch(
        "SELECT * FROM work_items WHERE network_id = $1 AND kind = $2 ORDER BY id", stage.network.id, kind
    )


async def held(stage: Stage) -> list[str]:
    tables = ("standard_reviews", "standard_review_dates", "timers")
    rows = [
        str(row["row"])
        for table in tables
        for row in await stage.admin.fetch(
            f"SELECT t::text AS row FROM {table} t WHERE network_id = $1", stage.network.id
        )
    ]
    return [*sorted(rows), str(await stage.rows())]


def verdict(date: ReviewDate, outcome: ReviewOutcome = ReviewOutcome.KEEP, note: str = "Still right.") -> RecordReview:
    return RecordReview(standard_id=date.standard_id, outcome=outcome, note=note)


async def test_a_publication_plans_the_next_review(stage: Stage) -> None:
    date = await published(stage)
    assert (date.last_at, date.months) == (stage.clock.now(), 6)
    assert date.due_at == due_after(stage.clock.now(), 6)


async def test_the_owner_is_reminded_before_a_review_is_due(stage: Stage) -> None:
    date = await published(stage)
    await work_off(stage)
    stage.clock.advance(date.due_at - REMINDED_BEFORE - stage.clock.now() - SOON)
    await work_off(stage)
    assert await items(stage) == []
    stage.clock.advance(SOON)
    await work_off(stage)
    [item] = await items(stage)
    assert (item["tenant_id"], item["subject_id"]) == (stage.network.headquarters.tenant_id, date.standard_id)
    assert (item["due_at"], item["status"], item["for_role"]) == (date.due_at, "open", "standards_editor")


async def test_reminding_twice_reminds_once(stage: Stage) -> None:
    date = await published(stage)
    stage.clock.advance(date.due_at - stage.clock.now())
    await work_off(stage)
    again = "UPDATE outbox SET status = 'waiting', attempts = 0, finished_at = NULL WHERE network_id = $1"
    assert (
        await stage.admin.execute(again + " AND topic = 'standards.remind_of_review'", stage.network.id) == "UPDATE 1"
    )
    await work_off(stage)
    assert [one["status"] for one in await items(stage)] == ["open"]


async def test_a_review_settles_the_reminder_and_plans_the_next(stage: Stage) -> None:
    date = await published(stage)
    stage.clock.advance(date.due_at - stage.clock.now())
    await work_off(stage)
    review = await stage.act(stage.network.headquarters, record_review, verdict(date))
    assert (review.number, review.outcome, review.reviewed_at) == ("1.0.0", "keep", stage.clock.now())
    assert [one["status"] for one in await items(stage)] == ["done"]
    assert await items(stage, FOLLOW_UP) == []
    assert (await dated(stage, date.standard_id)).due_at == due_after(stage.clock.now(), 6)
    await work_off(stage)
    assert [one["status"] for one in await items(stage)] == ["done"]


async def test_a_new_version_counts_as_a_review(stage: Stage) -> None:
    date = await published(stage)
    stage.clock.advance(date.due_at - stage.clock.now())
    await work_off(stage)
    await stage.publish(content("2.0.0"), stage.clock.now())
    assert [one["status"] for one in await items(stage)] == ["done"]
    assert (await dated(stage, date.standard_id)).last_at == stage.clock.now()


@pytest.mark.parametrize("outcome", [ReviewOutcome.CHANGE, ReviewOutcome.WITHDRAW])
async def test_what_must_be_done_waits_in_the_inbox(stage: Stage, outcome: ReviewOutcome) -> None:
    date = await published(stage)
    for _ in range(2):
        await stage.act(stage.network.headquarters, record_review, verdict(date, outcome))
    [item] = await items(stage, FOLLOW_UP)
    assert (item["subject_id"], item["status"], outcome.value in item["facts"]) == (date.standard_id, "open", True)


async def test_a_refused_review_changes_nothing(stage: Stage) -> None:
    date, place = await published(stage), stage.network.headquarters
    draft = await stage.act(place, draft_standard, DraftStandard(content=content(code="unpublished")))
    before = await held(stage)
    with pytest.raises(NothingToReview):
        await stage.act(
            place,
            record_review,
            RecordReview(standard_id=draft.standard_id, outcome=ReviewOutcome.KEEP, note="It is a draft."),
        )
    with pytest.raises(InvalidInput):
        await stage.act(place, record_review, verdict(date, note=" "))
    with pytest.raises(NotPermitted):
        await stage.act(as_person(place, frozenset({"standards.read"})), record_review, verdict(date))
    with pytest.raises(NotFound):
        await stage.act(stage.network.north, record_review, verdict(date))
    assert await held(stage) == before
