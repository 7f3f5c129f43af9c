"""What is selected below a field with code, so that it reads no more than is looked at."""

from core.kernel.frozen import frozen


@frozen
class Asked:
    """The fields selected below a field, at any depth.

    Attributes:
        paths: Their names in the schema, joined by dots: ``whole`` and ``whole.scores``. What ``@skip`` and
            ``@include`` leave out is not there.
    """

    paths: frozenset[str]

    def any(self, *paths: str) -> bool:
        """Tell whether any of some fields is selected."""
        return not self.paths.isdisjoint(paths)
