"""Shows that nothing has changed anywhere: a digest of every table there is."""

from typing import Any

from tests.core.standards.builders import Stage

OWNED = """SELECT c.table_name, bool_or(c.column_name = 'network_id') AS owned FROM information_schema.columns c
  JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1"""


async def looking(admin: Any) -> str:
    """Write the statement that looks at everything."""
    return " UNION ALL ".join(
        f"SELECT '{row['table_name']}' AS name, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f" AS digest FROM {row['table_name']} t" + (" WHERE network_id = $1" if row["owned"] else "")
        for row in await admin.fetch(OWNED)
    )


async def everything(stage: Stage, statement: str = "") -> dict[str, str]:
    """Give a digest of every table: of the rows of the network, and of all where rows are of no network."""
    return dict(await stage.admin.fetch(statement or await looking(stage.admin), stage.network.id))
