"""The command line: what it does, and how it says no; of each kind of command one is a process of its own."""

import gzip
import inspect
import json
import os
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from uuid import uuid4

import pytest
import typer
from typer.testing import CliRunner

from core.kernel.settings import Settings
from gateway.cli.home import Home
from gateway.cli.main import assembled
from gateway.cli.operator import operator
from gateway.demo.material import CONTENT, chain_of_stores
from gateway.demo.stage import set_stage
from tenants.networks.create import network_id_of
from tests.end_to_end.command import (
    PATIENCE_S,
    ROOT,
    assert_refused,
    environment,
    free_port,
    invoked,
    told,
    touchstone,
)
from tests.support.becoming import command_line
from tests.support.cluster import ROLE_SECRET, Address, admin_database_url, clone, database_url, drop, superuser
from tests.support.forked import Forked
from tests.support.publishing import publish_material

KEY = "a1" * 32
MAPPING = CONTENT / "checkout-log.yaml"
HEADER = "checkout,store,activity,status,at,channel\n"
AT = "2026-08-03T08:00:00+00:00"
GOOD = (
    f"good-1,store-01,queued,awaiting,{AT},site_desk\n"
    "good-1,store-01,completed,resolved,2026-08-03T08:03:00+00:00,site_desk\n"
)
HELD = """
    SELECT (SELECT count(*) FROM records WHERE network_id = $1),
      (SELECT count(*) FROM record_steps WHERE network_id = $1),
      (SELECT count(*) FROM import_chunks WHERE network_id = $1),
      (SELECT count(*) FROM outbox WHERE network_id = $1 AND topic = 'quality.score_chunk'),
      (SELECT count(*) FROM tenants WHERE network_id = $1)
"""


