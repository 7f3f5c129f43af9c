"""Who lacks the role that owns a step: known of members and accounts, for roles that the network has."""

from dataclasses import replace
from uuid import UUID

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.conformance.qualification import Performed
from tenants.people.qualified import QualifiedByRole
from tests.tenants.office import Office


async def test_members_lack_what_they_were_not_given(office: Office) -> None:
    clerk, stranger = await office.joined(office.network.north, "clerk"), new_id()

    def did(who: UUID, role: str) -> Performed:
        return Performed(record_id=new_id(), position=1, performer_id=who, role=role, at=office.clock.now())

    held, lacked = did(clerk.person_id, "clerk"), did(clerk.person_id, "manager")
    unknown, nobody = did(clerk.person_id, "front_desk"), did(stranger, "manager")

    async def judged(unit: Unit) -> list[Performed]:
        return list(await QualifiedByRole().unqualified(unit, [held, lacked, unknown, nobody]))

    assert await office.run(office.network.north, judged) == [lacked]
    elsewhere = replace(office.network.region, permissions=office.network.north.permissions)
    assert await office.run(elsewhere, judged) == []
