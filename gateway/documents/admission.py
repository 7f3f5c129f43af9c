"""Which document an operation runs: the registered one it names, or its own text where that is served."""

import asyncio
from dataclasses import replace

from gateway.documents.errors import DocumentNotTrusted, DocumentUnknown, PersistedQueryNotFound
from gateway.documents.identifiers import Named, hash_of
from gateway.documents.known import KnownDocuments
from gateway.http.errors import TooSlow
from gateway.http.operation import Operation


class Admission:
    """Decides what is executed; nothing that a request brings is ever registered.

    Args:
        known: The registered documents.
        only_trusted: Whether nothing else is served.
        longest_s: Seconds a look-up may take.
    """

    def __init__(self, known: KnownDocuments, *, only_trusted: bool, longest_s: float) -> None:
        self._known = known
        self._only_trusted = only_trusted
        self._longest_s = longest_s

    async def admitted(self, operation: Operation) -> Operation:
        """Give the operation with the text that is to be executed.

        Raises:
            DocumentUnknown: It names a document that is not registered.
            PersistedQueryNotFound: The same, to one of Apollo's clients.
            DocumentNotTrusted: Only registered documents are served, and its text is none.
            TooSlow: Nobody could say in time.
        """
        if operation.named is not None:
            return replace(operation, query=await self._text(operation.named), named=None)
        if self._only_trusted and await self._find(hash_of(operation.query)) is None:
            raise DocumentNotTrusted
        return operation

    def still_admits(self, operation: Operation, hash_: str) -> bool:
        """Tell without looking anything up whether an operation may be executed that was admitted before.

        Args:
            operation: The operation as it was sent.
            hash_: The hash of its document.
        """
        if operation.named is None and not self._only_trusted:
            return True
        return self._known.recall(hash_) is not None

    async def _text(self, named: Named) -> str:
        text = await self._find(named.hash)
        if text is None:
            raise PersistedQueryNotFound if named.by_apollo else DocumentUnknown
        return text

    async def _find(self, hash_: str) -> str | None:
        try:
            async with asyncio.timeout(self._longest_s):
                return await self._known.find(hash_)
        except TimeoutError as error:
            raise TooSlow from error
