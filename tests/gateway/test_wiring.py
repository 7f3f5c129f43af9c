"""What a process is wired with before anybody asks it anything."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, registry

from core.kernel.database import Database
from gateway.wiring import make_services
from tests.support.api import SETTINGS


async def test_models_are_ready_before_the_first_request(database: Database) -> None:
    models = registry()

    @models.mapped
    class Late:
        __tablename__ = "late"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert not sa.inspect(Late).configured
    make_services(database, SETTINGS)
    assert sa.inspect(Late).configured
    models.dispose()
