"""Small versions and adaptations to merge, written by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from core.standards.document import converted
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent, content_hash
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.vocabulary import Operator

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HQ, REGION, SHOP = (UUID(int=number) for number in (1, 2, 3))
LINEAGE = (HQ, REGION, SHOP)
NAMES = UUID(int=99)


def number(key: str, default: Any = 5, **said: Any) -> dict[str, Any]:
    """An integer parameter that levels below may set and narrow."""
    return {"key": key, "type": "integer", "default": default, "operators": ["assign", "narrow"], **said}


def clause(key: str, *parameters: dict[str, Any], **said: Any) -> dict[str, Any]:
    """A flexible clause whose text may be set."""
    return {
        "key": key,
        "kind": "limit",
        "flexibility": "flexible",
        "operators": ["assign"],
        "text": {"en": f"About {key}."},
        "parameters": list(parameters),
        **said,
    }


def content(
    *clauses: dict[str, Any], version: str = "1.0.0", lineage: list[dict[str, Any]] | None = None
) -> StandardContent:
    """A version of a standard, checked."""
    facts: dict[str, Any] = {"code": "anything", "number": version, "title": {"en": "Anything"}}
    return checked_content(converted({**facts, "clauses": list(clauses), "lineage": lineage or []}))


def version_of(given: StandardContent, since: datetime = NOON - 9 * DAY) -> Version:
    """Headquarters' published version."""
    return Version(
        id=uuid5(NAMES, given.number),
        overlay_id=uuid5(NAMES, f"overlay {given.number}"),
        owner_tenant_id=HQ,
        content=given,
        hash=content_hash(given),
        author_id=UUID(int=100),
        approver_id=UUID(int=101),
        span=Span(since),
        recorded_from=since,
    )


def laid(clause_key: str, parameter_key: str = "", value: Any = None, **said: Any) -> Overlay:
    """An adaptation of the shop."""
    facts: dict[str, Any] = {
        "id": uuid5(NAMES, f"{clause_key} {parameter_key} {sorted(said)} {said.get('owner_tenant_id')}"),
        "owner_tenant_id": SHOP,
        "clause_key": clause_key,
        "parameter_key": parameter_key,
        "operator": Operator.ASSIGN,
        "value": value,
        "author_id": UUID(int=100),
        "span": Span(NOON - DAY),
        "recorded_from": NOON - DAY,
        **said,
    }
    return Overlay(**facts)


def rename(before: str, after: str, **parameters: str) -> dict[str, Any]:
    """A clause that has another key now."""
    return {"kind": "rename", "sources": [before], "targets": [after], "parameters": parameters}
