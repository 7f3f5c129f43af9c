"""Fixtures of the servers."""

import socket

import pytest

from gateway.http.edge_settings import ServerKind


@pytest.fixture(params=list(ServerKind))
def kind(request: pytest.FixtureRequest) -> ServerKind:
    """Each server in turn."""
    return request.param


def unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    """A port nobody listens at for the moment."""
    return unused()


@pytest.fixture
def free_side() -> int:
    """Another one."""
    return unused()
