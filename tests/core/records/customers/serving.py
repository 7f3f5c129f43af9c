"""A tenant that serves customers, through the whole API, and everything behind its walls."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.kernel.graphql.ids import local_id
from core.kernel.scope import Scope
from tests.core.records.conftest import found_chain
from tests.core.records.execution.executing import CODE, Shop, content
from tests.support.api import Api, Client

CUSTOMER = (
    "id version name address erasedAt contacts { nodes { kind address } } records { nodes { externalId channel } }"
)
OF_RECORD = "record { id version customer { id name } }"


@dataclass
class Counter:
    """A tenant that serves, and a front end in it.

    Attributes:
        shop: The tenant.
        api: The whole API.
        client: A front end of somebody who may do everything.
    """

    shop: Shop
    api: Api
    client: Client

    async def registered(self, **said: Any) -> Any:
        done = await self.client.change("registerCustomer", f"customer {{ {CUSTOMER} }}", **said)
        assert done["__typename"] == "RegisterCustomerSuccess", done
        return done["customer"]

    async def opened(self, external: str, **said: Any) -> Any:
        given = {"channel": "phone", "standardCode": CODE, "externalId": external, **said}
        done = await self.client.change("openRecord", OF_RECORD, **given)
        assert done["__typename"] == "OpenRecordSuccess", done
        return done["record"]

    async def does(self, name: str, record: Any, *, type_: str = "", **said: Any) -> Any:
        told = {"record": record["id"], "version": record["version"], **said}
        done = await self.client.change(name, OF_RECORD, type_=type_, **told)
        assert done["__typename"].endswith("Success"), done
        return done["record"]

    async def noted(self, record: Any, text: str) -> Any:
        """Write something personal about a record."""
        said = {"reasonCode": "not_needed", "reason": text, "key": "visit"}
        return await self.does("skipStep", record, type_="StepWithReasonInput", **said)

    async def read(self, customer: Any) -> Any:
        query = f"query One($id: ID!) {{ customer(id: $id) {{ {CUSTOMER} }} }}"
        return (await self.client.data(query, id=customer["id"]))["customer"]

    async def notes(self, record: Any) -> list[Any]:
        query = "query One($id: ID!) { record(id: $id) { events { nodes { note facts } } } }"
        found = await self.client.data(query, id=record["id"])
        return [one["note"] for one in found["record"]["events"]["nodes"]]

    async def rows(self, sql: str, *values: Any) -> list[Mapping[str, Any]]:
        """Look behind the walls; ``$1`` is the tenant."""
        return await self.shop.admin.fetch(sql, self.shop.scope.tenant_id, *values)


async def counter_of(database: Any, clock: Any, admin: Any) -> Counter:
    """Found a network of a headquarters and two tenants; the northern one serves."""
    chain = await found_chain(database, clock)
    await chain.publish_content(content(CODE))
    scope = await chain.tenant("north")
    api = Api.on(database, clock)
    return Counter(Shop(chain, scope, admin), api, Client(api, scope))


def own(type_: str, id_: str) -> Any:
    """The row's id in a global id."""
    return local_id(type_, id_)


def neighbour(counter: Counter, scope: Scope) -> Client:
    """A front end in another tenant."""
    return replace(counter.client, scope=scope)
