"""The system may do everything, in whatever process it acts and whatever that process has imported."""

import json
import subprocess
import sys
from pathlib import Path

from core.kernel.permissions import CATALOGUE, every_permission
from tenants.roles import BUILT_IN

ROOT = Path(__file__).parents[3]
OPENS_WORK = """
import asyncio, json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from core.kernel.directory import Directory
from core.kernel.scope import Actor, ActorKind
from core.kernel.services import Services
from core.kernel.started import Started
from core.kernel.work import Background, open_work

class Tree:
    async def lineage(self, network_id: Any, tenant_id: Any, at: Any) -> Any:
        return (tenant_id,)

services, tenant = Services(), uuid4()
services.put(Directory, Tree())
started = Started(
    tenant_id=tenant, network_id=uuid4(), command_id=uuid4(), topic="a.topic", payload={}, target_tenant_id=tenant,
    actor=Actor(ActorKind.PERSON, uuid4()), attempt=1, trace=None,
)
work = asyncio.run(open_work(Background(database=None, services=services), started))
print(json.dumps(sorted(work.scope.permissions)))
"""


def test_a_job_holds_every_permission_in_a_process_that_has_imported_no_feature() -> None:
    told = subprocess.run([sys.executable, "-c", OPENS_WORK], cwd=ROOT, capture_output=True, text=True, check=True)
    held = set(json.loads(told.stdout))
    assert held >= {name for role in BUILT_IN.values() for name in role.permissions}


def test_every_permission_is_declared_in_a_module_of_that_name() -> None:
    import gateway.http.features

    gateway.http.features.contributions()
    assert every_permission() == frozenset(CATALOGUE)
    declared = {path for root in ("core", "tenants", "gateway") for path in (ROOT / root).rglob("*.py")}
    elsewhere = [path for path in declared if path.name != "permissions.py" and " = permission(" in path.read_text()]
    assert elsewhere == []
