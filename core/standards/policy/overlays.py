"""What is folded: a published version and the overlays that levels below its owner laid over it."""

from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.content import Narrowing, StandardContent, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.spans import Span
from core.standards.vocabulary import Operator


@frozen(kw_only=True)
class Version:
    """A published version as an overlay: the root of every fold.

    Attributes:
        id: The published version.
        overlay_id: The row that says when it holds.
        owner_tenant_id: Who published it.
        content: What it says.
        hash: SHA-256 of its canonical text.
        author_id: Who wrote it.
        approver_id: Who approved it.
        span: When it holds.
        recorded_from: Since when that is known.
        published_at: When it was published; empty where it is not yet.
        withdrawn_at: When it was withdrawn.
    """

    id: UUID
    overlay_id: UUID
    owner_tenant_id: UUID
    content: StandardContent
    hash: str
    author_id: UUID
    approver_id: UUID | None
    span: Span
    recorded_from: datetime
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None


@frozen(kw_only=True)
class Overlay:
    """One adaptation as an overlay.

    Attributes:
        id: The adaptation.
        owner_tenant_id: The tenant that laid it.
        clause_key: The clause.
        parameter_key: The parameter; empty where the clause's own text is meant.
        variant: The contexts it is for, as ``policy/variants.py`` writes them; empty for all.
        operator: What it does.
        value: For all but ``narrow``: the value, or the entries to append or remove.
        narrowing: For ``narrow``.
        author_id: Who laid it.
        approver_id: Who approved it, where approval was asked.
        reason: Why, in the owner's words.
        legal_basis: The law or rule that asks for it.
        based_on: The published version it was laid over first.
        suggestion_id: The suggestion that was adopted, where it comes from one.
        span: When it holds.
        recorded_from: Since when that is known.
    """

    id: UUID
    owner_tenant_id: UUID
    clause_key: str
    parameter_key: str
    variant: str = ""
    operator: Operator
    value: JsonValue = None
    narrowing: Narrowing | None = None
    author_id: UUID
    approver_id: UUID | None = None
    reason: str = ""
    legal_basis: str = ""
    based_on: UUID | None = None
    suggestion_id: UUID | None = None
    span: Span
    recorded_from: datetime

    @property
    def address(self) -> str:
        """What it changes, in one text."""
        place = address(self.clause_key, self.parameter_key)
        return f"{place}[{self.variant}]" if self.variant else place
