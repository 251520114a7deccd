"""Who is asking, without keeping who is asking: an address becomes a keyed hash that changes every day."""

from __future__ import annotations

import hmac
import ipaddress
from hashlib import sha256

from campaign.config import Network

DAY = 86_400


def client_address(peer: str, forwarded_for: str, trusted: tuple[Network, ...]) -> str:
    """The client's address: the peer, or behind trusted proxies the last address that none of them is.

    `forwarded_for` is the header X-Forwarded-For; whatever stands left of the first untrusted hop is hearsay.
    """
    address = peer
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and is_trusted(address, trusted):
        address = hops.pop()
    return address


def is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether `address` belongs to one of the proxies that may speak for others."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted if network.version == parsed.version)


def client_key(address: str, key: bytes, now: float) -> str:
    """A hash of the client's network (IPv4 address, IPv6 /64) that cannot be followed into the next day."""
    day = int(now // DAY)
    return hmac.digest(key, f"{day}/{client_network(address)}".encode(), sha256)[:12].hex()


def client_network(address: str) -> str:
    """What counts as one client: an IPv4 address, an IPv6 /64 (of which one customer has all addresses)."""
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address; an IPv4 address in IPv6 clothes (a socket for both gives those) is an IPv4 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
