"""Bring a database up to date: roles, the database itself, and its schema."""

from core.kernel.migration.run import bootstrap, upgrade


async def migrate(admin_url: str, database: str, secret: str) -> None:
    """Create roles and database where missing, then upgrade to the newest revision."""
    await bootstrap(admin_url, database, secret)
    await upgrade(admin_url, database)
