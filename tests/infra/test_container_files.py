"""The container files name only settings and commands that exist, and open nothing to the world.

Whether the image builds and the composition starts needs a container engine and is not shown here.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from core.kernel.blob_settings import BlobSettings
from core.kernel.settings import Settings

INFRA = Path(__file__).parents[2] / "infra"
OURS = ("migrate", "api", "worker")


@pytest.fixture(scope="module")
def composition() -> Any:
    return yaml.safe_load((INFRA / "compose.yaml").read_text())


def test_every_setting_it_gives_exists_and_none_that_is_needed_is_missing(composition: Any) -> None:
    known = {
        str(field.validation_alias or f"TOUCHSTONE_{name.upper()}"): field.is_required()
        for name, field in Settings.model_fields.items()
    } | {f"TOUCHSTONE_BLOBS_{name.upper()}": False for name in BlobSettings.model_fields}
    for name in OURS:
        given = set(composition["services"][name]["environment"]) - {"MIGRATE_DATABASE_URL"}
        assert given <= known.keys()
        assert {setting for setting, needed in known.items() if needed} <= given


def test_no_secret_has_a_default(composition: Any) -> None:
    text = (INFRA / "compose.yaml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY))(\S?)", text)
    assert len(secrets) >= 6
    assert {follows for _, follows in secrets} == {":"}
    assert not re.findall(r"\$\{\w*(?:PASSWORD|SECRET|KEY):?-", text)
    for name in OURS:
        assert composition["services"][name]["environment"]["TOUCHSTONE_ENVIRONMENT"] == "production"


def test_every_command_exists(composition: Any) -> None:
    from gateway.cli.main import assembled

    commands: dict[str, Any] = getattr(get_command(assembled(())), "commands")  # noqa: B009  # only groups have them
    for name in OURS:
        command, *options = composition["services"][name]["command"]
        known = {option for parameter in commands[command].params for option in parameter.opts}
        assert {option for option in options if option.startswith("--")} <= known


def test_ports_are_opened_on_the_loopback_address_alone(composition: Any) -> None:
    ports = [port for service in composition["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "ports" not in composition["services"]["postgres"]


def test_servers_are_as_new_as_the_embedded_ones(composition: Any) -> None:
    assert composition["services"]["postgres"]["image"] == "postgres:18"
    assert composition["services"]["valkey"]["image"] == "valkey/valkey:9"
    assert (
        "--locale-provider=builtin --builtin-locale=C.UTF-8"
        in (composition["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"])
    )


def test_the_image_does_not_run_as_root() -> None:
    last_stage = (INFRA / "Dockerfile").read_text().rpartition("FROM ")[2]
    user = re.search(r"^USER (\d+):(\d+)$", last_stage, re.MULTILINE)
    assert user is not None
    assert "0" not in user.groups()


def test_every_part_of_a_pipeline_is_described() -> None:
    collector = yaml.safe_load((INFRA / "otel-collector.yaml").read_text())
    for pipeline in collector["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            assert set(names) <= collector[kind].keys()
