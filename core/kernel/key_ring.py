"""The data keys of a tenant and of its persons: found or made, unwrapped for one unit, erased, rewrapped."""

from typing import ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.clock import recorded_now
from core.kernel.crypto import MasterKeys, OpenKey, Place, new_key, seal, sealed_by, unseal
from core.kernel.database import ROLE
from core.kernel.errors import DomainError, fact
from core.kernel.ids import derived_id, new_id
from core.kernel.models import DataKey
from core.kernel.roles import Role
from core.kernel.unit import Unit

SubjectKind = Literal["tenant", "person"]
PSEUDONYMS: Final = "kernel.pseudonyms"
REWRAP: Final = text("""
    UPDATE data_keys SET wrapped = given.wrapped, master_key_id = :master_key_id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:wrapped AS bytea[])) AS given(id, wrapped)
    WHERE data_keys.tenant_id = :tenant_id AND data_keys.id = given.id
""")


@fact
class KeyIsErased(DomainError):  # noqa: N818 - errors are facts
    """The key of a sealed value was deleted: the person was erased."""

    code: ClassVar[str] = "kernel.key_erased"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "This personal data has been erased."

    @property
    def hint(self) -> str:
        """Say what that means."""
        return "It cannot be brought back; show the record without it."


def keys_in_reach(unit: Unit) -> bool:
    """Tell whether a unit may read keys: whoever reads several tenants reads figures, and never persons."""
    return unit.session.info.get(ROLE, Role.APP) is Role.APP


