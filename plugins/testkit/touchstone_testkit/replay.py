"""Scoring recorded batches in another process: `python -P replay.py KEY RULE < batches > results`.

Each line in is a batch as JSON, each line out the list of its results as JSON. It runs as a file, not as a module of
the package, so that the other process need not import Hypothesis.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import TypeAdapter
from touchstone_sdk import RecordResult, ScoringBatch, ScoringRule
from touchstone_sdk.hosting import accept_results, installed_plugins, load_descriptors

_RESULTS: Final = TypeAdapter[tuple[RecordResult, ...]](tuple[RecordResult, ...])


def results_as_json(results: Sequence[RecordResult]) -> str:
    """Print results canonically enough to compare them as text."""
    return _RESULTS.dump_json(tuple(results)).decode()


def replayed(key: str, rule: ScoringRule, batches: Sequence[ScoringBatch], hash_seed: int, seconds: float) -> list[str]:
    """Score batches in a new interpreter with another hash seed and time zone.

    Raises:
        OSError: The interpreter could not be started, failed, or took too long.
    """
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TZ": "Pacific/Chatham",
    }
    try:
        done = subprocess.run(  # noqa: S603  (the same interpreter, this file)
            [sys.executable, "-P", __file__, key, rule.key],
            input="\n".join(batch.model_dump_json() for batch in batches),
            env=environment,
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=seconds,
        )
    except subprocess.SubprocessError as error:
        raise OSError(f"the other process did not answer: {type(error).__name__}") from error
    return done.stdout.removesuffix("\n").split("\n")


def replay(key: str, rule_key: str, lines: Iterable[str]) -> Iterable[str]:
    """Score each batch and print its results."""
    (found,) = [plugin for plugin in installed_plugins() if plugin.key == key]
    (rule,) = [rule for rule in load_descriptors(found) if rule.key == rule_key]
    for line in lines:
        batch = ScoringBatch.model_validate_json(line)
        yield results_as_json(accept_results(rule, batch, rule.score(batch)))


if __name__ == "__main__":
    for answer in replay(sys.argv[1], sys.argv[2], sys.stdin.buffer.read().decode().split("\n")):
        sys.stdout.buffer.write(f"{answer}\n".encode())
