"""Which of a log's keys are to be believed: the first vouches for itself, each further one is vouched for."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.records.sealing.policy.findings import Finding, FindingKind
from core.records.sealing.policy.heads import LogName, endorsement_text
from core.records.sealing.policy.notes import VerifyingKey

KeyRow = Mapping[str, Any]


def believed(log: LogName, rows: Sequence[KeyRow]) -> tuple[dict[int, VerifyingKey], list[Finding]]:
    """Give the keys that are vouched for, by number, and what is wrong with the others.

    Args:
        log: Whose keys they are.
        rows: Their rows, by number.
    """
    keys: dict[int, VerifyingKey] = {}
    wrong: list[Finding] = []
    for place, row in enumerate(rows, start=1):
        key, number = log.key(row["public_key"]), row["number"]
        before = key if number == 1 else keys.get(number - 1)
        text = endorsement_text(log, number, row["public_key"], row["recorded_at"])
        problem = ""
        if number != place:
            problem = f"The keys of the log are not numbered without a gap: {place} is missing."
        elif row["id"] != log.key_id(number) or row["network_id"] != log.network_id:
            problem = f"The row of the key {number} belongs to another key or log."
        elif before is None or not before.signed(text, row["endorsement"]):
            problem = f"The key {number} is not vouched for by the key before it."
        if problem:
            wrong.append(Finding(FindingKind.KEY_ALTERED, "key", problem, row["id"], number))
        else:
            keys[number] = key
    return keys, wrong
