"""Leaving an operation to the interpreter."""


class Inexpressible(Exception):  # noqa: N818 - it says what is the matter
    """A selection that no plan can express: a field with code, a type nobody prints."""


class Bail(Exception):  # noqa: N818 - it says what happens
    """This request is out of the ordinary: a refused argument, a value that does not fit."""
