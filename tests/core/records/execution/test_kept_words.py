"""What rows say beside the stream, word by word, where a fold that forgot it would rebuild the same rows."""

from uuid import UUID

from core.records.execution import commands as do
from core.records.execution.rebuild import check_record
from tenants.sites.open import OpenSite, open_site
from tests.core.records.execution.executing import Shop


async def test_reasons_are_kept_with_the_steps_they_are_about(shop: Shop) -> None:
    record = await shop.open()
    await shop.act(record, do.TellStep(key="intake", status="taken in"))
    await shop.act(record, do.StartStep(key="visit", readiness=("tools",)))
    await shop.act(record, do.SkipStep(key="visit", reason_code="not_needed"))
    await shop.act(record, do.ReopenStep(key="intake", reason_code="still_broken"))
    kept = [
        (one["key"], one["round"], one["state"], one["reason_code"], one["status"]) for one in await shop.steps(record)
    ]
    assert kept == [
        ("intake", 1, "completed", None, "taken in"),
        ("visit", 1, "skipped", "not_needed", None),
        ("intake", 2, "started", "still_broken", None),
    ]
    assert await shop.run(lambda unit: check_record(unit, record)) == ()


async def test_every_contact_stays_with_its_channel_name_and_site(shop: Shop) -> None:
    site = await shop.run(lambda unit: open_site(unit, OpenSite(key="pier", name="Pier")))
    record = await shop.open()
    given: list[tuple[str, str | None, UUID | None]] = [
        ("email", "mail 1", None),
        ("site_desk", None, site.id),
        ("wechat", "wx 1", site.id),
    ]
    for channel, name, site_id in given:
        await shop.act(record, do.AddContact(channel=channel, external_id=name, site_id=site_id))
    rows = await shop.admin.fetch("SELECT * FROM record_contacts WHERE record_id = $1 ORDER BY position", record)
    assert [(one["channel"], one["external_id"], one["site_id"]) for one in rows] == given
    assert [one["position"] for one in rows] == [1, 2, 3]
    assert await shop.run(lambda unit: check_record(unit, record)) == ()
