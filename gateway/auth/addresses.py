"""Which addresses this server may fetch an issuer's documents from.

An administrator types an issuer's URL, and the server then calls it: without this policy that would be a way to reach
machines behind the firewall. Python 3.11's ``ipaddress`` calls some special addresses global (192.0.0.192 for one), so
the networks are listed here. Source: IANA special-purpose address registries for IPv4 and IPv6.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

REFUSED_V4 = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# All that is not allocated to the public (2000::/3), and what inside it wraps or documents other addresses.
PUBLIC_V6 = IPv6Network("2000::/3")
REFUSED_V6 = tuple(
    IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_URL = 2_000


class RefusedAddress(Exception):  # noqa: N818 - it says what was refused
    """An address this server does not call; the text names the reason, never what answered there."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet; what wraps another address is judged as refused."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in REFUSED_V4)
    return is_public_v6(parsed)


def is_public_v6(address: IPv6Address) -> bool:
    """Tell the same of an IPv6 address; IPv4-mapped ones are judged by the address inside."""
    if address.ipv4_mapped is not None:
        return is_public(str(address.ipv4_mapped))
    return address in PUBLIC_V6 and not any(address in network for network in REFUSED_V6)


def is_loopback_name(host: str) -> bool:
    """Tell whether a host is this machine by one of its three plain names."""
    return host in LOOPBACK_NAMES


def check_url(url: str, *, loopback_allowed: bool) -> str:
    """Refuse a URL that is not plain HTTPS, and give its host in lower case.

    Args:
        url: What an administrator or a discovery document names.
        loopback_allowed: Development only: this machine may be called, by HTTP too.

    Raises:
        RefusedAddress: Another scheme, a user in the URL, a fragment, no host or one that is not public.
    """
    if len(url) > LONGEST_URL or not url.isascii() or any(char <= " " or char in "\\\x7f" for char in url):
        raise RefusedAddress("the URL holds characters it must not hold")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise RefusedAddress("the URL cannot be read") from error
    local = loopback_allowed and is_loopback_name(host)
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise RefusedAddress("the URL is not https")
    if not host or parts.username is not None or parts.fragment or port == 0:
        raise RefusedAddress("the URL has no host, or a user or a fragment in it")
    return host


def check_resolved(host: str, addresses: tuple[str, ...], *, loopback_allowed: bool) -> str:
    """Refuse unless every address a name resolves to may be called, and give the one to call.

    One private address among public ones refuses the name: which of them is dialled must not depend on luck.

    Raises:
        RefusedAddress: The name resolves to nothing, or to an address that is not public.
    """
    if not addresses:
        raise RefusedAddress("the host has no address")
    if loopback_allowed and is_loopback_name(host):
        allowed = all(ip_address(one).is_loopback for one in addresses)
    else:
        allowed = all(is_public(one) for one in addresses)
    if not allowed:
        raise RefusedAddress("the host is not on the public internet")
    return addresses[0]
