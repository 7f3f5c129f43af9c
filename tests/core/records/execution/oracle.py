"""A record's life told a second time, slowly and plainly: dictionaries that every event of the stream is added to.

It knows nothing of the product's fold; what it takes from the stream are kind, payload and instants alone.
"""

from typing import Any

import orjson


def told(events: list[Any]) -> dict[str, Any]:  # noqa: C901, PLR0912 - one plain list of what can happen
    """What a record is after events as the database has them."""
    record: dict[str, Any] = {}
    steps: list[dict[str, Any]] = []
    for event in events:
        facts = orjson.loads(event["payload"])
        at, kind = event["occurred_at"], event["kind"]
        if kind == "opened":
            record = {
                "status": "open",
                "priority": facts.get("priority"),
                "hash": facts["effectiveHash"],
                "waiting_for": None,
                "waiting_since": None,
                "holder_id": None,
                "holder_role": facts.get("role"),
                "reopened_count": 0,
                "resolved_at": None,
                "closed_at": None,
                "confirmed_at": None,
                "first_response_at": None,
            }
        elif kind in {"step_started", "step_reopened"}:
            steps.append({"key": facts["step"], "state": "started", "at": at, "started_at": at})
        elif kind in {"step_completed", "step_skipped"}:
            running = [one for one in steps if one["key"] == facts["step"] and one["state"] == "started"]
            if not running:
                running = [{"key": facts["step"], "started_at": None}]
                steps += running
            running[0]["state"] = kind.removeprefix("step_")
            running[0]["at"] = at
            if facts.get("answersCustomer"):
                known = record["first_response_at"]
                record["first_response_at"] = at if known is None or at < known else known
        elif kind == "handed_over":
            record["holder_role"], record["holder_id"] = facts.get("role"), facts.get("person")
        elif kind == "waiting":
            record["status"], record["waiting_for"], record["waiting_since"] = "waiting", facts["for"], at
        elif kind in {"resumed", "resolved"}:
            record["waiting_for"] = record["waiting_since"] = None
            record["status"] = "open" if kind == "resumed" else "resolved"
            if kind == "resolved":
                record["resolved_at"] = at
        elif kind == "confirmed":
            record["confirmed_at"] = at
        elif kind == "closed":
            record["status"], record["closed_at"] = "closed", at
        elif kind == "reopened":
            record["status"] = "open"
            record["resolved_at"] = record["closed_at"] = record["confirmed_at"] = None
            record["reopened_count"] += 1
        elif kind == "priority_changed":
            record["priority"] = facts.get("priority")
        elif kind == "migrated":
            record["hash"] = facts["effectiveHash"]
        elif kind != "contacted":
            raise AssertionError(kind)
    return {**record, "steps": [(one["key"], one["state"], one["at"], one["started_at"]) for one in steps]}


def kept(record: Any, steps: list[Any]) -> dict[str, Any]:
    """What the rows of a record say, in the same words."""
    names = (
        "status",
        "priority",
        "waiting_for",
        "waiting_since",
        "holder_role",
        "reopened_count",
        "resolved_at",
        "closed_at",
        "confirmed_at",
        "first_response_at",
    )
    return {
        **{name: record[name] for name in names},
        "hash": record["effective_hash"],
        "holder_id": None if record["holder_id"] is None else str(record["holder_id"]),
        "steps": [(one["key"], one["state"], one["occurred_at"], one["started_at"]) for one in steps],
    }
