"""Proves a plugin: `prove_plugin(key)` answers a `Proof`, `.require()` makes it a test.

`scoring_batches` is the Hypothesis strategy behind it, for tests of a rule's own.
"""

from touchstone_testkit.batches import scoring_batches
from touchstone_testkit.findings import Finding, Proof
from touchstone_testkit.prove import Budget, prove_plugin

__all__ = ["Budget", "Finding", "Proof", "prove_plugin", "scoring_batches"]
