"""Refusals of the service catalogue."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class ServiceKeyIsTaken(DomainError):  # noqa: N818 - errors are facts
    """There is another service of that key, and of another kind."""

    key: str
    kind: str
    code: ClassVar[str] = "records.service_key_is_taken"

    @property
    def message(self) -> str:
        """Say what has the key."""
        return f"The key {self.key} stands for a service of the kind {self.kind}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Take another key: what records were classified as keeps its meaning."


@fact
class ServiceIsWithdrawn(DomainError):  # noqa: N818 - errors are facts
    """The network has the service no more."""

    key: str
    code: ClassVar[str] = "records.service_is_withdrawn"

    @property
    def message(self) -> str:
        """Say which."""
        return f"The service {self.key} was withdrawn."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose a service that is published, or publish one under another key."


@fact
class ServiceIsInBundle(DomainError):  # noqa: N818 - errors are facts
    """A bundle that is published holds the service."""

    key: str
    bundle: str
    code: ClassVar[str] = "records.service_is_in_bundle"

    @property
    def message(self) -> str:
        """Name both."""
        return f"The service {self.key} is part of the bundle {self.bundle}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Take it out of the bundle, or withdraw the bundle first."


@fact
class PartsDoNotFit(DomainError):  # noqa: N818 - errors are facts
    """A bundle holds what is no published basic or additional service, or the tenant does not offer all of it."""

    key: str
    parts: tuple[str, ...]
    code: ClassVar[str] = "records.parts_do_not_fit"

    @property
    def message(self) -> str:
        """Name the parts."""
        return f"The bundle {self.key} cannot hold {', '.join(self.parts)}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "A bundle is made of published basic and additional services, and offered by whoever offers all of them."


@fact
class ServiceIsNotGranted(DomainError):  # noqa: N818 - errors are facts
    """The tenant may not offer the service."""

    key: str
    code: ClassVar[str] = "records.service_is_not_granted"

    @property
    def message(self) -> str:
        """Say which."""
        return f"The service {self.key} may not be offered by this tenant."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask headquarters to grant it, or offer another one."


@fact
class ServiceIsAFrame(DomainError):  # noqa: N818 - errors are facts
    """A bespoke service of the network is offered as services of the tenant's own, and no other service is."""

    key: str
    code: ClassVar[str] = "records.service_is_a_frame"

    @property
    def message(self) -> str:
        """Say which."""
        return f"The service {self.key} cannot be offered this way."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Bespoke services are frames for services of your own; basic, additional ones and bundles are offered."


@fact
class ServiceIsNotOffered(DomainError):  # noqa: N818 - errors are facts
    """The tenant does not offer the service at present."""

    key: str
    code: ClassVar[str] = "records.service_is_not_offered"

    @property
    def message(self) -> str:
        """Say which."""
        return f"This tenant does not offer the service {self.key}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose a service that the tenant offers, or offer it first."
