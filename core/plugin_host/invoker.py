"""The one way to call a plugin: gate, breaker, deadline, span, call, validation of the answer."""

import time
from collections.abc import Callable, Sequence
from math import ceil

import structlog
from touchstone_sdk import EffectiveView, RecordResult, RecordView, ScoringBatch, ScoringRule
from touchstone_sdk.hosting import ContractBroken, accept_results

from core.kernel.frozen import frozen
from core.kernel.scope import Scope
from core.plugin_host.activation import Activation
from core.plugin_host.breaker import BreakerKey, Breakers
from core.plugin_host.errors import (
    PluginAnswerIsInvalid,
    PluginError,
    PluginFailed,
    PluginIsBusy,
    PluginIsResting,
    PluginOverran,
)
from core.plugin_host.limits import BreakerLimits, CallLimits
from core.plugin_host.policy import require_active
from core.plugin_host.registry import Registry, RuleRef
from core.plugin_host.telemetry import CallFacts, observed_call
from core.plugin_host.threads import CallThreads, NoThreadFree, Raised

_log = structlog.get_logger(__name__)


@frozen(kw_only=True)
class Scoring:
    """What a rule said of a batch, and which version of what said it.

    Attributes:
        ref: The rule.
        plugin_version: Version of the plugin.
        rule_version: Version of the rule.
        results: One per record, in the order of the records asked about.
    """

    ref: RuleRef
    plugin_version: str
    rule_version: str
    results: tuple[RecordResult, ...]


class Invoker:
    """Calls plugins for one process and event loop.

    Call it outside of any transaction: a plugin may use all of its deadline.
    """

    def __init__(
        self,
        registry: Registry,
        activation: Activation,
        *,
        calls: CallLimits | None = None,
        breakers: BreakerLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.registry = registry
        self._activation = activation
        self._calls = calls or CallLimits()
        self._breakers = Breakers(breakers or BreakerLimits(), monotonic)
        self._monotonic = monotonic
        self._threads: dict[str, CallThreads] = {}

    async def score(
        self, scope: Scope, ref: RuleRef, effective: EffectiveView, records: Sequence[RecordView]
    ) -> Scoring:
        """Score records of the scope's tenant that share one effective standard.

        Args:
            scope: The tenant the records belong to.
            ref: The rule.
            effective: The effective standard, its context applied.
            records: Each once, at most `touchstone_sdk.MAX_BATCH`.

        Returns:
            One result or typed error per record, in the same order.

        Raises:
            PluginError: Any refusal of `core.plugin_host.errors`: not there, not active for this tenant,
                badly configured, resting, busy, overran, failed, or answered against its contract.
            pydantic.ValidationError: The records are no batch: one occurs twice, or there are too many.
        """
        entry, manifest = self.registry.available(ref.plugin)
        rule = self.registry.rule(ref)
        state = await self._activation.state(scope, ref.plugin)
        require_active(manifest, state)
        config = self.registry.accept_config(ref.plugin, state.config)
        batch = ScoringBatch(effective=effective, records=tuple(records), config=config)
        facts = CallFacts(scope, ref.plugin, entry.version, manifest.kind, rule.key, len(batch.records))
        with observed_call(facts, self._monotonic):
            results = await self._guarded((scope.tenant_id, ref.plugin), rule, batch)
        return Scoring(ref=ref, plugin_version=entry.version, rule_version=rule.version, results=results)

    async def _guarded(self, key: BreakerKey, rule: ScoringRule, batch: ScoringBatch) -> tuple[RecordResult, ...]:
        rest = self._breakers.rest(key)
        if rest > 0:
            raise PluginIsResting(plugin=key[1], seconds=ceil(rest))
        try:
            results = await self._call(key[1], rule, batch)
        except (PluginOverran, PluginFailed, PluginAnswerIsInvalid) as error:
            self._breakers.failed(key)
            self._log_failure(error)
            raise
        except BaseException:
            self._breakers.abandoned(key)
            raise
        self._breakers.succeeded(key)
        return results

    async def _call(self, plugin: str, rule: ScoringRule, batch: ScoringBatch) -> tuple[RecordResult, ...]:
        threads = self._threads.setdefault(plugin, CallThreads(self._calls.threads, f"plugin-{plugin}"))
        try:
            outcome = await threads.run(
                lambda: _score_and_check(rule, batch), self._calls.seconds, self._calls.queue_seconds
            )
        except NoThreadFree as full:
            raise PluginIsBusy(plugin=plugin, overrun=full.overrun) from None
        if outcome is None:
            raise PluginOverran(plugin=plugin, seconds=self._calls.seconds)
        if isinstance(outcome, Raised):
            raise PluginFailed(plugin=plugin, raised=outcome.kind, where=outcome.where)
        if isinstance(outcome.answer, ContractBroken):
            raise PluginAnswerIsInvalid(plugin=plugin, breach=outcome.answer.code, detail=outcome.answer.detail)
        return outcome.answer

    @staticmethod
    def _log_failure(error: PluginError) -> None:
        where = error.where if isinstance(error, PluginFailed) else ""
        _log.warning("plugin.call_failed", plugin=error.plugin, code=error.code, where=where)


def _score_and_check(rule: ScoringRule, batch: ScoringBatch) -> tuple[RecordResult, ...] | ContractBroken:
    """Call the rule and check its answer in the same thread: both are under the deadline and off the event loop."""
    answer = rule.score(batch)
    try:
        return accept_results(rule, batch, answer)
    except ContractBroken as breach:
        return breach