@dataclass(frozen=True)
class Office:
    """A migrated database of this module's own, with one network in it.

    Attributes:
        settings: Environment of a command that works there.
        admin_url: To look behind the walls.
        network: Key of the network.
    """

    settings: dict[str, str]
    admin_url: str
    network: str

    async def held(self) -> tuple[int, ...]:
        """Count records, steps, chunks, commands to score, and tenants."""
        found = await self.ask(HELD, network_id_of(self.network))
        return tuple(found[0])

    async def ask(self, statement: str, *values: Any) -> list[Any]:
        connection = await superuser(self.admin_url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    def bring(self, log: Path, mapping: Path | str = MAPPING, network: str = "", **more: str) -> Any:
        """Import a log."""
        return invoked(
            *("import", log, "--mapping", mapping, "--network", network or self.network), **self.settings | more
        )


def settings_for(address: Address, name: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url(address.admin_url, name),
        "REDIS_URL": address.redis_url,
        "TOUCHSTONE_ENVIRONMENT": "development",
        "TOUCHSTONE_BUILTIN_ISSUER": "true",
        "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
        "TOUCHSTONE_MASTER_KEY": KEY,
        "TOUCHSTONE_CURSOR_KEY": KEY,
    }


@pytest.fixture(scope="module")
async def office(address: Address, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Office]:
    name = f"cli_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    given = settings_for(address, name)
    settings = Settings.model_validate(
        {key.removeprefix("TOUCHSTONE_").lower() if key.startswith("T") else key: value for key, value in given.items()}
    )
    material = replace(
        chain_of_stores(tmp_path_factory.mktemp("chain")), network="corner", stores=("store-01", "store-02")
    )
    async with operator(settings) as at:
        stage = await set_stage(at, material)
        await publish_material(at, stage, material)
    home = {"TOUCHSTONE_HOME": str(tmp_path_factory.mktemp("home"))}
    yield Office(given | home, admin_database_url(address.admin_url, name), "corner")
    await drop(address.admin_url, name)


@pytest.fixture
async def broken(address: Address, office: Office) -> AsyncGenerator[Office]:
    """A migrated database to be broken by the test."""
    name = f"cli_{uuid4().hex[:12]}"
    await clone(address.admin_url, name)
    home = {"TOUCHSTONE_HOME": office.settings["TOUCHSTONE_HOME"]}
    yield Office(settings_for(address, name) | home, admin_database_url(address.admin_url, name), "corner")
    await drop(address.admin_url, name)


def log_of(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "log.csv"
    path.write_text(header + "".join(rows))
    return path


# Import: what cannot be begun leaves everything as it was


def garbage(folder: Path) -> Path:
    path = folder / "log.xes"
    path.write_bytes(b"\x00\x01 this is no log")
    return path


def cut_short(folder: Path) -> Path:
    path = folder / "log.xes.gz"
    path.write_bytes(gzip.compress(b"<log>" + b"<trace/>" * 10_000)[:40])
    return path


def with_entities(folder: Path) -> Path:
    path = folder / "log.xes"
    path.write_text('<!DOCTYPE log [<!ENTITY a "aaaa">]><log>&a;</log>')
    return path


def missing(folder: Path) -> Path:
    return folder / "nowhere.csv"


def itself(folder: Path) -> Path:
    return folder


def good(folder: Path) -> Path:
    return log_of(folder, GOOD)


def without_a_column(folder: Path) -> Path:
    return log_of(folder, GOOD, header=HEADER.replace("at,", "when,"))


XES_MAPPING = "bpic2013_incidents"


@pytest.mark.parametrize(
    ("make", "mapping", "code"),
    [
        (garbage, XES_MAPPING, "records.log_unreadable"),
        (cut_short, XES_MAPPING, "records.log_unreadable"),
        (with_entities, XES_MAPPING, "records.xml_unsafe"),
        (missing, MAPPING, "records.log_unreadable"),
        (itself, MAPPING, "records.log_unreadable"),
        (
            without_a_column,
            MAPPING,
            "records.columns_missing",
        ),
        (good, "no-such-mapping", "records.mapping_unknown"),
        (good, "no-such-mapping.yaml", "records.mapping_invalid"),
        (good, "../nowhere/at-all", "records.mapping_unknown"),
    ],
)
async def test_an_import_that_cannot_begin_writes_nothing(
    make: Any, mapping: Path | str, code: str, office: Office, tmp_path: Path
) -> None:
    before = await office.held()
    assert_refused(office.bring(make(tmp_path), mapping), code)
    assert await office.held() == before


async def test_a_mapping_that_lacks_keys_names_them(office: Office, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING.read_text().replace("  occurred_at:\n    event: at\n", ""))
    before = await office.held()
    ended = office.bring(log_of(tmp_path, GOOD), mapping)
    assert_refused(ended, "records.mapping_invalid")
    assert "step.occurred_at" in told(ended)
    assert await office.held() == before


async def test_an_unknown_mapping_names_those_that_are_shipped(office: Office, tmp_path: Path) -> None:
    ended = office.bring(log_of(tmp_path, GOOD), "bpic2012")
    assert_refused(ended, "records.mapping_unknown")
    assert all(name in told(ended) for name in ("bpic2012", "bpic2013_incidents", "receipt"))


async def test_an_unknown_network_is_named(office: Office, tmp_path: Path) -> None:
    ended = office.bring(log_of(tmp_path, GOOD), network="nobody")
    assert_refused(ended, "cli.unknown_network")
    assert "nobody" in told(ended)
    assert await office.ask("SELECT 1 FROM tenants WHERE network_id = $1", network_id_of("nobody")) == []


# Import: what is wrong with some cases refuses those alone


async def test_cases_that_are_wrong_are_refused_and_the_others_come_whole(office: Office, tmp_path: Path) -> None:
    before = await office.held()
    log = log_of(
        tmp_path,
        GOOD.replace("good-1", "beside-1"),
        "no-zone,store-01,queued,awaiting,2026-08-03T08:00:00,site_desk\n",
        f"stranger,store-77,queued,awaiting,{AT},site_desk\n",
        GOOD.replace("good-1", "beside-2"),
    )
    figures = tmp_path / "figures.json"
    ended = touchstone(
        *("import", log, "--mapping", MAPPING, "--network", office.network, "--json", figures), **office.settings
    )
    assert ended.returncode == 1
    assert "Traceback" not in told(ended)
    for code in ("records.date_without_zone", "records.unknown_tenant"):
        assert f"refused: {code}" in ended.stdout
    said = json.loads(figures.read_text())
    assert (said["seen"], said["imported"], said["refused"]) == (4, 2, 2)
    assert said["refusals"] == {"records.date_without_zone": 1, "records.unknown_tenant": 1}
    records, steps, _, _, tenants = await office.held()
    assert (records, steps, tenants) == (before[0] + 2, before[1] + 4, before[4])


async def test_an_import_started_again_adds_nothing(office: Office, tmp_path: Path) -> None:
    log = log_of(tmp_path, GOOD)
    first = office.bring(log)
    assert first.returncode == 0, told(first)
    once = await office.held()
    again = office.bring(log)
    assert again.returncode == 0, told(again)
    assert await office.held() == once


# Settings and surroundings


def begun_as_it_may(command: tuple[str, ...], settings: dict[str, str], folder: Path) -> Any:
    """Run what serves as a process of its own, for it takes over the logs and signals of its process."""
    if command[0] not in {"serve", "worker"}:
        return invoked(*command, **settings)
    more = ("--port", free_port()) if command == ("serve",) else ()
    said = folder / "said"
    process = Forked(command_line, *command, *more, environment=environment(settings), output=said)
    return CompletedProcess(command, process.wait(PATIENCE_S), said.read_text(), "")


PRODUCTION = {"DATABASE_URL": "postgresql://127.0.0.1:1/touchstone", "REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.mark.parametrize(
    "command", [("serve",), ("worker",), ("doctor",), ("tokens",), ("tenants", "list", "--network", "a")]
)
def test_production_without_secrets_names_every_missing_setting(command: tuple[str, ...], tmp_path: Path) -> None:
    ended = begun_as_it_may(command, PRODUCTION, tmp_path)
    assert_refused(ended, "cli.settings_incomplete")
    for name in ("TOUCHSTONE_ROLE_SECRET", "TOUCHSTONE_MASTER_KEY", "TOUCHSTONE_CURSOR_KEY"):
        assert name in told(ended)


async def test_a_malformed_setting_is_named_and_its_value_is_not_shown(office: Office) -> None:
    ended = invoked("doctor", **office.settings | {"TOUCHSTONE_POOL_SIZE": "hunter2"})
    assert_refused(ended, "cli.settings_incomplete")
    assert "TOUCHSTONE_POOL_SIZE" in told(ended)
    assert "hunter2" not in told(ended)


@pytest.mark.parametrize("command", [("tenants", "list", "--network", "corner"), ("serve",), ("worker",)])
async def test_a_malformed_master_key_is_said_without_the_key(
    command: tuple[str, ...], office: Office, tmp_path: Path
) -> None:
    ended = begun_as_it_may(command, office.settings | {"TOUCHSTONE_MASTER_KEY": "hunter2"}, tmp_path)
    assert_refused(ended, "kernel.master_key_invalid")
    assert "hunter2" not in told(ended)


async def test_a_database_that_is_away_is_said(office: Office) -> None:
    away = {"DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/touchstone"}
    ended = invoked("tenants", "list", "--network", "corner", **office.settings | away)
    assert_refused(ended, "gateway.database_unreachable")


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("MIGRATE_DATABASE_URL", "postgresql://admin:hunter2@127.0.0.1:1/postgres"),
        ("MIGRATE_DATABASE_URL", "postgresql://h:hunter2@[::1:5432/x"),
        ("MIGRATE_DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "postgresql://h:hunter2@[::1:5432/x"),
        ("DATABASE_URL", "hunter2"),
    ],
)
async def test_migrating_a_database_that_cannot_be_reached_is_said(
    variable: str, wrong: str, office: Office, address: Address
) -> None:
    ended = invoked("migrate", **office.settings | {"MIGRATE_DATABASE_URL": address.admin_url, variable: wrong})
    assert_refused(ended, "gateway.database_unreachable")
    assert "hunter2" not in told(ended)


async def test_migrating_without_rights_says_what_to_set(office: Office) -> None:
    assert_refused(invoked("migrate", **office.settings), "cli.migration_address_missing")


async def test_migrating_twice_changes_nothing(office: Office, address: Address) -> None:
    for run in (touchstone, invoked):
        ended = run("migrate", **office.settings, MIGRATE_DATABASE_URL=address.admin_url)
        assert ended.returncode == 0, told(ended)


# Doctor


def found(ended: Any, subject: str) -> str:
    """Give what doctor says of something."""
    return next(line for line in ended.stdout.splitlines() if f"│ {subject} " in line)


async def test_doctor_finds_good_surroundings_good(office: Office) -> None:
    ended = touchstone("doctor", **office.settings)
    assert ended.returncode == 0, told(ended)
    for subject in ("clock", "database", "schema", "walls", "documents", "background work", "queue", "files"):
        assert "good" in found(ended, subject)
    assert "good" in found(ended, "plugins")
    assert "warning" in found(ended, "settings")


async def test_doctor_says_that_the_queue_is_down_and_goes_on(office: Office) -> None:
    ended = invoked("doctor", **office.settings | {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"})
    assert ended.returncode == 1
    assert "bad" in found(ended, "queue")
    assert "REDIS_URL" in found(ended, "queue")
    assert "good" in found(ended, "database")
    assert "good" in found(ended, "plugins")


async def test_doctor_says_that_the_database_is_down(office: Office) -> None:
    away = {"DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/touchstone"}
    ended = invoked("doctor", **office.settings | away)
    assert ended.returncode == 1
    assert "DATABASE_URL" in found(ended, "database")
    assert "ConnectionRefusedError" in found(ended, "database")
    assert all("Mend the database first" in found(ended, subject) for subject in ("clock", "schema", "walls", "keys"))
    assert "good" in found(ended, "queue")


async def test_doctor_tells_a_wrong_secret_and_a_wrong_master_key_by_name(office: Office) -> None:
    wrong = {"TOUCHSTONE_ROLE_SECRET": "b2" * 32, "TOUCHSTONE_MASTER_KEY": "short"}
    ended = invoked("doctor", **office.settings | wrong)
    assert ended.returncode == 1
    assert "InvalidPasswordError" in found(ended, "database")
    assert "TOUCHSTONE_ROLE_SECRET" in found(ended, "database")
    assert "TOUCHSTONE_MASTER_KEY" in found(ended, "keys")


@pytest.mark.parametrize(
    ("breaking", "subject", "remedy"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "schema", "touchstone migrate"),
        ("ALTER TABLE records DISABLE ROW LEVEL SECURITY", "walls", "records"),
    ],
)
async def test_doctor_says_what_is_broken_and_how_to_mend_it(
    breaking: str, subject: str, remedy: str, broken: Office
) -> None:
    await broken.ask(breaking)
    ended = invoked("doctor", **broken.settings)
    assert ended.returncode == 1, told(ended)
    assert "bad" in found(ended, subject)
    assert remedy in found(ended, subject)


# Tenants


@pytest.mark.parametrize("columns", ["", "80"])
async def test_nothing_is_cut_off_on_a_narrow_screen_nor_wrapped_in_a_pipe(columns: str, office: Office) -> None:
    ended = touchstone("tenants", "list", "--network", office.network, **office.settings | {"COLUMNS": columns})
    assert ended.returncode == 0, told(ended)
    assert "…" not in ended.stdout
    [(tenant,)] = await office.ask("SELECT id FROM tenants WHERE key = 'store-01'")
    narrow = "".join(line.split("│")[-2].strip() for line in ended.stdout.splitlines() if "│" in line)
    assert str(tenant) in (narrow if columns else ended.stdout)


async def test_a_network_is_founded_and_grows(office: Office) -> None:
    def tenants(*arguments: str) -> str:
        ended = invoked("tenants", *arguments, **office.settings)
        assert ended.returncode == 0, told(ended)
        return ended.stdout

    said = tenants("create-network", "grown", "--name", "Grown")
    assert "touchstone tenants invite --network grown --role headquarters_administrator" in said
    tenants("add", "west", "--network", "grown", "--kind", "region")
    tenants("add", "shop", "--network", "grown", "--parent", "west", "--name", "The Shop")
    shown = tenants("list", "--network", "grown")
    assert all(word in shown for word in ("west", "shop", "The Shop", "franchisee", "region"))
    assert tenants("invite", "--network", "grown", "--role", "clerk").split()[-1]


async def test_a_network_and_its_tenants_are_there_since_they_are_told_to_be(office: Office) -> None:
    for arguments in (
        ("create-network", "old", "--founded", "2010-01-31", "--time-zone", "Europe/Stockholm"),
        ("add", "near", "--network", "old"),
        (
            *("add", "far", "--network", "old", "--since", "2010-03-01T00:00:00+01:00"),
            *("--locale", "pt-BR", "--time-zone", "America/Recife", "--currency", "BRL"),
        ),
    ):
        ended = invoked("tenants", *arguments, **office.settings)
        assert ended.returncode == 0, told(ended)
    rows = await office.ask(
        "SELECT t.key, t.locale, t.time_zone, t.currency, p.valid_from FROM tenants t"
        " JOIN tenant_placements p ON p.child_id = t.id WHERE t.network_id = $1 ORDER BY p.valid_from",
        network_id_of("old"),
    )
    founded = datetime(2010, 1, 30, 23, tzinfo=UTC)
    headquarters, far, near = (tuple(one) for one in rows)
    assert headquarters == ("hq", "en", "Europe/Stockholm", "EUR", founded)
    assert far == ("far", "pt-BR", "America/Recife", "BRL", datetime(2010, 2, 28, 23, tzinfo=UTC))
    assert near[:4] == ("near", "en", "Europe/Stockholm", "EUR")
    assert [one["founded_at"] for one in await office.ask("SELECT founded_at FROM networks WHERE key = 'old'")] == [
        founded
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list", "--network", "nobody"), "cli.unknown_network"),
        (("create-network", "fresh", "--founded", "long ago"), "kernel.invalid_input"),
        (("create-network", "fresh", "--founded", "2010-01-31T08:00:00"), "kernel.invalid_input"),
        (("add", "fresh", "--network", "corner", "--currency", "XYZ"), "kernel.invalid_input"),
        (("add", "fresh", "--network", "corner", "--since", "2010-13-01"), "kernel.invalid_input"),
        (("create-network", "corner"), "tenants.key_is_taken"),
        (("create-network", "Not A Key"), "kernel.invalid_input"),
        (("add", "store-01", "--network", "corner"), "tenants.key_is_taken"),
        (("add", "fresh", "--network", "corner", "--parent", "nobody"), "cli.unknown_parent"),
        (("add", "fresh", "--network", "corner", "--kind", "planet"), "tenants.kind_does_not_fit"),
        (("invite", "--network", "corner", "--role", "emperor"), "tenants.role_does_not_fit"),
    ],
)
async def test_what_tenants_refuses_changes_nothing(arguments: tuple[str, ...], code: str, office: Office) -> None:
    count = "SELECT (SELECT count(*) FROM tenants), (SELECT count(*) FROM networks), (SELECT count(*) FROM invitations)"
    before = await office.ask(count)
    assert_refused(invoked("tenants", *arguments, **office.settings), code)
    assert await office.ask(count) == before


# Tokens, benchmarks, help


async def test_tokens_are_signed_in_development_alone(office: Office) -> None:
    ended = touchstone("tokens", "--subject", "somebody", **office.settings)
    assert ended.returncode == 0, told(ended)
    assert ended.stdout.strip().count(".") == 2
    assert_refused(invoked("tokens", **office.settings), "cli.no_builtin_issuer")
    off = office.settings | {"TOUCHSTONE_BUILTIN_ISSUER": "false", "TOUCHSTONE_ENVIRONMENT": "production"}
    refused = invoked("tokens", "--subject", "somebody", **off)
    assert_refused(refused, "cli.no_builtin_issuer")
    assert "eyJ" not in told(refused)


async def test_an_unknown_benchmark_is_named(office: Office) -> None:
    ended = invoked("bench", "no-such-suite", **office.settings)
    assert_refused(ended, "cli.unknown_benchmark")
    assert "no-such-suite" in told(ended)
    assert "execution, records, spine, standards" in told(ended)
    assert "test_" not in told(ended)
    assert_refused(invoked("bench", "test_load", **office.settings), "cli.unknown_benchmark")


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (("serve",), ("demo", "--once")):
            ended = invoked(*command, "--port", port, TOUCHSTONE_HOME=str(home))
            assert_refused(ended, "cli.port_taken")
            assert f"Port {port} of 127.0.0.1 is taken" in told(ended)
            assert "--port" in told(ended)
    assert not home.exists()


def test_help_lists_every_command() -> None:
    ended = touchstone("--help")
    assert ended.returncode == 0, told(ended)
    wanted = (
        "serve",
        "worker",
        "demo",
        "migrate",
        "import",
        "tenants",
        "documents",
        "tokens",
        "bench",
        "doctor",
        "schema",
    )
    assert all(name in ended.stdout for name in wanted)


def commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Name every command and group below one."""
    below = [commands(one, (*path, name)) for name, one in getattr(group, "commands", {}).items()]
    return [path, *(name for names in below for name in names)]


def test_every_command_explains_itself_and_its_options() -> None:
    app = assembled(())
    whole: Any = typer.main.get_command(app)
    for path in commands(whole):
        ended = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "300", "NO_COLOR": "1"})
        assert ended.exit_code == 0, ended.output
        command = whole
        for name in path:
            command = command.commands[name]
        assert inspect.cleandoc(command.help).split("\n")[0] in ended.output
        assert str(ROOT) not in ended.output, path
        unexplained = [option.name for option in command.params if not getattr(option, "help", None)]
        assert unexplained in ([], ["install_completion", "show_completion"]), path


def test_a_home_is_closed_to_others_even_one_made_long_ago(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    Home(folder).make()
    assert folder.stat().st_mode & 0o077 == (0o011 if os.geteuid() == 0 else 0)


async def test_a_plan_shows_the_statement_and_the_database_s_plan(office: Office, tmp_path: Path) -> None:
    document, told_file = tmp_path / "sites.graphql", tmp_path / "told.json"
    document.write_text("query Sites($n: Int) { sites(first: $n) { nodes { key } } roles { name } }")
    arguments = ("plan", document, "--network", office.network, "--variables", '{"n": 2}', "--json", told_file)
    ended = invoked(*arguments, "--analyze", **office.settings)
    assert ended.returncode == 0, told(ended)
    assert "Query.roles is read by code" in told(ended)
    written = json.loads(told_file.read_text())
    assert "FROM sites" in written["sql"]
    assert any("actual time" in line for line in written["explain"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--network", "nobody"), "cli.unknown_network"),
        (("--network", "THIS", "--tenant", "nobody"), "cli.unknown_tenant"),
        (("--network", "THIS", "--variables", "[]"), "cli.unreadable_variables"),
    ],
)
async def test_a_plan_that_cannot_be_made_says_why(
    arguments: tuple[str, ...], code: str, office: Office, tmp_path: Path
) -> None:
    document = tmp_path / "sites.graphql"
    document.write_text("{ sites { totalCount } }")
    meant = [office.network if one == "THIS" else one for one in arguments]
    assert_refused(invoked("plan", document, *meant, **office.settings), code)
