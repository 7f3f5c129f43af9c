"""The row-level security policies, one form for all tables: no sub-query, no function that reads a table."""

from core.kernel.roles import Role

TENANT = "tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid"
NETWORK = "network_id = NULLIF(current_setting('app.network_id', true), '')::uuid"
REGION = f"{NETWORK} AND tenant_id = ANY(string_to_array(current_setting('app.tenant_ids', true), ',')::uuid[])"
LINEAGE = "{column} = ANY(string_to_array(current_setting('app.lineage', true), ',')::uuid[])"
OWN = "{column} = NULLIF(current_setting('app.tenant_id', true), '')::uuid"


def setting(name: str) -> str:
    """Read a setting of the transaction as a UUID, or NULL where it is not set."""
    return f"NULLIF(current_setting('app.{name}', true), '')::uuid"


def policy(table: str, role: Role, command: str, using: str = "", check: str = "") -> str:
    """Write one policy."""
    parts = [f"CREATE POLICY {table}_{role.value.removeprefix('touchstone_')}_{command.lower()} ON {table}"]
    parts.append(f"FOR {command} TO {role.value}")
    if using:
        parts.append(f"USING ({using})")
    if check:
        parts.append(f"WITH CHECK ({check})")
    return " ".join(parts)


def tenant_policies(table: str, *, append_only: bool, worker_reads: bool) -> list[str]:
    """Wall a table by tenant; region and network roles read, the worker role reads only where it must find work."""
    verbs = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    own = f"{TENANT} AND {NETWORK}"
    statements = [
        f"GRANT {verbs} ON {table} TO {Role.APP.value}",
        f"GRANT SELECT ON {table} TO {Role.REGION.value}, {Role.NETWORK.value}",
        policy(table, Role.APP, "ALL", own, own),
        policy(table, Role.REGION, "SELECT", REGION),
        policy(table, Role.NETWORK, "SELECT", NETWORK),
        policy(table, Role.OWNER, "ALL", TENANT, TENANT),
    ]
    if worker_reads:
        statements += [
            f"GRANT SELECT ON {table} TO {Role.WORKER.value}",
            policy(table, Role.WORKER, "SELECT", "true"),
        ]
    return statements


def reference_policies(table: str, *, owner: str, lineage: bool) -> list[str]:
    """Wall a table by network for readers (and by lineage where asked), by owning tenant for writers."""
    readable = f"{NETWORK} AND {LINEAGE.format(column=owner)}" if lineage else NETWORK
    own = f"{NETWORK} AND {OWN.format(column=owner)}"
    return [
        f"GRANT SELECT, INSERT, UPDATE ON {table} TO {Role.APP.value}",
        f"GRANT SELECT ON {table} TO {Role.REGION.value}, {Role.NETWORK.value}",
        policy(table, Role.APP, "SELECT", readable),
        policy(table, Role.APP, "INSERT", check=own),
        policy(table, Role.APP, "UPDATE", own, own),
        policy(table, Role.REGION, "SELECT", NETWORK),
        policy(table, Role.NETWORK, "SELECT", NETWORK),
        policy(table, Role.OWNER, "ALL", "true", "true"),
    ]


def group_policies(table: str, key: str) -> list[str]:
    """Wall a table by its own key."""
    own = f"{key} = {setting(key)}"
    return [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {Role.APP.value}",
        policy(table, Role.APP, "ALL", own, own),
        policy(table, Role.OWNER, "ALL", own, own),
    ]


def platform_policies(table: str) -> list[str]:
    """Let every serving role read and only the owner write."""
    readers = (Role.APP, Role.REGION, Role.NETWORK, Role.WORKER, Role.LOGIN)
    names = ", ".join(role.value for role in readers)
    return [
        f"GRANT SELECT ON {table} TO {names}",
        *[policy(table, role, "SELECT", "true") for role in readers],
        policy(table, Role.OWNER, "ALL", "true", "true"),
    ]
