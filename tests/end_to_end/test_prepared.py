"""What a home remembers of its database holds for that very database, in that very state, and for nothing else."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from core.kernel.migration.location import newest_revision
from core.kernel.migration.run import current, downgrade
from gateway.cli.home import Home
from gateway.cli.prepared import MARK, Preparation
from tests.support.cluster import ROLE_SECRET, Address, admin_database_url, clone, drop, execute


@pytest.fixture
async def noted(address: Address, tmp_path: Path) -> AsyncGenerator[Preparation, None]:
    """A migrated database that its home remembers as being up to date."""
    name = f"touchstone_{uuid4().hex}"
    await clone(address.admin_url, name)
    one = Preparation(home=Home(tmp_path), admin_url=address.admin_url, database=name, secret=ROLE_SECRET)
    assert not await one.stands()
    await one.note()
    yield one
    await drop(address.admin_url, name)


async def test_the_same_database_with_the_same_secret_stands(noted: Preparation) -> None:
    assert await noted.stands()
    assert (noted.home.folder / MARK).stat().st_mode & 0o077 == 0
    assert ROLE_SECRET not in (noted.home.folder / MARK).read_text()


async def test_another_secret_is_not_the_one_the_roles_have(noted: Preparation) -> None:
    assert not await replace(noted, secret="b2" * 32).stands()


async def test_a_database_at_another_revision_does_not_stand(noted: Preparation) -> None:
    await execute(
        admin_database_url(noted.admin_url, noted.database), "UPDATE alembic_version SET version_num = '0001'"
    )
    assert not await noted.stands()


async def test_a_database_without_revision_or_none_at_all_does_not_stand(noted: Preparation) -> None:
    await execute(admin_database_url(noted.admin_url, noted.database), "DROP TABLE alembic_version")
    assert not await noted.stands()
    assert not await replace(noted, database="nowhere").stands()


async def test_a_home_that_remembers_nothing_has_it_looked_at(noted: Preparation, tmp_path: Path) -> None:
    assert not await replace(noted, home=Home(tmp_path / "fresh")).stands()


async def test_other_sources_come_to_something_else(noted: Preparation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.cli.prepared.sources", lambda: iter([Path(__file__)]))
    assert not await noted.stands()


async def test_nothing_is_made_a_schema_quickly_and_remembered(address: Address, tmp_path: Path) -> None:
    name = f"quick_{uuid4().hex[:12]}"
    one = Preparation(home=Home(tmp_path), admin_url=address.admin_url, database=name, secret=ROLE_SECRET)
    try:
        assert await one.is_quickly_up_to_date()
        assert await one.stands()
        assert await current(address.admin_url, name) == newest_revision()
        assert await one.is_quickly_up_to_date()
    finally:
        await drop(address.admin_url, name)


async def test_an_older_database_is_left_to_migrations(noted: Preparation) -> None:
    await downgrade(noted.admin_url, noted.database, "0042")
    assert not await noted.is_quickly_up_to_date()
    assert not await noted.stands()
    assert await current(noted.admin_url, noted.database) == "0042"
    await noted.bring_up_to_date()
    assert await noted.stands()
    assert await current(noted.admin_url, noted.database) == newest_revision()
