"""The contract between host and plugin, checked: configuration, descriptors, results."""

import inspect
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, cast

import jsonschema_rs
from pydantic import TypeAdapter, ValidationError

from touchstone_sdk.hooks import Descriptor
from touchstone_sdk.manifest import PluginManifest
from touchstone_sdk.scoring import RecordNotScored, RecordResult, RecordScored, ScoringBatch, ScoringRule
from touchstone_sdk.values import JsonObject, freeze_object, thaw_json

_DESCRIPTOR: Final = TypeAdapter[Descriptor](Descriptor)
_result: Final = TypeAdapter[RecordResult](RecordResult).validator.validate_python


class ContractBroken(Exception):  # noqa: N818  (errors are named as the facts they are)
    """A plugin, or what it was given or answered, is not as agreed.

    Attributes:
        code: Stable code of the breach.
        detail: What is wrong, without any value that the plugin or a tenant supplied.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def broken_fields(error: ValidationError) -> str:
    """Say which fields are wrong and how, without repeating their values."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{'.'.join(str(part) for part in problem['loc']) or 'value'}: {problem['msg']}" for problem in problems]
    return "; ".join(shown[:5])[:500]


def schema_problem(schema: JsonObject) -> str | None:
    """Say why an object is not a JSON Schema (2020-12) that stands alone, or None if it is."""
    try:
        _validator(_Schema(schema))
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        return str(error)[:200]
    return None


def accept_config(manifest: PluginManifest, config: object) -> JsonObject:
    """Return a tenant's configuration, frozen.

    Raises:
        ContractBroken: `config_invalid`: it is not what the manifest's schema allows.
    """
    try:
        frozen = freeze_object(config)
    except ValueError as error:
        raise ContractBroken("config_invalid", str(error)) from None
    for error in _validator(_Schema(manifest.config_schema)).iter_errors(thaw_json(frozen)):
        where = "/".join(str(part) for part in error.instance_path) or "the configuration"
        raise ContractBroken("config_invalid", f"{where} breaks the rule '{error.kind.name}'")
    return frozen


def accept_descriptors(manifest: PluginManifest, answer: object) -> tuple[Descriptor, ...]:
    """Return the descriptors a plugin answered, rebuilt.

    Raises:
        ContractBroken: `descriptors_invalid`, or `descriptor_duplicate`: a key occurs twice.
    """
    if type(answer) not in {list, tuple}:
        raise ContractBroken("descriptors_invalid", "a list of descriptors is expected")
    given = cast("Sequence[object]", answer)
    if not given:
        raise ContractBroken("descriptors_invalid", f"a {manifest.kind} plugin contributes at least one descriptor")
    accepted: list[Descriptor] = []
    for index, descriptor in enumerate(given):
        try:
            accepted.append(_DESCRIPTOR.validate_python(descriptor, strict=True))
        except ValidationError as error:
            raise ContractBroken("descriptors_invalid", f"descriptor {index}: {broken_fields(error)}") from None
    keys = [descriptor.key for descriptor in accepted]
    if len(set(keys)) != len(keys):
        raise ContractBroken("descriptor_duplicate", "two descriptors have the same key")
    return tuple(accepted)


def accept_results(rule: ScoringRule, batch: ScoringBatch, answer: object) -> tuple[RecordResult, ...]:
    """Return what a rule answered to a batch, rebuilt, one result per record in the batch's order.

    Raises:
        ContractBroken: `result_not_a_list`, `result_count`, `result_invalid`, `result_ids` (another record, or
            another order), `result_dimensions`, `result_reason` or `result_error` (a code not declared).
    """
    if inspect.iscoroutine(answer):
        answer.close()
    if type(answer) not in {list, tuple}:
        raise ContractBroken("result_not_a_list", "a list or tuple of results is expected")
    given = cast("Sequence[object]", answer)
    if len(given) != len(batch.records):
        raise ContractBroken("result_count", f"{len(given)} results for {len(batch.records)} records")
    accepted: list[RecordResult] = []
    codes = _declared_codes(rule)
    for index, (record, item) in enumerate(zip(batch.records, given, strict=True)):
        if not isinstance(item, RecordScored | RecordNotScored):
            raise ContractBroken("result_invalid", f"result {index} is neither RecordScored nor RecordNotScored")
        try:
            result = _result(item, strict=True)
        except ValidationError as error:
            raise ContractBroken("result_invalid", f"result {index}: {broken_fields(error)}") from None
        if result.record_id != record.id:
            raise ContractBroken("result_ids", f"result {index} is for another record than record {index}")
        _check_codes(index, result, codes)
        accepted.append(result)
    return tuple(accepted)


_Codes = tuple[frozenset[str], tuple[tuple[str, frozenset[str]], ...]]


def _declared_codes(rule: ScoringRule) -> _Codes:
    errors = frozenset(error.code for error in rule.errors)
    dimensions = tuple((one.key, frozenset(reason.code for reason in one.reasons)) for one in rule.dimensions)
    return errors, dimensions


def _check_codes(index: int, result: RecordScored | RecordNotScored, declared: _Codes) -> None:
    errors, dimensions = declared
    if isinstance(result, RecordNotScored):
        if result.code not in errors:
            raise ContractBroken("result_error", f"result {index} has an error code that the rule does not declare")
        return
    if [score.dimension for score in result.scores] != [key for key, _ in dimensions]:
        raise ContractBroken("result_dimensions", f"result {index} has not one score per declared dimension, in order")
    for score, (key, reasons) in zip(result.scores, dimensions, strict=True):
        if score.reason not in reasons:
            raise ContractBroken("result_reason", f"result {index} has a reason that {key} does not declare")


class _Schema:
    """A frozen schema that `_validator` can remember by its identity."""

    def __init__(self, schema: JsonObject) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Schema) and other.schema is self.schema


@lru_cache(maxsize=256)
def _validator(key: _Schema) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema: nothing is fetched from anywhere, patterns run in linear time."""
    schema = cast("dict[str, object]", thaw_json(key.schema))
    return jsonschema_rs.Draft202012Validator(schema, offline=True, pattern_options=jsonschema_rs.RegexOptions())
