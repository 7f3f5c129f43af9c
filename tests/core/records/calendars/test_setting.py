"""Managers set business calendars and say which site goes by which; nobody else does, and nothing is half written."""

from datetime import date
from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.permissions import every_permission
from core.records.calendars.repository import assignments_of
from tenants.directory import TenantDirectory
from tenants.sites.open import OpenSite, open_site
from tests.support.api import Api, Client
from tests.support.networks import BuiltNetwork, as_person, build_network

FIELDS = (
    "calendar { id key name timeZone revision week { day windows { opens closes } }"
    " dates { date windows { opens } note } }"
)
OFFICE = [
    {"day": day, "windows": [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "18:00"}]}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
]
USUAL: dict[str, Any] = {"key": "usual", "name": "Usual hours", "week": OFFICE, "revision": 0}
HOURS = """
query Hours($calendar: ID!, $since: DateTime!, $until: DateTime!) {
  openingHours(calendar: $calendar, since: $since, until: $until, timeZone: "Europe/Berlin") { opens closes }
}
"""


@pytest.fixture
async def network(database: Database, clock: SetClock) -> BuiltNetwork:
    return await build_network(database, clock)


@pytest.fixture
def north(database: Database, clock: SetClock, network: BuiltNetwork) -> Client:
    return Client(Api.on(database, clock), as_person(network.north, every_permission()))


def of(client: Client, scope: Any) -> Client:
    return Client(client.api, as_person(scope, every_permission()))


def usual(**said: Any) -> dict[str, Any]:
    return {**USUAL, **said}


async def calendar_set(client: Client, **said: Any) -> Any:
    done = await client.change("setCalendar", FIELDS, **usual(**said))
    assert done["__typename"] == "SetCalendarSuccess", done
    return done["calendar"]


async def test_hours_are_set_and_changed_and_every_state_stays(north: Client, database: Database) -> None:
    made = await calendar_set(north)
    assert (made["revision"], made["timeZone"], made["dates"]) == (1, None, [])
    assert made["week"][0] == {
        "day": "MONDAY",
        "windows": [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "18:00"}],
    }
    assert made["week"][6] == {"day": "SUNDAY", "windows": []}
    night = [{"day": "SUNDAY", "windows": [{"opens": "00:00", "closes": "24:00"}]}]
    changed = await calendar_set(north, week=night, revision=1, timeZone="Asia/Tokyo")
    assert (changed["id"], changed["revision"], changed["timeZone"]) == (made["id"], 2, "Asia/Tokyo")
    assert [one["revision"] for one in await north.nodes("calendars", "revision")] == [2]
    assert north.scope is not None
    async with database.unit(north.scope, clock=north.api.clock, read_only=True) as unit:
        kept = await unit.session.connection()
        found = await kept.exec_driver_sql(
            "SELECT number, time_zone FROM calendar_revisions WHERE tenant_id = $1 ORDER BY number",
            (unit.tenant_id,),
        )
        assert [tuple(row) for row in found] == [(1, None), (2, "Asia/Tokyo")]


async def test_public_holidays_are_entered_and_single_dates_go_before_them(north: Client) -> None:
    christmas = {"date": "2026-12-25", "windows": [{"opens": "10:00", "closes": "14:00"}], "note": "Emergency desk"}
    holidays = [{"country": "DE", "subdivision": "BY", "years": [2026]}]
    made = await calendar_set(north, holidays=holidays, dates=[christmas])
    by_date = {one["date"]: one for one in made["dates"]}
    assert by_date["2026-12-25"] == {"date": "2026-12-25", "windows": [{"opens": "10:00"}], "note": "Emergency desk"}
    assert by_date["2026-12-26"]["windows"] == []
    assert "2026-11-01" in by_date, "All Saints' Day is kept in Bavaria"


async def test_in_china_days_that_make_up_for_a_holiday_are_worked(north: Client) -> None:
    made = await calendar_set(north, holidays=[{"country": "CN", "years": [2025]}])
    by_date = {one["date"]: one["windows"] for one in made["dates"]}
    assert date(2025, 1, 26).weekday() == 6
    assert by_date["2025-01-26"] == [{"opens": "09:00"}, {"opens": "13:00"}], "a Sunday before the spring festival"
    assert by_date["2025-10-01"] == []


async def test_opening_hours_are_told_in_instants(north: Client) -> None:
    made = await calendar_set(north)
    asked = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}
    shown = (await north.data(HOURS, calendar=made["id"], **asked))["openingHours"]
    assert shown == [
        {"opens": "2026-11-23T08:00:00.000000Z", "closes": "2026-11-23T11:00:00.000000Z"},
        {"opens": "2026-11-23T12:00:00.000000Z", "closes": "2026-11-23T17:00:00.000000Z"},
    ]
    too_far = await north.ask(HOURS, calendar=made["id"], since=asked["since"], until="2027-11-24T00:00:00Z")
    assert too_far.codes == ["kernel.invalid_input"]


