"""All that a plugin of Touchstone may import.

A plugin is a distribution with

* an entry point in the group `touchstone.plugins`, named by the plugin's key:
  `scoring-conformance = "touchstone_scoring_conformance:plugin"`;
* a manifest `touchstone-plugin.json` in the top-level package that the entry point names
  (`PluginManifest` as JSON), read without importing the plugin;
* one implementation of the hook `touchstone_descriptors()`, marked with `hookimpl`, that returns frozen
  descriptors: collected once, at boot, without arguments and without I/O.

Public surface:

======================  ===============================================================================
manifest                `PluginManifest`, `PluginKind`, `Isolation`, `DataScope`; `SDK_VERSION`,
                        `MANIFEST_FILE`, `ENTRY_POINT_GROUP`
hooks                   `hookimpl`, `PluginHooks`, `Descriptor`
scoring, declared       `ScoringRule(key, version, name, description, dimensions, parameters, errors, score)`,
                        `Dimension(key, name, description, reasons)`, `Coded(code, description)`,
                        `ParameterRead(name, path, description)`
scoring, in             `ScoringBatch(effective, records, config)`;
                        `EffectiveView(hash, parameters, processes)`, `ProcessView(clause_key, steps)`,
                        `ProcessStep(key, position, required, repeatable)`;
                        `RecordView(id, standard_code, opened_at, resolved_at, closed_at, channel, priority,
                        steps)`, `StepView(key, status, occurred_at)`; at most `MAX_BATCH` records
scoring, out            `RecordScored(record_id, scores)` or `RecordNotScored(record_id, code, message)`, which
                        together are `RecordResult`; `Score(dimension, basis_points, reason, message, measured)`
values                  `JsonValue`, `JsonObject`, `Instant`, `freeze_json`, `thaw_json`
======================  ===============================================================================

Units: scores are integer basis points, 0 to `FULL_SCORE` = 10,000 (100 %), None where a record cannot be judged;
durations are integer seconds; decimals are strings; instants are aware date-times. Nothing carries personal data.
All values are frozen and strictly validated; what a plugin hands over is validated again, field by field.

What a host needs beside this (finding, loading, checking) is in `touchstone_sdk.hosting`.
"""

from touchstone_sdk.hooks import Descriptor, PluginHooks, hookimpl
from touchstone_sdk.manifest import (
    ENTRY_POINT_GROUP,
    MANIFEST_FILE,
    SDK_VERSION,
    DataScope,
    Isolation,
    PluginKind,
    PluginManifest,
)
from touchstone_sdk.scoring import (
    FULL_SCORE,
    MAX_BATCH,
    MAX_MEASURED,
    Coded,
    Dimension,
    EffectiveView,
    ParameterRead,
    ProcessStep,
    ProcessView,
    RecordNotScored,
    RecordResult,
    RecordScored,
    RecordView,
    Score,
    ScoreBatch,
    ScoringBatch,
    ScoringRule,
    StepView,
)
from touchstone_sdk.values import Instant, JsonObject, JsonValue, freeze_json, thaw_json

__all__ = [
    "ENTRY_POINT_GROUP",
    "FULL_SCORE",
    "MANIFEST_FILE",
    "MAX_BATCH",
    "MAX_MEASURED",
    "SDK_VERSION",
    "Coded",
    "DataScope",
    "Descriptor",
    "Dimension",
    "EffectiveView",
    "Instant",
    "Isolation",
    "JsonObject",
    "JsonValue",
    "ParameterRead",
    "PluginHooks",
    "PluginKind",
    "PluginManifest",
    "ProcessStep",
    "ProcessView",
    "RecordNotScored",
    "RecordResult",
    "RecordScored",
    "RecordView",
    "Score",
    "ScoreBatch",
    "ScoringBatch",
    "ScoringRule",
    "StepView",
    "freeze_json",
    "hookimpl",
    "thaw_json",
]
