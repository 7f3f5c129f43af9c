"""What guards of a process may know: the record's classification, its site, its steps so far."""

from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Final

from core.kernel.frozen import frozen
from core.kernel.rules import Environment, Fact, Kind

GUARDS: Final = Environment(
    {
        "record.channel": Kind.TEXT,
        "record.priority": Kind.TEXT,
        "record.tier": Kind.TEXT,
        "record.service_type": Kind.TEXT,
        "site": Kind.TEXT_BY_NAME,
        "steps.done": Kind.TEXTS,
        "steps.skipped": Kind.TEXTS,
        "elapsed": Kind.WHOLE,
    }
)
"""The names guards are written with; what is not known of a record is empty text, and ``elapsed`` counts seconds."""


@frozen(kw_only=True)
class Situation:
    """What is known of a record besides the steps that were done.

    Attributes:
        channel: The way in.
        priority: How urgent it is.
        tier: The customer's tier.
        service_type: Key of the service in the catalogue.
        site: Attributes of the serving site.
        skipped: Keys of steps that were skipped with a reason.
        elapsed: Whole seconds since it was opened.
    """

    channel: str = ""
    priority: str = ""
    tier: str = ""
    service_type: str = ""
    site: Mapping[str, str] = field(default_factory=dict[str, str])
    skipped: Collection[str] = frozenset()
    elapsed: int = 0

    def facts(self, done: Collection[str]) -> dict[str, Fact]:
        """Give it in the form that guards know."""
        return {
            "record.channel": self.channel,
            "record.priority": self.priority,
            "record.tier": self.tier,
            "record.service_type": self.service_type,
            "site": self.site,
            "steps.done": sorted(done),
            "steps.skipped": sorted(self.skipped),
            "elapsed": self.elapsed,
        }
