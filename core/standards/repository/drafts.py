"""SQL of drafts: standards and versions in the publisher's tenant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.models import Clause, Parameter, Standard, StandardVersion
from core.standards.policy.content import ClauseContent, ParameterContent, StandardContent
from core.standards.policy.documents import JsonValue
from core.standards.policy.profile import REVIEW_MONTHS
from core.standards.vocabulary import Layer


async def insert_standard(unit: Unit, code: str, title: Mapping[str, str], layer: Layer, recorded: datetime) -> None:
    """Make the row of a standard, unless the tenant has it."""
    await unit.session.execute(
        insert(Standard)
        .values(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            code=code,
            title=dict(title),
            layer=layer.value,
            review_months=REVIEW_MONTHS,
            revision=0,
            recorded_at=recorded,
        )
        .on_conflict_do_nothing()
    )


async def standard_by_code(unit: Unit, code: str) -> Standard:
    """Read and lock a standard of the tenant: who changes a standard or its versions does so one after the other."""
    found = await unit.session.execute(
        select(Standard).where(col(Standard.tenant_id) == unit.tenant_id, col(Standard.code) == code).with_for_update()
    )
    return found.scalar_one()


async def standard_of(unit: Unit, version: StandardVersion) -> Standard:
    """Read and lock the standard of a version, and read the version again behind that lock."""
    found = await unit.session.execute(
        select(Standard)
        .where(col(Standard.tenant_id) == unit.tenant_id, col(Standard.id) == version.standard_id)
        .with_for_update()
    )
    await unit.session.refresh(version)
    return found.scalar_one()


async def version_by_id(unit: Unit, version_id: UUID) -> StandardVersion | None:
    """Find a version."""
    found = await unit.session.execute(
        select(StandardVersion).where(
            col(StandardVersion.tenant_id) == unit.tenant_id, col(StandardVersion.id) == version_id
        )
    )
    return found.scalar_one_or_none()


async def versions_of(unit: Unit, standard_id: UUID) -> Sequence[StandardVersion]:
    """List the versions of a standard, the lowest number first."""
    found = await unit.session.execute(
        select(StandardVersion)
        .where(col(StandardVersion.tenant_id) == unit.tenant_id, col(StandardVersion.standard_id) == standard_id)
        .order_by(col(StandardVersion.major), col(StandardVersion.minor), col(StandardVersion.patch))
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def replace_content(unit: Unit, version_id: UUID, content: StandardContent) -> None:
    """Write the clauses and parameters of a draft in the place of those it had."""
    for model in (Parameter, Clause):
        owned = delete(model).where(col(model.tenant_id) == unit.tenant_id, col(model.version_id) == version_id)
        await unit.session.execute(owned.execution_options(synchronize_session=False))
    clauses = [clause_row(unit, version_id, i, clause) for i, clause in enumerate(content.clauses)]
    unit.session.add_all(clauses)
    await unit.session.flush()
    unit.session.add_all(
        parameter_row(unit, row, i, parameter)
        for row, clause in zip(clauses, content.clauses, strict=True)
        for i, parameter in enumerate(clause.parameters)
    )
    await unit.session.flush()


def clause_row(unit: Unit, version_id: UUID, position: int, clause: ClauseContent) -> Clause:
    """Make the row of a clause."""
    return Clause(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        version_id=version_id,
        position=position,
        key=clause.key,
        kind=clause.kind.value,
        level=clause.level.value,
        obligation=clause.obligation.value,
        flexibility=clause.flexibility.value,
        text=clause.text,
        operators=[one.value for one in clause.operators],
        body=None if clause.body is None else dict(clause.body),
    )


def parameter_row(unit: Unit, clause: Clause, position: int, parameter: ParameterContent) -> Parameter:
    """Make the row of a parameter."""
    return Parameter(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        version_id=clause.version_id,
        clause_id=clause.id,
        clause_key=clause.key,
        position=position,
        key=parameter.key,
        type=parameter.type.value,
        unit=parameter.unit.value if parameter.unit else None,
        default_value=parameter.default,
        operators=[one.value for one in parameter.operators],
        bounds=msgspec.to_builtins(parameter.bounds),
        variants=msgspec.to_builtins(parameter.variants),
    )


async def read_draft(unit: Unit, code: str, version: StandardVersion) -> StandardContent:
    """Read a version back from its clauses and parameters."""
    clauses = await unit.session.execute(
        select(Clause)
        .where(col(Clause.tenant_id) == unit.tenant_id, col(Clause.version_id) == version.id)
        .order_by(col(Clause.position), col(Clause.id))
    )
    parameters = await unit.session.execute(
        select(Parameter)
        .where(col(Parameter.tenant_id) == unit.tenant_id, col(Parameter.version_id) == version.id)
        .order_by(col(Parameter.position), col(Parameter.id))
    )
    by_clause: dict[UUID, list[dict[str, JsonValue]]] = {}
    for row in parameters.scalars():
        by_clause.setdefault(row.clause_id, []).append(parameter_facts(row))
    facts = {
        "code": code,
        "number": version.number,
        "title": version.title,
        "layer": version.layer,
        "profile": version.profile,
        "lineage": version.lineage,
        "clauses": [clause_facts(row, by_clause.get(row.id, [])) for row in clauses.scalars()],
    }
    return msgspec.convert(facts, type=StandardContent)


def clause_facts(row: Clause, parameters: Sequence[dict[str, JsonValue]]) -> dict[str, JsonValue]:
    """Give a clause in the form of the document."""
    return {
        "key": row.key,
        "kind": row.kind,
        "level": row.level,
        "obligation": row.obligation,
        "flexibility": row.flexibility,
        "text": row.text,
        "operators": row.operators,
        "body": row.body,
        "parameters": parameters,
    }


def parameter_facts(row: Parameter) -> dict[str, JsonValue]:
    """Give a parameter in the form of the document."""
    return {
        "key": row.key,
        "type": row.type,
        "unit": row.unit,
        "default": row.default_value,
        "operators": row.operators,
        "bounds": row.bounds,
        "variants": row.variants,
    }
