"""A mutation's result on its way into the schema's union."""


class Outcome:
    """What a mutation came to: ``Refs``, or a refusal, which as a bare exception would be raised."""

    __slots__ = ("told",)

    def __init__(self, told: object) -> None:
        self.told = told
