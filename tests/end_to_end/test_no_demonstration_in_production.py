"""What is made up for looking around is not founded where people may be working."""

from pathlib import Path

import pytest

from tests.end_to_end.command import assert_refused, free_port, invoked, told

KEY = "a1" * 32
DEVELOP = "TOUCHSTONE_ENVIRONMENT=development"


def production(home: Path) -> dict[str, str]:
    """Give settings as an operator has them; the environment is not named, and so is production."""
    return {
        "DATABASE_URL": f"postgresql://127.0.0.1:{free_port()}/touchstone",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "MIGRATE_DATABASE_URL": f"postgresql://admin@127.0.0.1:{free_port()}/postgres",
        "TOUCHSTONE_ROLE_SECRET": KEY,
        "TOUCHSTONE_MASTER_KEY": KEY,
        "TOUCHSTONE_CURSOR_KEY": KEY,
        "TOUCHSTONE_HOME": str(home),
    }


@pytest.mark.parametrize(
    ("command", "more", "code", "remedy"),
    [
        (("seed",), {}, "cli.seed_in_production", DEVELOP),
        (("seed", "--network", "mine"), {"TOUCHSTONE_ENVIRONMENT": "production"}, "cli.seed_in_production", DEVELOP),
        (("demo", "--once", "--made-up"), {}, "cli.demonstration_needs_issuer", DEVELOP),
        (("demo", "--once"), {"TOUCHSTONE_BUILTIN_ISSUER": "true"}, "auth.builtin_issuer_in_production", DEVELOP),
        (("tokens",), {}, "cli.no_builtin_issuer", "touchstone demo"),
    ],
)
def test_it_is_refused_before_the_database_is_looked_for(
    command: tuple[str, ...], more: dict[str, str], code: str, remedy: str, tmp_path: Path
) -> None:
    port = ("--port", free_port()) if command[0] == "demo" else ()
    ended = invoked(*command, *port, **production(tmp_path / "home") | more)
    assert_refused(ended, code)
    assert remedy in told(ended)
