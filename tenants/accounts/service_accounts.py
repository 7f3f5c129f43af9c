"""Create service accounts, rotate their secrets and revoke them."""

from dataclasses import field
from datetime import timedelta
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from tenants.accounts.credentials import ClientId, draw_secret, hash_secret
from tenants.accounts.models import AccountStatus, ServiceAccount
from tenants.accounts.repository import HANDED_OUT, MADE, add_account, take_account
from tenants.errors import AlreadySo, KeyIsTaken
from tenants.networks.set_up import own_tenant
from tenants.people.policy import check_grantable, check_roles
from tenants.people.repository import known_roles
from tenants.permissions import MANAGE_ACCOUNTS
from tenants.values import check_name

LONGEST_GRACE = timedelta(days=7)


@frozen(kw_only=True)
class CreateServiceAccount:
    """What a machine shall be able to do.

    Attributes:
        name: Name to show, unique in the tenant.
        roles: Keys of its roles.
    """

    name: str
    roles: tuple[str, ...]


@frozen(kw_only=True)
class RotateSecret:
    """Which account shall get a new secret.

    Attributes:
        account_id: The account.
        expected_version: The version that decision was made on.
        grace: How long the old secret still works: at most seven days, none by default.
    """

    account_id: UUID
    expected_version: int
    grace: timedelta = timedelta()


@frozen(kw_only=True)
class IssuedCredentials:
    """What the machine signs in with; the secret is shown this once.

    Attributes:
        account: The account.
        client_id: Names it.
        secret: Proves it.
    """

    account: ServiceAccount
    client_id: str
    secret: str = field(repr=False)


async def create_service_account(unit: Unit, command: CreateServiceAccount) -> IssuedCredentials:
    """Make an account for a machine that acts in this tenant alone.

    Raises:
        RoleDoesNotFit: A role does not exist, or cannot be held in this tenant.
        RoleNotGrantable: One's own roles do not let one give it.
        KeyIsTaken: The tenant has an account of that name.
        InvalidInput: The name does not have the form it must have, or there is no role.
    """
    unit.scope.require(MANAGE_ACCOUNTS)
    known = await known_roles(unit.session, unit.network_id)
    roles = check_roles(command.roles, (await own_tenant(unit)).kind, known)
    check_grantable(unit.scope, roles, known)
    secret = draw_secret()
    account = ServiceAccount(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        name=check_name(command.name),
        roles=list(roles),
        secret_hash=await hash_secret(secret),
        created_by=unit.scope.actor.id,
        created_at=unit.now,
        recorded_at=recorded_now(),
    )
    if not await add_account(unit, account):
        raise KeyIsTaken(kind="service account", key=account.name)
    await told(unit, MADE, account)
    return IssuedCredentials(account=account, client_id=client_id(account), secret=secret)


async def rotate_secret(unit: Unit, command: RotateSecret) -> IssuedCredentials:
    """Give an account a new secret; the old one works as long as the grace says.

    Raises:
        RoleNotGrantable: One's own roles do not let one give the account's roles, so neither its secret.
        AlreadySo: The account is revoked.
        StaleEdit: The account was changed since.
        NotFound: The tenant has no such account.
        InvalidInput: The grace is out of bounds.
    """
    account = await active_account(unit, command.account_id)
    if account.version != command.expected_version:
        raise StaleEdit(kind="service account", expected=command.expected_version, actual=account.version)
    if not timedelta() <= command.grace <= LONGEST_GRACE:
        raise InvalidInput(field="grace", problem="at most seven days are possible")
    secret = draw_secret()
    account.previous_secret_hash = account.secret_hash if command.grace else None
    account.previous_until = unit.now + command.grace if command.grace else None
    account.secret_hash = await hash_secret(secret)
    account.rotated_at = unit.now
    await changed(unit, account)
    await told(unit, HANDED_OUT, account)
    return IssuedCredentials(account=account, client_id=client_id(account), secret=secret)


async def revoke_service_account(unit: Unit, account_id: UUID) -> ServiceAccount:
    """Let an account sign in no more; its tokens are refused within seconds.

    Raises:
        RoleNotGrantable: One's own roles do not let one take the account's roles.
        AlreadySo: It is revoked.
        NotFound: The tenant has no such account.
    """
    account = await active_account(unit, account_id)
    account.status = AccountStatus.REVOKED.value
    account.revoked_at = unit.now
    account.previous_secret_hash = None
    account.previous_until = None
    await changed(unit, account)
    await told(unit, "tenants.revoke_service_account", account)
    return account


async def active_account(unit: Unit, account_id: UUID) -> ServiceAccount:
    """Find an account that can be changed by this actor."""
    unit.scope.require(MANAGE_ACCOUNTS)
    account = await take_account(unit, account_id)
    if account is None:
        raise NotFound(kind="service account", key=str(account_id))
    if account.status == AccountStatus.REVOKED.value:
        raise AlreadySo(kind="service account", state=account.status)
    check_grantable(unit.scope, account.roles, await known_roles(unit.session, unit.network_id))
    return account


async def changed(unit: Unit, account: ServiceAccount) -> None:
    """Write a changed account."""
    account.recorded_at = recorded_now()
    account.version += 1
    await unit.session.flush()


async def told(unit: Unit, action: str, account: ServiceAccount) -> None:
    """Write the audit entry and the event."""
    details = {"roles": account.roles, "status": account.status}
    await record_act(unit, action=action, subject_kind="service account", subject_id=account.id, details=details)
    await send(unit, "tenants.service_account_changed", {"account_id": account.id})


def client_id(account: ServiceAccount) -> str:
    """Give the client id of an account."""
    named = ClientId(network_id=account.network_id, tenant_id=account.tenant_id, account_id=account.id)
    return named.write()