async def test_a_site_goes_by_its_own_calendar_and_others_by_the_tenants(
    north: Client, network: BuiltNetwork, database: Database
) -> None:
    await calendar_set(north)
    await calendar_set(north, key="late", name="Late hours")
    assert north.scope is not None
    directory = TenantDirectory(database)
    async with database.unit(north.scope, clock=north.api.clock, directory=directory) as unit:
        sites = [(await open_site(unit, OpenSite(key=key, name=key))).id for key in ("main", "quay")]
    for said in ({"calendarKey": "usual"}, {"calendarKey": "late", "siteKey": "quay"}):
        done = await north.change("assignCalendar", "calendar { key }", **said)
        assert done["calendar"]["key"] == said["calendarKey"]
    async with database.unit(north.scope, clock=north.api.clock, read_only=True) as unit:
        found = await assignments_of(unit)
        going_by = {site: [calendar for _, until, calendar in spans if until is None] for site, spans in found.items()}
    assert set(going_by) == {north.scope.tenant_id, sites[1]}
    assert all(len(calendars) == 1 for calendars in going_by.values())
    assert going_by[north.scope.tenant_id] != going_by[sites[1]]
    again = await north.change("assignCalendar", "calendar { key }", calendarKey="usual", siteKey="quay")
    assert again["calendar"]["key"] == "usual"
    async with database.unit(north.scope, clock=north.api.clock, read_only=True) as unit:
        spans = (await assignments_of(unit))[sites[1]]
    assert [until is None for _, until, _ in spans] == [False, True]
    assert spans[0][1] == spans[1][0], "by which it went before stays known"
    missing = await north.change("assignCalendar", "calendar { key }", calendarKey="usual", siteKey="pier")
    assert missing["code"] == "kernel.not_found"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"key": "Usual Hours"}, "kernel.invalid_input"),
    ({"name": " "}, "kernel.invalid_input"),
    ({"timeZone": "Mars/Olympus"}, "kernel.invalid_input"),
    ({"week": [{"day": "MONDAY", "windows": [{"opens": "9", "closes": "12:00"}]}]}, "kernel.invalid_input"),
    ({"week": [{"day": "MONDAY", "windows": [{"opens": "12:00", "closes": "09:00"}]}]}, "kernel.invalid_input"),
    ({"week": [OFFICE[0], OFFICE[0]]}, "kernel.invalid_input"),
    (
        {
            "week": [
                {
                    "day": "MONDAY",
                    "windows": [{"opens": "09:00", "closes": "12:00"}, {"opens": "11:00", "closes": "13:00"}],
                }
            ]
        },
        "kernel.invalid_input",
    ),
    ({"dates": [{"date": "2026-12-25"}, {"date": "2026-12-25"}]}, "kernel.invalid_input"),
    ({"holidays": [{"country": "XX", "years": [2026]}]}, "kernel.invalid_input"),
    ({"holidays": [{"country": "CN", "years": [2099]}]}, "kernel.invalid_input"),
    ({"holidays": [{"country": "SE", "years": []}]}, "kernel.invalid_input"),
    ({"revision": 0}, "kernel.stale_edit"),
    ({"revision": 2}, "kernel.stale_edit"),
    ({"key": "new", "revision": 1}, "kernel.stale_edit"),
]


@pytest.mark.parametrize(("said", "code"), REFUSED)
async def test_what_cannot_be_a_calendar_changes_nothing(north: Client, said: dict[str, Any], code: str) -> None:
    await calendar_set(north)
    before = await north.nodes("calendars", "key name revision timeZone week { day windows { opens } }")
    refused = await north.change("setCalendar", FIELDS, **usual(**{"revision": 1, **said}))
    assert refused["code"] == code
    assert await north.nodes("calendars", "key name revision timeZone week { day windows { opens } }") == before


async def test_clerks_neighbours_and_strangers_change_nothing(
    north: Client, network: BuiltNetwork, database: Database, clock: SetClock
) -> None:
    made = await calendar_set(north)
    refused = await north.holding("records.read").change("setCalendar", FIELDS, **usual(revision=1))
    assert refused["code"] == "kernel.not_permitted"
    stranger = await build_network(database, clock)
    for scope in (network.south, network.headquarters, stranger.north):
        other = of(north, scope)
        assert await other.nodes("calendars", "id") == []
        asked = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}
        assert (await other.data(HOURS, calendar=made["id"], **asked))["openingHours"] == []
        stale = await other.change("setCalendar", FIELDS, **usual(revision=1))
        assert stale["code"] == "kernel.stale_edit"
    assert [one["revision"] for one in await north.nodes("calendars", "revision")] == [1]
