"""Whether a port is free, looked at before anything slow is begun."""

import socket

from gateway.cli.errors import PortIsTaken


def require_free(port: int, host: str = "127.0.0.1") -> None:
    """Look whether somebody can listen at an address; whoever listens there in the end looks once more.

    Args:
        port: The port; 0, any free one, is never taken.
        host: The address.

    Raises:
        PortIsTaken: Nobody can.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise PortIsTaken(port=port, host=host) from taken
