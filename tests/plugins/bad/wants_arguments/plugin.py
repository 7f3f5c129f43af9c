"""Asks for an argument that the hook does not have."""

from touchstone_sdk import hookimpl


@hookimpl
def touchstone_descriptors(settings):
    return []
