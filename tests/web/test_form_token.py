"""A form's token: ours, for that form, of today; and a post comes from our own page or from no browser at all."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from campaign.web.form_token import CLOCK_SKEW_SECONDS, VALID_SECONDS, FormTokens, from_our_own_page

NOW = 1_800_000_000.0
tokens = FormTokens(b"k" * 32)


def test_a_token_is_good_for_its_form_until_it_runs_out():
    token = tokens.issue("sign:x", NOW)
    for later, valid in ((0, True), (VALID_SECONDS, True), (VALID_SECONDS + 1, False),
                         (-CLOCK_SKEW_SECONDS, True), (-CLOCK_SKEW_SECONDS - 1, False)):  # fmt: skip
        assert tokens.valid(token, "sign:x", NOW + later) is valid, later
    assert not tokens.valid(token, "sign:y", NOW)
    assert not FormTokens(b"x" * 32).valid(token, "sign:x", NOW)


@given(st.integers(0, 23), st.integers(1, 255))
def test_a_token_with_one_bit_changed_is_worth_nothing(position, change):
    raw = bytearray(base64.urlsafe_b64decode(tokens.issue("x", NOW)))
    raw[position] ^= change
    assert not tokens.valid(base64.urlsafe_b64encode(raw).decode(), "x", NOW)


@given(st.one_of(st.text(), st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
def test_no_text_is_a_token_by_chance(text):
    assert not tokens.valid(text, "x", NOW)


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://us.example.org"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": "https://us.example.org"}, True),
        ({"Origin": "https://us.example.org:444"}, False),
        ({"Origin": "http://us.example.org"}, False),
        ({"Origin": "https://us.example.org.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://["}, False),  # not even an address
        ({"Origin": "http://abc.onion"}, True),  # the host that was asked: an onion service beside the ordinary one
    ],
)
def test_where_a_post_comes_from(headers, own):
    host = "abc.onion" if "onion" in headers.get("Origin", "") else "us.example.org:443"
    assert from_our_own_page(Headers(headers), host, "https://us.example.org/path") is own
