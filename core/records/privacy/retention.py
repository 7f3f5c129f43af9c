"""Say how long content is kept: headquarters for the network, each tenant within its bounds."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.direct import fetch
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import derived_id
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.records.open_record import checked_word
from core.records.privacy.errors import RetentionOutOfBounds
from core.records.privacy.permissions import CHOOSE_RETENTION, SET_RETENTION
from core.records.privacy.policy import RetentionRule, Term, checked_rule, terms
from core.records.privacy.repository import read_choices, read_classes
from core.records.privacy.topics import RETAIN_NETWORK

PUT_CLASS: Final = """
    INSERT INTO retention_classes (network_id, id, owner_tenant_id, key, service_types, days, least_days, most_days,
      version, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
    ON CONFLICT (network_id, id) DO UPDATE SET service_types = excluded.service_types, days = excluded.days,
      least_days = excluded.least_days, most_days = excluded.most_days, recorded_at = excluded.recorded_at,
      version = retention_classes.version + 1"""
PUT_CHOICE: Final = """
    INSERT INTO retention_choices (tenant_id, network_id, id, key, days, version, recorded_at)
    VALUES ($1, $2, $3, $4, $5, 1, $6)
    ON CONFLICT (tenant_id, id) DO UPDATE SET days = excluded.days, recorded_at = excluded.recorded_at,
      version = retention_choices.version + 1"""
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


@frozen(kw_only=True)
class SetRetentionClass:
    """A class as it shall be.

    Attributes:
        rule: What it says.
        expected_version: The version as it was read; 0 for a new one.
    """

    rule: RetentionRule
    expected_version: int


@frozen(kw_only=True)
class ChooseRetention:
    """How long a tenant keeps content of a class.

    Attributes:
        key: The class.
        days: How long; what the network says where it is left out.
        expected_version: The version of the choice as it was read; 0 for the first one.
    """

    key: str
    days: int | None
    expected_version: int


async def set_retention_class(unit: Unit, command: SetRetentionClass) -> UUID:
    """Set a class of the network; from now on, once a day, content whose time is over is removed everywhere.

    Raises:
        NotPermitted: The actor may not say so for the network, or is not at headquarters.
        InvalidInput: The class cannot be.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(SET_RETENTION)
    rule = command.rule
    checked_word("key", rule.key)
    for one in rule.service_types:
        checked_word("serviceTypes", one)
    await fetch(unit, LOCK, f"retention {unit.network_id}")
    rows = await read_classes(unit)
    checked_rule(rule, [rule_of(row) for row in rows])
    version = next((row["version"] for row in rows if row["key"] == rule.key), 0)
    if version != command.expected_version:
        raise StaleEdit(kind="retention class", expected=command.expected_version, actual=version)
    id_ = class_id(unit, rule.key)
    days = (rule.days, rule.least_days, rule.most_days)
    kinds = list(rule.service_types)
    await fetch(unit, PUT_CLASS, unit.network_id, id_, unit.tenant_id, rule.key, kinds, *days, recorded_now())
    details = {"key": rule.key, "days": rule.days, "leastDays": rule.least_days, "mostDays": rule.most_days}
    await record_act(
        unit, action="privacy.set_retention", subject_kind="retention class", subject_id=id_, details=details
    )
    await set_timer(unit, RETAIN_NETWORK, unit.tenant_id, unit.now)
    return id_


async def choose_retention(unit: Unit, command: ChooseRetention) -> UUID:
    """Say how long the tenant keeps content of a class.

    Raises:
        NotPermitted: The actor may not say so.
        NotFound: The network has no such class.
        StaleEdit: It was changed since it was read.
        RetentionOutOfBounds: The network or the law asks for something else.
    """
    unit.scope.require(CHOOSE_RETENTION)
    rules = [rule_of(row) for row in await read_classes(unit)]
    rule = next((one for one in rules if one.key == command.key), None)
    if rule is None:
        raise NotFound(kind="retention class", key=command.key)
    await fetch(unit, LOCK, f"retention {unit.tenant_id}")
    before = (await read_choices(unit)).get(command.key)
    version = 0 if before is None else before["version"]
    if version != command.expected_version:
        raise StaleEdit(kind="retention choice", expected=command.expected_version, actual=version)
    if command.days is not None and not rule.least_days <= command.days <= rule.most_days:
        raise RetentionOutOfBounds(least=rule.least_days, most=rule.most_days)
    id_ = derived_id("privacy.retention_choice", unit.tenant_id, command.key)
    await fetch(unit, PUT_CHOICE, unit.tenant_id, unit.network_id, id_, command.key, command.days, recorded_now())
    details = {"key": command.key, "days": command.days}
    await record_act(
        unit, action="privacy.choose_retention", subject_kind="retention choice", subject_id=id_, details=details
    )
    return id_


def class_id(unit: Unit, key: str) -> UUID:
    """Give the id of a class of the network."""
    return derived_id("privacy.retention_class", unit.network_id, key)


def rule_of(row: object) -> RetentionRule:
    """Read a class."""
    told: dict[str, object] = dict(row)  # type: ignore[call-overload]
    kinds: Sequence[str] = told["service_types"]  # type: ignore[assignment]
    numbers: dict[str, int] = {name: told[name] for name in ("days", "least_days", "most_days")}  # type: ignore[misc]
    return RetentionRule(key=str(told["key"]), service_types=tuple(kinds), **numbers)


async def terms_of(unit: Unit) -> list[Term]:
    """Give what is over in the tenant now, class by class."""
    rules = [rule_of(row) for row in await read_classes(unit)]
    chosen = {key: row["days"] for key, row in (await read_choices(unit)).items()} if rules else {}
    return terms(rules, chosen, unit.now)
