"""Legal holds, an erasure, retention and an export in the furnished tenant."""

from typing import Any
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.graphql.ids import split_id
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.privacy.erase import EraseCustomer, erase_customer
from core.records.privacy.export import export_customer
from core.records.privacy.hold import PlaceLegalHold, place_legal_hold
from core.records.privacy.policy import ORDINARY, RetentionRule
from core.records.privacy.retention import ChooseRetention, SetRetentionClass, choose_retention, set_retention_class

BASIS = "order 4711"


async def furnish_privacy(house: Any) -> None:
    """Hold a record and a customer, erase another, keep what is closed for a while, export what is held."""
    north, masters = house.north, house.api.services.get(MasterKeys)
    ids = {name: UUID(split_id(house.ids[f"customer {name}"])[1]) for name in ("kept", "changed", "gone")}
    record = UUID(split_id(house.ids["record served"])[1])
    kept = PlaceLegalHold(record_id=record, reason_code="kept", legal_basis=BASIS)
    lifted = PlaceLegalHold(customer_id=ids["changed"], reason_code="lifted", legal_basis=BASIS)
    for name, command in (("kept", kept), ("lifted", lifted)):
        house.call(f"hold {name}", "LegalHold", await house.run(north, place_legal_hold, command))

    async def erase(unit: Unit) -> None:
        why = {"reason_code": "asked_for", "legal_basis": BASIS}
        command = EraseCustomer(customer_id=ids["gone"], expected_version=1, **why)
        await erase_customer(unit, KeyRing(unit, masters), command)

    await house.run(north, erase)
    rule = RetentionRule(key=ORDINARY, service_types=(), days=400, least_days=10, most_days=4000)
    await house.run(house.headquarters, set_retention_class, SetRetentionClass(rule=rule, expected_version=0))
    await house.run(north, choose_retention, ChooseRetention(key=ORDINARY, days=300, expected_version=0))
    asked = await house.run(north, export_customer, ids["kept"])
    house.call("export kept", "SubjectExport", asked.export_id)
