"""Contributes nothing."""

from touchstone_sdk import hookimpl


@hookimpl
def touchstone_descriptors():
    return []
