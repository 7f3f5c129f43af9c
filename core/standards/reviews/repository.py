"""SQL of reviews, and nothing else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.models import PublishedVersion, ReviewDate, Standard


async def put_date(unit: Unit, standard: Standard, *, last_at: datetime, months: int, due_at: datetime) -> None:
    """Say when a standard is due next, in the place of what was said before."""
    statement = insert(ReviewDate).values(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        standard_id=standard.id,
        code=standard.code,
        last_at=last_at,
        months=months,
        due_at=due_at,
        recorded_at=recorded_now(),
    )
    said = {name: statement.excluded[name] for name in ("last_at", "months", "due_at", "recorded_at")}
    await unit.session.execute(statement.on_conflict_do_update(constraint="standard_review_dates_once", set_=said))


async def date_of(unit: Unit, standard_id: UUID) -> ReviewDate | None:
    """Tell when a standard is due; nothing where it was never published."""
    found = await unit.session.execute(
        select(ReviewDate)
        .where(col(ReviewDate.tenant_id) == unit.tenant_id, col(ReviewDate.standard_id) == standard_id)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


async def standard_by_id(unit: Unit, standard_id: UUID) -> Standard | None:
    """Read and lock a standard of the tenant."""
    found = await unit.session.execute(
        select(Standard)
        .where(col(Standard.tenant_id) == unit.tenant_id, col(Standard.id) == standard_id)
        .with_for_update()
    )
    return found.scalar_one_or_none()


async def newest_number(unit: Unit, code: str) -> str:
    """Tell the number of the version that the tenant published last."""
    found = await unit.session.scalar(
        select(PublishedVersion.number)
        .where(
            col(PublishedVersion.network_id) == unit.network_id,
            col(PublishedVersion.owner_tenant_id) == unit.tenant_id,
            col(PublishedVersion.code) == code,
        )
        .order_by(col(PublishedVersion.valid_from).desc())
        .limit(1)
    )
    return found or ""
