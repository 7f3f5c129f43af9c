"""Sockets to listen with: one per worker where the kernel shares connections out, else one for all."""

import contextlib
import socket
import sys

from gateway.server.errors import AddressIsTaken

BACKLOG = 2_048
SHARED_OUT = sys.platform == "linux"
"""Whether the kernel shares connections out between sockets of one port; elsewhere workers share one socket."""


def listening(host: str, port: int, patience_s: float, sockets: int = 1) -> list[socket.socket]:
    """Listen at an address, once per worker.

    Args:
        host: Address to listen at.
        port: Port to listen at; 0 takes a free one.
        patience_s: Seconds after which the kernel gives up a connection whose client takes no data, accepted from
            these sockets: whatever the server does, nobody is written to for ever.
        sockets: How many sockets are wanted; they are all bound to the same port.

    Raises:
        AddressIsTaken: Somebody else listens there, or there is no such address.
    """
    made: list[socket.socket] = []
    try:
        if port and sockets > 1:
            bound(host, port, shared=False).close()  # sharing would let us in beside somebody else
        for _ in range(sockets if SHARED_OUT else 1):
            one = bound(host, made[0].getsockname()[1] if made else port, shared=SHARED_OUT and sockets > 1)
            made.append(one)
            give_up_after(one, patience_s)
    except OSError as error:
        for one in made:
            one.close()
        raise AddressIsTaken(host=host, port=port) from error
    return made


def bound(host: str, port: int, *, shared: bool) -> socket.socket:
    """Give one listening socket."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=shared)


def give_up_after(listener: socket.socket, seconds: float) -> None:
    """Let the kernel end connections whose data is not taken for so long; accepted sockets inherit it."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1_000))
