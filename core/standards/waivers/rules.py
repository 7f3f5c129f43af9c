"""What a network demands of waivers: how long they last, how often they are renewed, when tenants are reminded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotPermitted, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.models import WaiverRules
from core.standards.permissions import RULE_WAIVERS
from core.standards.waivers.errors import WaiverTooLong
from core.standards.waivers.repository import insert_rules, rules_of

LONGEST_DAYS: Final = 366
"""Twelve months, whichever they are."""
MOST_RENEWALS: Final = 2
REMIND_DAYS: Final = (30, 7)
MOST_DAYS: Final = 3_660
MOST_ALLOWED: Final = 100
MOST_REMINDERS: Final = 10


@frozen(kw_only=True)
class Rules:
    """What holds in a network.

    Attributes:
        longest_days: Most days from asking to expiry.
        most_renewals: Most renewals of one waiver.
        remind_days: How many days before expiry the tenant is reminded, the most first.
        revision: Revision of what headquarters wrote down; 0 while it wrote nothing.
    """

    longest_days: int = LONGEST_DAYS
    most_renewals: int = MOST_RENEWALS
    remind_days: tuple[int, ...] = REMIND_DAYS
    revision: int = 0

    def next_reminder(self, expires_at: datetime, after: datetime) -> datetime | None:
        """Give the next instant after another at which a tenant is reminded of an expiry, if there is one."""
        instants = sorted(expires_at - timedelta(days=days) for days in self.remind_days)
        return next((one for one in instants if one > after), None)


@frozen(kw_only=True)
class ChangeRules:
    """Change what the network demands; what is left out stays.

    Attributes:
        longest_days: Most days from asking to expiry.
        most_renewals: Most renewals of one waiver.
        remind_days: How many days before expiry the tenant is reminded.
        expected_revision: The revision that was read.
    """

    longest_days: int | None = None
    most_renewals: int | None = None
    remind_days: Sequence[int] | None = None
    expected_revision: int


async def network_rules(unit: Unit) -> Rules:
    """Read what holds in the unit's network."""
    return shown(await rules_of(unit, unit.scope.lineage[0]))


def shown(row: WaiverRules | None) -> Rules:
    """Give rules that are written down, or the usual ones."""
    if row is None:
        return Rules()
    return Rules(
        longest_days=row.longest_days,
        most_renewals=row.most_renewals,
        remind_days=tuple(row.remind_days),
        revision=row.revision,
    )


async def change_rules(unit: Unit, command: ChangeRules) -> Rules:
    """Change what the network demands; what was asked for before is decided as it was asked.

    Raises:
        NotPermitted: The actor may not, or acts in another tenant than headquarters.
        InvalidInput: A number is out of its range.
        StaleEdit: They were changed since they were read.
    """
    unit.scope.require(RULE_WAIVERS)
    if not unit.scope.is_root:
        raise NotPermitted(permission=RULE_WAIVERS.name)
    row = await rules_of(unit, unit.tenant_id, lock=True)
    before = shown(row)
    if before.revision != command.expected_revision:
        raise StaleEdit(kind="rules of waivers", expected=command.expected_revision, actual=before.revision)
    after = Rules(
        longest_days=checked("longestDays", command.longest_days, before.longest_days, 1, MOST_DAYS),
        most_renewals=checked("mostRenewals", command.most_renewals, before.most_renewals, 0, MOST_ALLOWED),
        remind_days=checked_reminders(command.remind_days, before.remind_days),
        revision=before.revision + 1,
    )
    await record_act(unit, action="standards.rule_waivers", subject_kind="network", subject_id=unit.network_id)
    if not await write_down(unit, row, after):
        raise StaleEdit(kind="rules of waivers", expected=command.expected_revision, actual=after.revision)
    return after


async def write_down(unit: Unit, row: WaiverRules | None, rules: Rules) -> bool:
    """Write rules down; all tenants of the network read the row, so this is the last statement.

    Returns:
        False where somebody else has written the first ones meanwhile.
    """
    if row is None:
        first = WaiverRules(
            network_id=unit.network_id,
            owner_tenant_id=unit.tenant_id,
            longest_days=rules.longest_days,
            most_renewals=rules.most_renewals,
            remind_days=list(rules.remind_days),
            revision=rules.revision,
            recorded_at=recorded_now(),
        )
        return await insert_rules(unit, first)
    row.longest_days, row.most_renewals = rules.longest_days, rules.most_renewals
    row.remind_days, row.revision, row.recorded_at = list(rules.remind_days), rules.revision, recorded_now()
    await unit.session.flush()
    return True


def checked(field: str, given: int | None, before: int, least: int, most: int) -> int:
    """Give a number within its range."""
    value = before if given is None else given
    if not least <= value <= most:
        raise InvalidInput(field=field, problem=f"{least} to {most} are possible")
    return value


def checked_reminders(given: Sequence[int] | None, before: tuple[int, ...]) -> tuple[int, ...]:
    """Give the days of reminders, each once, the most first."""
    days = before if given is None else tuple(sorted(set(given), reverse=True))
    if len(days) > MOST_REMINDERS or any(not 1 <= one <= MOST_DAYS for one in days):
        raise InvalidInput(field="remindDays", problem=f"at most {MOST_REMINDERS} of 1 to {MOST_DAYS} days")
    return days


def check_length(unit: Unit, rules: Rules, until: datetime) -> None:
    """Refuse an end that is over, or further away than the network allows."""
    if until <= unit.now:
        raise InvalidInput(field="until", problem="the waiver must end after now")
    latest = unit.now + timedelta(days=rules.longest_days)
    if until > latest:
        raise WaiverTooLong(latest=latest, longest_days=rules.longest_days)
