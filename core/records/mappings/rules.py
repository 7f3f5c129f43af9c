"""What a mapping does with single values: find, fold, replace, and read instants."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from core.records.logs.traces import Flaw, RefusalCode, Trace
from core.records.mappings.schema import Fold, InstantRule, Rule, TraceRule

LONGEST = 200
UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
NOT_WORD = re.compile(r"[\W_]+")
REMEMBERED = 10_000

Mapped: TypeAlias = tuple[str | None, bool]
"""A value as the rule makes it, ``None`` where there is none, and whether it was a placeholder."""

Ends: TypeAlias = tuple[Mapping[str, str], Mapping[str, str]]
"""The events of a trace that happened first and last."""


class TraceFlawed(Exception):  # noqa: N818 - a fact about the trace
    """Stops the mapping of one trace.

    Attributes:
        flaw: What is wrong with it.
    """

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.flaw = Flaw(code, message)


def fold(text: str, how: Fold) -> str:
    """Make a text comparable."""
    match how:
        case Fold.NONE:
            return text
        case Fold.LOWER:
            return text.lower()
        case Fold.SNAKE:
            return NOT_WORD.sub("_", text.lower()).strip("_")
        case Fold.KEBAB:
            return NOT_WORD.sub("-", text.lower()).strip("-")


def checked(text: str, path: str) -> str:
    """Refuse text that cannot be stored and searched: too long, or with control characters."""
    if len(text) > LONGEST:
        raise TraceFlawed(RefusalCode.VALUE_UNUSABLE, f"The value of {path} is longer than {LONGEST} characters.")
    if UNUSABLE.search(text):
        raise TraceFlawed(RefusalCode.VALUE_UNUSABLE, f"The value of {path} has control characters.")
    return text


class ValueRule:
    """A rule of a mapping, ready to be applied many times; it remembers what it made of frequent texts.

    Args:
        rule: The rule.
        path: Its path in the mapping, for messages.
    """

    def __init__(self, rule: Rule, path: str) -> None:
        self._rule = rule
        self._path = path
        self._known: dict[str | None, Mapped] = {}

    def apply(self, text: str | None) -> Mapped:
        """Make the value of a text that was found, or of nothing.

        Raises:
            TraceFlawed: The text is not listed, or cannot be stored.
        """
        known = self._known.get(text)
        if known is None:
            known = self._work_out(text)
            if len(self._known) < REMEMBERED:
                self._known[text] = known
        return known

    def required(self, text: str | None) -> Mapped:
        """As :meth:`apply`, but refuse where there is no value.

        Raises:
            TraceFlawed: There is no value, it is not listed, or it cannot be stored.
        """
        mapped = self.apply(text)
        if mapped[0] is None:
            raise TraceFlawed(RefusalCode.VALUE_MISSING, f"There is no value for {self._path}.")
        return mapped

    def _work_out(self, text: str | None) -> Mapped:
        rule = self._rule
        folded = fold((text or "").strip(), rule.fold)
        if not folded:
            return rule.otherwise, False
        if folded in rule.placeholders:
            return rule.placeholders[folded], True
        if folded in rule.values:
            return rule.values[folded], False
        if rule.values and rule.otherwise is None:
            raise TraceFlawed(RefusalCode.VALUE_NOT_MAPPED, f"{self._path}.values does not list this value.")
        return (rule.otherwise if rule.values else checked(folded, self._path)), False


class TraceReader:
    """A rule for a value of a record, ready to be applied many times.

    Args:
        rule: The rule.
        path: Its path in the mapping, for messages and to report placeholders.
    """

    def __init__(self, rule: TraceRule, path: str) -> None:
        self._rule = rule
        self._path = path
        self._value = ValueRule(rule, path)

    def read(self, trace: Trace, ends: Ends, met: list[str]) -> str | None:
        """Read the value, where there is one.

        Args:
            trace: The trace.
            ends: Its events that happened first and last.
            met: Takes the rule's path where a placeholder was met.
        """
        value, was_placeholder = self._value.apply(self._find(trace, ends))
        if was_placeholder:
            met.append(self._path)
        return value

    def required(self, trace: Trace, ends: Ends, met: list[str]) -> str:
        """As :meth:`read`, but refuse where there is no value.

        Raises:
            TraceFlawed: There is no value.
        """
        value = self.read(trace, ends, met)
        if value is None:
            raise TraceFlawed(RefusalCode.VALUE_MISSING, f"There is no value for {self._path}.")
        return value

    def _find(self, trace: Trace, ends: Ends) -> str | None:
        rule = self._rule
        if rule.trace is not None:
            return trace.attributes.get(rule.trace)
        if rule.first_event is not None:
            return ends[0].get(rule.first_event)
        return ends[1].get(rule.last_event) if rule.last_event is not None else rule.fixed


class InstantReader:
    """Reads when events happened.

    Args:
        rule: The rule.
        path: Its path in the mapping, for messages.
    """

    def __init__(self, rule: InstantRule, path: str) -> None:
        self._event = rule.event
        self._format = rule.format
        self._zone = ZoneInfo(rule.time_zone) if rule.time_zone else None
        self._path = path

    def read(self, text: str | None) -> datetime:
        """Read an instant, in UTC.

        Raises:
            TraceFlawed: There is none, it cannot be read, or it names no zone and the mapping gives none.
        """
        if text is None:
            raise TraceFlawed(RefusalCode.VALUE_MISSING, f"There is no {self._event}, which {self._path} reads.")
        try:
            said = datetime.strptime(text, self._format) if self._format else datetime.fromisoformat(text)  # noqa: DTZ007
            return self._in_utc(said)
        except (ValueError, OverflowError) as error:
            message = f"The {self._event} cannot be read as a date by {self._path}."
            raise TraceFlawed(RefusalCode.DATE_UNREADABLE, message) from error

    def _in_utc(self, said: datetime) -> datetime:
        if said.tzinfo is None:
            if self._zone is None:
                message = f"The {self._event} names no time zone, and {self._path} gives none."
                raise TraceFlawed(RefusalCode.DATE_WITHOUT_ZONE, message)
            said = said.replace(tzinfo=self._zone)
        return said.astimezone(UTC)
