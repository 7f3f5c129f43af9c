"""How long content is kept, without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen

ORDINARY: Final = "ordinary"
"""The class of every kind of service that no other class names."""
LONGEST: Final = 36_500
MILLISECONDS: Final = 80
"""Bits of a time-ordered id behind its milliseconds."""


@frozen(kw_only=True)
class RetentionRule:
    """A class, as the network sets it.

    Attributes:
        key: Its name.
        service_types: The kinds of service it is for.
        days: How long, where a tenant says nothing else.
        least_days: The least that a tenant may choose.
        most_days: The most that a tenant may choose.
    """

    key: str
    service_types: tuple[str, ...]
    days: int
    least_days: int
    most_days: int

    def days_for(self, chosen: int | None) -> int:
        """Give the days that hold for a tenant: its choice, within the bounds of now."""
        return self.days if chosen is None else min(max(chosen, self.least_days), self.most_days)

    @property
    def is_ordinary(self) -> bool:
        """Whether it is for all kinds of service that no other class names."""
        return self.key == ORDINARY


@frozen(kw_only=True)
class Term:
    """What is over in a tenant.

    Attributes:
        rule: The class.
        days: How long it is kept.
        before: What was closed before this instant is over.
        named: Whether it is for the kinds of service, or for all but these.
        service_types: The kinds of service.
    """

    rule: RetentionRule
    days: int
    before: datetime
    named: bool
    service_types: tuple[str, ...]

    @property
    def bound(self) -> UUID:
        """Every id of what was recorded before lies below."""
        return UUID(int=max(0, int(self.before.timestamp() * 1000)) << MILLISECONDS)


def terms(rules: Iterable[RetentionRule], chosen: Mapping[str, int | None], now: datetime) -> list[Term]:
    """Give what is over in a tenant, class by class."""
    known = list(rules)
    elsewhere = tuple(sorted({one for rule in known if not rule.is_ordinary for one in rule.service_types}))
    found: list[Term] = []
    for rule in known:
        days = rule.days_for(chosen.get(rule.key))
        kinds = elsewhere if rule.is_ordinary else rule.service_types
        before = now - timedelta(days=days)
        found.append(Term(rule=rule, days=days, before=before, named=not rule.is_ordinary, service_types=kinds))
    return found


def checked_rule(rule: RetentionRule, others: Sequence[RetentionRule]) -> RetentionRule:
    """Refuse a class that cannot be.

    Raises:
        InvalidInput: The days are in no order, or a kind of service has another class.
    """
    if not 1 <= rule.least_days <= rule.days <= rule.most_days <= LONGEST:
        raise InvalidInput(field="days", problem=f"leastDays, days and mostDays rise from 1 to {LONGEST}")
    if rule.is_ordinary != (not rule.service_types):
        problem = f"name kinds of service, and none for {ORDINARY}: it is for all that no other class names"
        raise InvalidInput(field="serviceTypes", problem=problem)
    taken = {one for other in others if other.key != rule.key for one in other.service_types}
    twice = sorted(taken & set(rule.service_types))
    if twice:
        raise InvalidInput(field="serviceTypes", problem=f"another class is for {twice[0]}")
    return rule
