"""Background work that is killed and repeated leaves what it leaves once: every handler there is, or where else."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from core.kernel.handlers import HANDLERS, load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.kernel.work import Background
from core.records.uploads.receive import KeepUpload, keep_upload
from core.records.uploads.store import Received
from tests.gateway.schema.documents import root_field
from tests.gateway.schema.examples import EXAMPLES
from tests.gateway.schema.furnished import Furnished
from tests.gateway.schema.test_walls_of_every_field import arguments
from tests.support.repeating import Tried

ROOT: Final = Path(__file__).parents[3]
DONE: Final = (
    *("adoptVersion", "approveAdaptation", "enablePlugin", "endWaiver", "haltRollout", "revokeWaiver"),
    *("startImport", "startRollout", "withdrawVersion"),
)
"""Changes that send what furnishing does not."""

REWRITTEN: Final[Mapping[str, frozenset[str]]] = {
    "privacy.expire": frozenset({"subject_exports"}),
    "quality.rescore": frozenset({"quality_days", "quality_heads", "record_figures"}),
    "quality.score_chunk": frozenset({"quality_days", "quality_heads", "record_figures"}),
    "quality.score_record": frozenset({"quality_days", "quality_heads", "record_figures"}),
    "records.changed": frozenset({"timers"}),
    "records.clock_due": frozenset({"timers"}),
    "sealing.seal": frozenset({"log_positions"}),
    "sealing.sweep": frozenset({"log_positions", "outbox", "timers"}),
}
"""Tables in which a repeated run writes what stands there already, or what it begins anew, by topic."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "privacy.forget": "tests/core/records/privacy/test_erasing.py",
    "quality.rescore_tenant": "tests/core/quality/test_rescoring.py",
    "quality.score_records": "tests/core/quality/test_scoring_many.py",
    "records.index_terms": "tests/core/records/terms/test_indexing.py",
    "standards.gate_is_due": "tests/core/standards/rollouts/test_carrying_out.py",
    "standards.remind_acknowledgement": "tests/core/standards/rollouts/test_lifecycle.py",
    "standards.rollout_is_over": "tests/core/standards/rollouts/test_lifecycle.py",
    "standards.upgrade_turns": "tests/core/standards/merging/test_carrying.py",
    "standards.waiver.moved": "tests/core/standards/waivers/test_following.py",
    "standards.waiver.turn": "tests/core/standards/waivers/test_following.py",
    "tenants.keep_invitation": "tests/tenants/test_invitations.py",
}
"""Topics that a furnished house never comes to, and the tests in which they are killed and repeated."""


async def test_what_is_killed_and_repeated_is_done_once(house: Furnished, tried: Tried) -> None:
    """Each topic is rolled back once, lost once after its first transaction, done, and done again."""
    clock = house.office.clock
    background = Background(database=house.api.database, services=house.api.services, clock=clock)
    with tried.everywhere():
        await run_until_idle(background, network_id=house.network.id, tolerant=True)
        await uploaded(house)
        for name in DONE:
            await do(house, name)
        for days in (0, 1, 40, 300):
            clock.advance(timedelta(days=days))
            await run_until_idle(background, network_id=house.network.id, tolerant=True)
    # What has expired meanwhile is there again for whoever looks at the house next.
    await uploaded(house)
    wrote = {topic: tables - REWRITTEN.get(topic, frozenset()) for topic, tables in tried.again.items()}
    assert {topic: tables for topic, tables in wrote.items() if tables} == {}
    runs = {HANDLERS[topic].run for topic in tried.again}
    ours = {topic: one.run for topic, one in load_handlers().items() if not one.run.__module__.startswith("tests.")}
    left = {topic for topic, run in ours.items() if run not in runs}
    assert left == set(ELSEWHERE), "name a test that kills and repeats it, or let the furnished house come to it"
    assert left == {topic for topic, path in ELSEWHERE.items() if topic in killed_and_repeated_in(ROOT / path)}


def killed_and_repeated_in(path: Path) -> set[str]:
    """The topics that a module's tests name as killed and repeated."""
    named = re.findall(r"^@killed_and_repeated\(([^)]+)\)$", path.read_text(), re.MULTILINE)
    return {topic for one in named for topic in re.findall(r'"([\w.]+)"', one)}


async def uploaded(house: Furnished) -> None:
    """Keep a file that nobody has imported."""
    await house.run(house.north, keep_upload, KeepUpload(upload_id=new_id(), name="a.xes", received=Received(1, "")))


async def do(house: Furnished, name: str) -> None:
    """Make a change as its example says, and ask for nothing of it."""
    example = EXAMPLES["Mutation"][name]
    field: Any = root_field("Mutation", name)
    insider: Scope = house.north if example.where == "north" else house.headquarters
    declared = ", ".join(f"${key}: {one.type}" for key, one in field.args.items())
    passed = ", ".join(f"{key}: ${key}" for key in field.args)
    document = f"mutation Do({declared}) {{ {name}({passed}) {{ __typename ... on Problem {{ code }} }} }}"
    given = await arguments("Mutation", name, house, insider)
    answer = await house.api.execute(insider, document, given)
    done: Any = (answer.data or {}).get(name)
    assert (answer.codes, done) == ([], {"__typename": f"{name[0].upper()}{name[1:]}Success"}), name
