"""Addresses are read as SQLAlchemy reads them, so that one address does for every process."""

from typing import Any

import pytest
from sqlalchemy import make_url

from core.kernel.connecting import driver_address, driver_arguments


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://admin:secret@db.internal:5432/postgres",
        "postgresql+asyncpg://admin:secret@db.internal/postgres",
        "postgres://admin@db.internal",
        "postgresql://admin:p%40ss%2Fword%20@[::1]:5433/some%20where",
        "postgresql://admin:p/ss?w#rd:@localhost:1/postgres",
        "postgresql://:secret@/postgres",
        "postgresql:///postgres?host=/run/postgresql&port=5433&user=admin",
        "postgresql://",
    ],
)
def test_an_address_is_taken_apart_as_sqlalchemy_does(url: str) -> None:
    known = make_url(url)
    told: dict[str, Any] = {
        "host": known.host,
        "port": known.port,
        "user": known.username,
        "password": known.password,
        "database": known.database,
    } | dict(known.query)
    assert driver_address(url) == {
        name: int(value) if name == "port" else value for name, value in told.items() if value
    }


@pytest.mark.parametrize("url", ["hunter2", "", "postgresql://h:hunter2@[::1:5432/x", "postgresql://h:hunter2/x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^no address$"):
        driver_address(url)


def test_what_sqlalchemy_and_libpq_alone_know_is_left_out() -> None:
    url = "postgresql://db/x?sslmode=disable&ssl=false&prepared_statement_cache_size=0"
    assert driver_address(url) == {"host": "db", "database": "x"}


def test_only_what_stays_on_the_machine_goes_without_tls() -> None:
    assert [driver_arguments(host)["ssl"] for host in ("127.0.0.1", "/run/postgresql", None)] == [False] * 3
    assert driver_arguments("db.internal")["ssl"].verify_mode.name == "CERT_REQUIRED"
