"""Proving a plugin: every check in order; what needs a failed check is not run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from touchstone_sdk import Descriptor, JsonObject, PluginManifest, ScoringRule
from touchstone_sdk.hosting import ContractBroken, FoundPlugin, accept_config, installed_plugins, load_descriptors

from touchstone_testkit import rules
from touchstone_testkit.findings import Finding, NotProven, Proof
from touchstone_testkit.quiet import watched

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much is tried, and what it may cost.

    Attributes:
        examples: Generated batches per check.
        batch_seconds: Processor time of the largest batch.
        replay_seconds: How long another process may take for the recorded batches.
    """

    examples: int = 200
    batch_seconds: float = 1.0
    replay_seconds: float = 60.0


def prove_plugin(
    key: str, configs: Sequence[Mapping[str, object]] = (), budget: Budget | None = None, *, rule: str | None = None
) -> Proof:
    """Prove an installed plugin.

    Args:
        key: Key of the plugin.
        configs: Configurations to try beside the empty one and the examples of the manifest's schema.
        budget: How much is tried, and what it may cost.
        rule: Key of the only rule to prove; all of them otherwise.
    """
    findings: list[Finding] = []
    found = _run(findings, "manifest", lambda: _found(key))
    if found is None or found.manifest is None:
        return Proof(key, tuple(findings))
    manifest = found.manifest
    descriptors = _run(findings, "descriptors", lambda: _descriptors(found))
    accepted = _run(findings, "configurations", lambda: _configs(manifest, configs))
    for one in descriptors or ():
        if accepted and rule in {None, one.key}:
            _prove_rule(findings, key, one, accepted, budget or Budget())
    return Proof(key, tuple(findings))


def _prove_rule(
    findings: list[Finding], key: str, rule: ScoringRule, configs: Sequence[JsonObject], budget: Budget
) -> None:
    if _run(findings, "results", lambda: rules.check_results(rule, configs, budget.examples)) is None:
        return
    sample = rules.sample_of(rule, configs)
    _run(findings, "exercised", lambda: rules.check_exercised(rule, sample))
    _run(findings, "invariance", lambda: rules.check_invariance(rule, configs, budget.examples))
    _run(findings, "determinism", lambda: rules.check_determinism(rule, key, sample, budget.replay_seconds))
    _run(findings, "budget", lambda: rules.check_budget(rule, sample, budget.batch_seconds))


def _run(findings: list[Finding], check: str, look: Callable[[], Seen]) -> Seen | None:
    """Note what a check saw; None if it failed."""
    try:
        seen = look()
    except (NotProven, ContractBroken) as failure:
        findings.append(Finding(check, proven=False, detail=str(failure)))
        return None
    findings.append(Finding(check, proven=True, detail=_told(seen)))
    return seen


def _told(seen: object) -> str:
    match seen:
        case str():
            return seen
        case FoundPlugin():
            return f"{seen.distribution} {seen.version}, {seen.manifest.kind if seen.manifest else 'no manifest'}"
        case tuple():
            return f"{len(seen)} accepted"  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return ""


def _found(key: str) -> FoundPlugin:
    with_key = [plugin for plugin in installed_plugins() if plugin.key == key]
    if not with_key:
        raise NotProven(f"no installed distribution has an entry point named {key}")
    if len(with_key) > 1:
        raise NotProven(f"{len(with_key)} installed distributions have this key; a host refuses them all")
    if with_key[0].problem is not None:
        raise with_key[0].problem
    return with_key[0]


def _descriptors(found: FoundPlugin) -> tuple[Descriptor, ...]:
    load_descriptors(found)  # imports it: only what the hook itself does is watched
    with watched() as seen:
        descriptors = load_descriptors(found)
    if seen:
        raise NotProven(f"touchstone_descriptors is not pure: {seen[0]}")
    return descriptors


def _configs(manifest: PluginManifest, given: Sequence[Mapping[str, object]]) -> tuple[JsonObject, ...]:
    examples = manifest.config_schema.get("examples", ())
    stated = (*examples, *given) if isinstance(examples, tuple) else tuple(given)
    accepted = [accept_config(manifest, config) for config in stated]
    try:
        accepted.insert(0, accept_config(manifest, {}))
    except ContractBroken:
        if not accepted:
            raise NotProven("the manifest does not allow the empty configuration: give one") from None
    return tuple(accepted)
