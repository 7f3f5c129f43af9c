"""A front end of a test's own, whose documents are registered as the command line does it."""

from uuid import uuid4

from core.kernel.clock import SystemClock
from core.kernel.migration.run import as_owner
from gateway.documents.examining import Examined
from gateway.documents.identifiers import hash_of
from gateway.documents.manifests import Given
from gateway.documents.register import Registered, register_documents
from gateway.documents.retire import Retired, retire_document, retire_version
from tests.support.cluster import Address


class FrontEnd:
    """Registers and retires documents in the worker's database."""

    def __init__(self, address: Address, database_name: str) -> None:
        self._place = (address.admin_url, database_name)
        self.application = f"till-{uuid4().hex[:8]}"

    async def send(self, *texts: str, version: str = "1") -> Registered:
        """Register the documents of a build, whatever the schema says of them."""
        examined = [Examined(Given("a test", text)) for text in texts]
        at = SystemClock().now()
        return await as_owner(
            *self._place,
            lambda bound: register_documents(bound, examined, application=self.application, version=version, at=at),
        )

    async def register(self, *texts: str, version: str = "1") -> list[str]:
        """Register the documents of a build, and give their hashes."""
        await self.send(*texts, version=version)
        return [hash_of(text) for text in texts]

    async def retire(self, version: str = "1") -> Retired:
        at = SystemClock().now()
        return await as_owner(*self._place, lambda bound: retire_version(bound, self.application, version, at))

    async def withdraw(self, hash_: str) -> Retired:
        at = SystemClock().now()
        return await as_owner(*self._place, lambda bound: retire_document(bound, hash_, at))