class KeyRing:
    """Keys of one tenant, unwrapped for as long as one unit lasts and never longer, so that erasure holds at once.

    Args:
        unit: The open transaction.
        masters: The configured master keys.
    """

    def __init__(self, unit: Unit, masters: MasterKeys) -> None:
        self._unit = unit
        self._masters = masters
        self._open: dict[UUID, OpenKey] = {}
        self._by_subject: dict[UUID, OpenKey] = {}

    async def tenant_key(self) -> OpenKey:
        """Give the tenant's own key, made at first use."""
        return await self._key_of("tenant", self._unit.tenant_id)

    async def pseudonym_key(self) -> OpenKey:
        """Give the tenant's key of pseudonyms, made at first use and never replaced.

        It is a key beside :meth:`tenant_key`, so that whatever becomes of that one, the same person keeps the same
        pseudonym in this tenant; a new master key wraps it anew like every other.
        """
        return await self._key_of("tenant", derived_id(PSEUDONYMS, self._unit.tenant_id))

    async def known_pseudonym_key(self) -> OpenKey | None:
        """Give the tenant's key of pseudonyms where there is one: for those who only read."""
        return await self._known("tenant", derived_id(PSEUDONYMS, self._unit.tenant_id))

    async def named_key(self, purpose: str, number: int) -> OpenKey:
        """Give another key of the tenant's, known by what it is for and a number; made at first use.

        Args:
            purpose: ``<feature>.<what for>``.
            number: Tells keys of one purpose apart, as they follow one another.
        """
        return await self._key_of("tenant", derived_id(purpose, self._unit.tenant_id, str(number)))

    async def drop_named_key(self, purpose: str, number: int) -> None:
        """Delete a key that was followed by another; nothing can be done with it any more. The caller audits it."""
        subject_id = derived_id(purpose, self._unit.tenant_id, str(number))
        await self._unit.session.execute(
            delete(DataKey)
            .where(
                col(DataKey.tenant_id) == self._unit.tenant_id,
                col(DataKey.subject_kind) == "tenant",
                col(DataKey.subject_id) == subject_id,
            )
            .execution_options(synchronize_session=False)
        )
        self._open.clear()
        self._by_subject.clear()

    async def key_by_id(self, key_id: UUID) -> OpenKey:
        """Give a key that something is sealed by.

        Raises:
            KeyIsErased: It is gone.
        """
        return await self._key_named(key_id)

    async def person_key(self, person_id: UUID) -> OpenKey:
        """Give the key of one person in this tenant, made at first use."""
        return await self._key_of("person", person_id)

    async def known_person_key(self, person_id: UUID) -> OpenKey:
        """Give the key of a person who has one: nobody gets one anew who was erased.

        Raises:
            KeyIsErased: There is none.
        """
        key = await self._known("person", person_id)
        if key is None:
            raise KeyIsErased
        return key

    async def open(self, sealed: bytes, place: Place) -> str:
        """Open a sealed value with whichever key sealed it.

        Raises:
            KeyIsErased: Its key is gone.
            SealIsBroken: It was changed or moved.
        """
        return unseal(await self._key_named(sealed_by(sealed)), sealed, place)

    async def seal_for(self, person_id: UUID, text: str, place: Place) -> bytes:
        """Seal a text by the key of the person it speaks of."""
        return seal(await self.person_key(person_id), text, place)

    async def erase(self, person_id: UUID) -> int:
        """Delete a person's keys in this tenant; tell how many there were. The caller audits it."""
        found = await self._unit.session.execute(
            delete(DataKey)
            .where(
                col(DataKey.tenant_id) == self._unit.tenant_id,
                col(DataKey.subject_kind) == "person",
                col(DataKey.subject_id) == person_id,
            )
            .returning(col(DataKey.id))
            .execution_options(synchronize_session=False)
        )
        self._open.clear()
        self._by_subject.clear()
        return len(found.all())

    async def rewrap(self, most: int = 500) -> int:
        """Wrap keys by the current master key that an older one wraps; tell how many, none when all is done.

        Keys that somebody else is about to change, and those whose master key is not configured, stay as they are.
        """
        older = await self._unit.session.execute(
            select(DataKey)
            .where(
                col(DataKey.tenant_id) == self._unit.tenant_id,
                col(DataKey.master_key_id).in_(self._masters.older),
            )
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = older.scalars().all()
        given = [(row.id, self._masters.unwrap(row.id, row.master_key_id, row.wrapped)) for row in rows]
        if given:
            values = {
                "tenant_id": self._unit.tenant_id,
                "master_key_id": self._masters.current,
                "ids": [key_id for key_id, _ in given],
                "wrapped": [self._masters.wrap(key) for _, key in given],
            }
            await self._unit.session.execute(REWRAP, values)
        return len(given)

    async def _key_of(self, kind: SubjectKind, subject_id: UUID) -> OpenKey:
        if subject_id not in self._by_subject:
            row = await self._newest(kind, subject_id) or await self._make(kind, subject_id)
            self._by_subject[subject_id] = self._opened(row)
        return self._by_subject[subject_id]

    async def _known(self, kind: SubjectKind, subject_id: UUID) -> OpenKey | None:
        if subject_id not in self._by_subject:
            row = await self._newest(kind, subject_id)
            if row is None:
                return None
            self._by_subject[subject_id] = self._opened(row)
        return self._by_subject[subject_id]

    async def _key_named(self, key_id: UUID) -> OpenKey:
        if key_id not in self._open:
            chosen = select(DataKey).where(col(DataKey.tenant_id) == self._unit.tenant_id, col(DataKey.id) == key_id)
            row = (await self._unit.session.execute(chosen)).scalar_one_or_none()
            if row is None:
                raise KeyIsErased
            self._opened(row)
        return self._open[key_id]

    async def _newest(self, kind: SubjectKind, subject_id: UUID) -> DataKey | None:
        chosen = select(DataKey).where(
            col(DataKey.tenant_id) == self._unit.tenant_id,
            col(DataKey.subject_kind) == kind,
            col(DataKey.subject_id) == subject_id,
        )
        found = await self._unit.session.execute(chosen.order_by(col(DataKey.number).desc()).limit(1))
        return found.scalar_one_or_none()

    async def _make(self, kind: SubjectKind, subject_id: UUID) -> DataKey:
        """Draw a key; if another transaction draws one for the same subject, wait for it and take that."""
        key = new_key(new_id())
        statement = insert(DataKey).values(
            tenant_id=self._unit.tenant_id,
            network_id=self._unit.network_id,
            id=key.id,
            subject_kind=kind,
            subject_id=subject_id,
            number=1,
            wrapped=self._masters.wrap(key),
            master_key_id=self._masters.current,
            recorded_at=recorded_now(),
        )
        await self._unit.session.execute(statement.on_conflict_do_nothing())
        row = await self._newest(kind, subject_id)
        if row is None:
            msg = "A data key that was just written is not seen."
            raise RuntimeError(msg)
        return row

    def _opened(self, row: DataKey) -> OpenKey:
        key = self._masters.unwrap(row.id, row.master_key_id, row.wrapped)
        self._open[row.id] = key
        return key
