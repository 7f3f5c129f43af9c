"""Say whose sign-in tokens a network accepts."""

from urllib.parse import urlsplit
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.accounts.models import Issuer, IssuerStatus
from tenants.accounts.repository import add_issuer, take_issuer
from tenants.errors import AlreadySo, KeyIsTaken
from tenants.networks.headquarters import require_headquarters
from tenants.permissions import MANAGE_ISSUERS
from tenants.values import check_name

LONGEST_URL = 500
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@frozen(kw_only=True)
class RegisterIssuer:
    """Whose tokens shall be accepted.

    Attributes:
        issuer: The issuer's URL exactly as tokens carry it in ``iss``; its keys are found by discovery below it.
        audience: What tokens must carry in ``aud``.
        name: Name to show at sign-in.
    """

    issuer: str
    audience: str
    name: str


async def register_issuer(unit: Unit, command: RegisterIssuer) -> Issuer:
    """Accept an issuer's tokens in the whole network.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
        KeyIsTaken: The network accepts it for that audience already.
        InvalidInput: It is not an https URL (plain http is possible on loopback only), or the audience is empty.
    """
    unit.scope.require(MANAGE_ISSUERS)
    await require_headquarters(unit)
    issuer = Issuer(
        network_id=unit.network_id,
        owner_tenant_id=unit.tenant_id,
        issuer=check_url(command.issuer),
        audience=check_name(command.audience, "audience"),
        name=check_name(command.name),
        recorded_at=recorded_now(),
    )
    if not await add_issuer(unit, issuer):
        raise KeyIsTaken(kind="issuer", key=command.issuer)
    await record_act(unit, action="tenants.register_issuer", subject_kind="issuer", subject_id=issuer.id)
    await send(unit, "tenants.issuer_registered", {"issuer_id": issuer.id})
    return issuer


async def withdraw_issuer(unit: Unit, issuer_id: UUID) -> Issuer:
    """Accept an issuer's tokens no longer; whoever is signed in by one is out within seconds.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
        AlreadySo: It is withdrawn.
        NotFound: The network has no such issuer.
    """
    unit.scope.require(MANAGE_ISSUERS)
    await require_headquarters(unit)
    issuer = await take_issuer(unit, issuer_id)
    if issuer is None:
        raise NotFound(kind="issuer", key=str(issuer_id))
    if issuer.status == IssuerStatus.WITHDRAWN.value:
        raise AlreadySo(kind="issuer", state=issuer.status)
    issuer.status = IssuerStatus.WITHDRAWN.value
    issuer.recorded_at = recorded_now()
    issuer.version += 1
    await unit.session.flush()
    await record_act(unit, action="tenants.withdraw_issuer", subject_kind="issuer", subject_id=issuer.id)
    await send(unit, "tenants.issuer_withdrawn", {"issuer_id": issuer.id})
    return issuer


def check_url(url: str) -> str:
    """Give an issuer's URL back if it can be one (OpenID Connect Discovery 1.0, section 3).

    Raises:
        InvalidInput: It cannot.
    """
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        plain = bool(parts.hostname) and not parts.query and not parts.fragment and parts.username is None
        valid = parts.port is None or parts.port > 0
    except ValueError:
        safe = plain = valid = False
    if not (safe and plain and valid) or len(url) > LONGEST_URL or not url.isascii() or url != url.strip():
        raise InvalidInput(field="issuer", problem="an https URL without query and fragment is needed")
    return url
