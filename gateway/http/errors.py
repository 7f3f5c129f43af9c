"""Why the edge turns a request away before the product sees it."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class MalformedRequest(DomainError):  # noqa: N818 - errors are facts
    """The request does not have the form of one."""

    problem: str
    code: ClassVar[str] = "gateway.malformed_request"

    @property
    def message(self) -> str:
        """Say what is wrong with it."""
        return f"The request is malformed: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what is expected."""
        return 'POST a JSON object such as {"query": "...", "variables": {}} as application/json, uncompressed.'


@fact
class RequestTooLarge(DomainError):  # noqa: N818 - errors are facts
    """The request's body is larger than is read."""

    largest: int
    code: ClassVar[str] = "gateway.request_too_large"

    @property
    def message(self) -> str:
        """Say what the limit is."""
        return f"The request's body is larger than {self.largest} bytes."

    @property
    def hint(self) -> str:
        """Say what to do instead."""
        return "Send less at once; files to be imported go to /uploads, larger ones to the command 'touchstone import'."


@fact
class RequestTooSlow(DomainError):  # noqa: N818 - errors are facts
    """The request's body did not arrive in time."""

    code: ClassVar[str] = "gateway.request_too_slow"

    @property
    def message(self) -> str:
        """Say that it took too long."""
        return "The request's body did not arrive in time."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Check the connection and send the request again."


@fact
class NoSuchPath(DomainError):  # noqa: N818 - errors are facts
    """Nothing is served at that path."""

    code: ClassVar[str] = "gateway.no_such_path"

    @property
    def message(self) -> str:
        """Say that there is nothing."""
        return "Nothing is served at this path."

    @property
    def hint(self) -> str:
        """Say where the API is."""
        return "The GraphQL API is at /graphql."


@fact
class MethodNotAllowed(DomainError):  # noqa: N818 - errors are facts
    """The path is served, but not by this method."""

    code: ClassVar[str] = "gateway.method_not_allowed"

    @property
    def message(self) -> str:
        """Say that the method does not fit."""
        return "This path does not take this method."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Send GraphQL operations by POST; queries are not taken from the address, which ends up in logs."


@fact
class NotAcceptable(DomainError):  # noqa: N818 - errors are facts
    """The answer cannot be given in any form the client takes."""

    code: ClassVar[str] = "gateway.not_acceptable"

    @property
    def message(self) -> str:
        """Say that no form fits."""
        return "The operation's answer cannot be given in any of the media types that the request accepts."

    @property
    def hint(self) -> str:
        """Say what to accept."""
        return (
            "Accept application/graphql-response+json or application/json, and text/event-stream for subscriptions; "
            "subscriptions also work over a websocket with the protocol graphql-transport-ws."
        )


@fact
class TooSlow(DomainError):  # noqa: N818 - errors are facts
    """The operation did not end in time."""

    code: ClassVar[str] = "gateway.operation_timed_out"

    @property
    def message(self) -> str:
        """Say that it was given up."""
        return "The operation took too long and was given up; a mutation that had not ended changed nothing."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask for less at once; repeat a mutation with the same idempotency key."


@fact
class TooManyStreams(DomainError):  # noqa: N818 - errors are facts
    """The server keeps as many streams open as it may."""

    code: ClassVar[str] = "gateway.too_many_streams"

    @property
    def message(self) -> str:
        """Say that there is no room."""
        return "The server keeps as many subscriptions open as it can."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try again later, or poll a query instead."


@fact
class TooManyRequests(DomainError):  # noqa: N818 - errors are facts
    """The worker serves as many requests as it may."""

    code: ClassVar[str] = "gateway.too_many_requests"

    @property
    def message(self) -> str:
        """Say that there is no room."""
        return "The server is serving as many requests as it can."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try again in a moment, with fewer requests side by side."


@fact
class TooManyLooks(DomainError):  # noqa: N818 - errors are facts
    """One address opens links more often than it is served.

    Attributes:
        retry_after: Seconds after which it is served again.
    """

    retry_after: int
    code: ClassVar[str] = "gateway.too_many_looks"

    @property
    def message(self) -> str:
        """Say that it was too often."""
        return "Links were opened too often from this address."

    @property
    def hint(self) -> str:
        """Say when to try again."""
        return f"Try again in {self.retry_after} seconds."


@fact
class Draining(DomainError):  # noqa: N818 - errors are facts
    """The server is stopping."""

    code: ClassVar[str] = "gateway.draining"

    @property
    def message(self) -> str:
        """Say that it stops."""
        return "The server is stopping and ends its streams."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Connect again; another instance answers."


@fact
class InternalError(DomainError):
    """Something broke that nobody foresaw; what it was is in the log under the correlation id."""

    code: ClassVar[str] = "gateway.internal"

    @property
    def message(self) -> str:
        """Say that it is not the caller's doing."""
        return "Something went wrong on our side."

    @property
    def hint(self) -> str:
        """Say what to send to whom."""
        return "Try again; if it lasts, send the correlation id of this answer to whoever runs the server."
