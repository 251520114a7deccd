"""Who is asking: only proxies that we trust may say so, and what is kept of it cannot be followed."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.web.client import DAY, client_address, client_key, is_trusted

PROXIES = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "fd00::/8")))
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy of ours: whatever it says is hearsay
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the client wrote the first itself
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),  # a socket for both kinds of addresses
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("unix:", "198.51.100.1", "unix:"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_has(peer, forwarded, client):
    assert client_address(peer, forwarded, PROXIES) == client


def test_without_trusted_proxies_the_header_is_never_read():
    assert client_address("10.0.0.1", "198.51.100.1", ()) == "10.0.0.1"


@given(st.text(), st.text())
def test_no_header_makes_it_break(peer, forwarded):
    client_key(client_address(peer, forwarded, PROXIES), KEY, 0)
    client_key(client_address("10.0.0.1", forwarded, PROXIES), KEY, 0)


@given(st.lists(st.ip_addresses(v=4).map(str), max_size=5), st.ip_addresses(v=4).map(str))
def test_what_the_client_writes_itself_never_decides(hearsay, real):
    if not is_trusted(real, PROXIES):
        assert client_address("10.0.0.1", ", ".join([*hearsay, real]), PROXIES) == real


def test_the_key_changes_every_day_and_with_the_secret_and_holds_no_address():
    first = client_key("198.51.100.1", KEY, 0)
    assert first == client_key("198.51.100.1", KEY, DAY - 1)
    assert len({first, client_key("198.51.100.1", KEY, DAY), client_key("198.51.100.1", b"x" * 32, 0)}) == 3
    assert first != client_key("198.51.100.2", KEY, 0)
    assert "198" not in first or bytes.fromhex(first)
    assert len(bytes.fromhex(first)) == 12


def test_a_network_of_ipv6_counts_as_one_and_mapped_addresses_as_what_they_are():
    assert client_key("2001:db8:1:2::1", KEY, 0) == client_key("2001:db8:1:2:ffff::9", KEY, 0)
    assert client_key("2001:db8:1:2::1", KEY, 0) != client_key("2001:db8:1:3::1", KEY, 0)
    assert client_key("::ffff:198.51.100.1", KEY, 0) == client_key("198.51.100.1", KEY, 0)
    assert client_key("fe80::1%eth0", KEY, 0) == client_key("fe80::2", KEY, 0)
