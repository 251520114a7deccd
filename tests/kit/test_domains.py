"""Which domains are equal, lie below another, belong to anybody, or only look like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit import addresses
from campaign.kit.domains import and_above, at_or_below, is_shared, is_webmail, looks, normal, readable

OFFICIAL = "riigikogu.ee"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Riigikogu.EE", "riigikogu.ee"),
        (" @riigikogu.ee. ", "riigikogu.ee"),
        ("ｒiigikogu.ee", "riigikogu.ee"),
        ("парламент.укр", "xn--80aapwghijx.xn--j1amh"),
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--80aapwghijx.xn--j1amh", "xn--80aapwghijx.xn--j1amh"),
    ],
)
def test_a_domain_has_one_form(typed, expected):
    assert normal(typed) == expected
    assert normal(normal(typed)) == expected


@pytest.mark.parametrize(
    "typed", ["", " ", "ee", "a b.ee", "x@riigikogu.ee", "-a.ee", "a..ee", "1.2.3.4", "x" * 300 + ".ee", "a\0.ee"]
)
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(ValueError, match=r"syntax|missing|too_long"):
        normal(typed)


@given(st.text(max_size=40))
def test_any_text_is_a_domain_of_addresses_or_refused(text):
    try:
        domain = normal(text)
    except ValueError:
        return
    assert addresses.parse(f"x@{domain}").domain == domain
    assert readable(domain)
    assert looks(domain, (OFFICIAL,)).readable


@pytest.mark.parametrize("domain", ["riigikogu.ee", "mail.riigikogu.ee", "a.b.riigikogu.ee"])
def test_a_domain_and_all_below_it_belong_to_it(domain):
    assert at_or_below(domain, OFFICIAL)
    assert OFFICIAL in and_above(domain)
    assert not looks(domain, (OFFICIAL,)).suspicious


@pytest.mark.parametrize(
    "impostor",
    [
        "riigikogu.ee.evil.com",
        "evilriigikogu.ee",
        "evil-riigikogu.ee",
        "riigikogu.com",
        "riigikoqu.ee",
        "riigik0gu.ee",
        "rigikogu.ee",
        "riigikgou.ee",
        "rііgіkogu.ee",  # Cyrillic
        "riigikοgu.ee",  # Greek
        "ríigikogu.ee",
    ],
)
def test_what_only_looks_like_it_does_not_belong_to_it_and_is_pointed_out(impostor):
    domain = normal(impostor)
    assert not at_or_below(domain, OFFICIAL)
    assert OFFICIAL not in and_above(domain)
    assert looks(domain, ("parliament.uk", OFFICIAL)).like == OFFICIAL


def test_a_name_in_one_script_is_readable_and_not_suspicious():
    seen = looks(normal("рада.укр"), (OFFICIAL,))
    assert (seen.readable, seen.suspicious) == ("рада.укр", False)
    assert looks(normal("рaда.укр")).mixed  # a Latin "a"


def test_an_ending_that_many_have_looks_like_nobody():
    assert not looks("mail.example", ("parliament.example",)).like
    assert looks("my-parliament.example", ("parliament.example",)).like


def test_nothing_lies_below_an_empty_domain():
    assert not at_or_below("riigikogu.ee", "")


@pytest.mark.parametrize(
    "domain", ["gmail.com", "tut.by", "mail.ru", "ukr.net", "yahoo.co.uk", "mailinator.com", "x.gmail.com"]
)
def test_a_providers_mailboxes_are_anybodys(domain):
    assert is_webmail(domain)


@pytest.mark.parametrize("domain", ["riigikogu.ee", "notgmail.com", "gmail.com.ee", "com"])
def test_other_domains_are_no_providers(domain):
    assert not is_webmail(domain)


def test_registries_share_what_lies_under_their_endings():
    assert [is_shared(domain) for domain in ("ee", "co.uk", "gov.pl", "parliament.uk", "a.gov.pl")] == [
        True, True, True, False, False,
    ]  # fmt: skip
