"""A front end of somebody in the demonstration: it asks the API over HTTP, with a token, as every other one does."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

from core.kernel.errors import DomainError, fact
from core.kernel.frozen import frozen

PATIENCE_S: Final = 30.0
DIRECT: Final = build_opener(ProxyHandler({}))
"""The API is on this machine, whatever proxy the environment names for others."""


@fact
class ApiRefused(DomainError):  # noqa: N818 - errors are facts
    """The API refused what the demonstration needs in order to go on.

    Attributes:
        by: The code it was refused with.
        said: The sentence that came with it.
    """

    by: str
    said: str
    code: ClassVar[str] = "demo.api_refused"

    @property
    def message(self) -> str:
        """Say what the API said."""
        return f"The API refused a step of the demonstration ({self.by}): {self.said}"

    @property
    def hint(self) -> str:
        """Say what to look at."""
        return "Look into the log of the API in the home folder, and at the TOUCHSTONE_ settings of this environment."


@frozen
class FrontEnd:
    """Somebody's front end.

    Attributes:
        url: Where the API answers, with the path.
        token: Who they are.
        tenant: In which tenant they act.
    """

    url: str
    token: str
    tenant: str

    def ask(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Send an operation and give its data.

        Raises:
            ApiRefused: It has errors.
        """
        answer = self._post({"query": document, "variables": variables})
        for error in answer.get("errors", ()):
            raise ApiRefused(by=str(error.get("extensions", {}).get("code", "")), said=str(error["message"]))
        return answer["data"]

    def change(self, document: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Send a mutation with its ``$input``, under a ``$key`` of its own, and give the member of its result."""
        [came_to] = self.ask(document, {"input": given, "key": uuid4().hex}).values()
        return came_to

    def change_for_certain(self, document: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Send a mutation that must succeed.

        Raises:
            ApiRefused: It does not.
        """
        came_to = self.change(document, given)
        if "code" in came_to:
            raise ApiRefused(by=came_to["code"], said=came_to["message"])
        return came_to

    def _post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Touchstone-Tenant": self.tenant,
        }
        try:
            with DIRECT.open(Request(self.url, json.dumps(body).encode(), headers), timeout=PATIENCE_S) as answer:  # noqa: S310 - our own address
                return json.load(answer)
        except HTTPError as refused:
            return json.load(refused)
