"""Why a schema is not assembled."""

from collections.abc import Sequence


class SchemaRefused(Exception):  # noqa: N818 - it says what happened
    """Declarations are wrong; the product does not start.

    Args:
        faults: Each names the field and says what is wrong.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  - {one}" for one in self.faults)
        super().__init__(f"The schema has {len(self.faults)} faults:\n{listed}")
