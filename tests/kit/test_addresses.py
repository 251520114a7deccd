"""E-mail addresses."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from campaign.kit import addresses
from campaign.kit.addresses import AddressProblem, parse

RULES = json.loads(Path(addresses.__file__).with_name("address_rules.json").read_text(encoding="utf-8"))
DOMAINS = [domain for rule in RULES for domain in rule["domains"] if domain != "*"]

atoms = st.text(st.sampled_from("abzABZ019_!#$%&'*+-/=?^`{|}~"), min_size=1, max_size=8)
ascii_locals = st.lists(atoms, min_size=1, max_size=4).map(".".join)
wide_atoms = st.text(st.characters(categories=["L", "N", "Mn"]) | st.sampled_from("+-_.ßİΣςǰ\u0345"), min_size=1)
local_parts = ascii_locals | wide_atoms
domains = st.sampled_from([*DOMAINS, "example.org", "a.test", "x.invalid", "пример.рф", "straße.example"])
nearly_addresses = st.text(st.sampled_from('aZ1.-@@._+xn \t\r\n"<>()[]:,;\\é。\u0338\ud800'), max_size=40)


def accepted(local: str, domain: str) -> addresses.Address:
    try:
        return parse(f"{local}@{domain}")
    except AddressProblem:
        return assume(False)


def problem(text: str) -> str:
    with pytest.raises(AddressProblem) as raised:
        parse(text)
    return raised.value.code


@given(ascii_locals, domains)
def test_an_ordinary_address_is_sent_as_it_was_typed(local: str, domain: str):
    address = parse(f" {local}@{domain}\n")
    assert address.typed == f"{local}@{domain}"
    assert address.local == local
    assert address.wire == f"{local}@{address.domain}"
    assert address.domain == domain.encode("idna").decode() or not domain.isascii()
    assert address.domain.isascii()


@given(nearly_addresses | st.text() | st.text(st.characters(codec=None)))
def test_whatever_is_typed_is_an_address_or_has_a_named_problem(text: str):
    try:
        address = parse(text)
    except AddressProblem as found:
        assert found.code in {"missing", "too_long", "syntax"}  # noqa: PT017 - both ends are right
        return
    assert len(address.wire.encode()) <= 254
    assert address.wire.count("@") == 1
    assert "." in address.domain
    assert address.domain == address.domain.lower()
    assert not set('\r\n\x00 <>"(),;:[]\\') & set(address.wire)
    assert parse(address.typed) == address
    assert parse(address.wire).canonical == address.canonical


@given(
    st.builds("{}@{}".format, st.text(st.sampled_from("ab.+'\"(<@ "), max_size=6) | ascii_locals,
              st.lists(st.text(st.sampled_from("aZ0-x"), max_size=65), min_size=1, max_size=4).map(".".join))
)  # fmt: skip
@example("a@b-.org")
@example("a@-b.org")
@example("a@ab--c.org")
@example("a@xn--p1ai.org")
@example("a@b.org1")
@example("a@b.1")
@example("Info@b.org")
@example("a@" + "b" * 64 + ".org")
@example("a@b.org.")
@example(f"a@{'b' * 63}.{'b' * 63}.{'b' * 63}.{'b' * 56}.org")
def test_the_quick_way_agrees_with_the_thorough_way(text: str):
    try:
        local, domain = addresses._parse_thoroughly(text)
    except AddressProblem:
        assert len(text) > 254 or not addresses._ORDINARY.fullmatch(text)
        return
    assert (parse(text).local, parse(text).domain) == (local, domain)
    assert addresses._ORDINARY.fullmatch(text) or not text.isascii() or "xn--" in text.lower()


@given(local_parts, domains)
@example("+x", "gmail.com")
@example("a.+x", "gmail.com")
@example("___", "proton.me")
@example("-+-", "yahoo.com")
def test_a_canonical_address_is_its_own_canonical_address(local: str, domain: str):
    canonical = accepted(local, domain).canonical
    assume(len(canonical.encode()) <= 254)
    assert parse(canonical).canonical == canonical
    assert not canonical.startswith("@")


@given(local_parts, domains)
@example("straße", "example.org")
@example("ΣΑΣ", "example.org")
def test_case_makes_no_other_mailbox(local: str, domain: str):
    assume(local.upper().casefold() == local.casefold())  # dotless ı and its like are letters of their own
    assume(domain.upper().lower() == domain)
    canonical = accepted(local, domain).canonical
    assert accepted(local.upper(), domain).canonical == canonical
    assert accepted(local.lower(), domain.upper()).canonical == canonical


@given(ascii_locals, ascii_locals, domains)
def test_a_tag_makes_no_other_mailbox(local: str, tag: str, domain: str):
    assume(not local.startswith("+") and not (local.startswith("-") and "yahoo" in domain))
    assert parse(f"{local}+{tag}@{domain}").canonical == parse(f"{local}@{domain}").canonical


@given(st.text(st.sampled_from("abc"), min_size=1), st.text(st.sampled_from("abc"), min_size=1))
def test_dots_count_where_the_provider_counts_them(first: str, second: str):
    assert parse(f"{first}.{second}@gmail.com").canonical == f"{first}{second}@gmail.com"
    assert parse(f"{first}.{second}@example.org").canonical == f"{first}.{second}@example.org"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria.K+camp@googlemail.com", "mariak@gmail.com"),
        ("maria_k.x@pm.me", "maria-kx@protonmail.com"),
        ("maria@protonmail.ch", "maria@proton.me"),
        ("maria@me.com", "maria@icloud.com"),
        ("maria.k@ya.ru", "maria-k@yandex.by"),
        ("maria-news@yahoo.com", "maria@yahoo.com"),
        ("Maria+x@Outlook.com", "maria@outlook.com"),
        ("почта@пример.рф", "Почта@xn--e1afmkfd.xn--p1ai"),
        ("mu\u0308ller@example.org", "MÜLLER@example.org"),
        ("maria@EXAMPLE。org", "maria@example.org"),
    ],
)
def test_spellings_of_one_mailbox_have_one_canonical_form(one: str, other: str):
    assert parse(one).canonical == parse(other).canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maria.k@outlook.com", "mariak@outlook.com"),
        ("maria@outlook.com", "maria@hotmail.com"),
        ("maria@mail.ru", "maria@bk.ru"),
        ("maria@yahoo.com", "maria@yahoo.co.uk"),
        ("maria-k@gmail.com", "mariak@gmail.com"),
        ("maria-k@example.org", "maria@example.org"),
        ("maria@mail.gmail.com", "maria@gmail.com"),
        ("maria.k@ya.ru", "mariak@ya.ru"),
    ],
)
def test_different_mailboxes_stay_different(one: str, other: str):
    assert parse(one).canonical != parse(other).canonical


@pytest.mark.parametrize("text", ["+x@gmail.com", "-@proton.me", "+@example.org"])
def test_a_local_part_is_never_dropped_altogether(text: str):
    assert parse(text).canonical == text


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org", "a@example.test", "a@b.invalid", "a@b.onion", "a@mail.localhost",
        "a@1.org", "o'neill@x.ie",
    ],
)  # fmt: skip
def test_reserved_and_unusual_domains_are_accepted(text: str):
    assert parse(text).wire == text


@pytest.mark.parametrize(
    "text",
    [
        "maria", "@", "@example.org", "maria@",
        "maria@@example.org", "a@b@example.org", "user@localhost", "maria@example",
        "maria@example..org", ".maria@example.org", "maria.@example.org", "ma..ria@example.org",
        "maria@-example.org", "maria@example.org.", "maria@.org", "maria@192.168.0.1",
        "maria@[192.168.0.1]", "maria@[IPv6:::1]", '"maria"@example.org', '"a b"@example.org',
        "maria(comment)@example.org", "Maria <maria@example.org>", "<maria@example.org>",
        "mailto:maria@example.org", "ma ria@example.org", "maria@exam ple.org",
        "maria@example.org\r\nBcc: all@example.org", "maria\n@example.org",
        "maria@example.org\nx", "mar\x00ia@example.org", "maria@example.org\x00",
        "a@example.org,b@example.org", "a@example.org;b@example.org", "maria@exa_mple.org",
        "maria@example.org>", "ma\u202eria@example.org", "ma\u200bria@example.org",
        "ma\ud800ria@example.org", "maria＠example.org", "maria@xn--a.org", "maria@ab--c.org",
        "\u0301a@example.org", "maria@example.org\x1c",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str):
    assert problem(text) == "syntax"


@pytest.mark.parametrize("text", ["", "  ", "\r\n", "\u00a0\u200b\ufeff"])
def test_white_space_is_a_missing_address(text: str):
    assert problem(text) == "missing"


@pytest.mark.parametrize(
    "text",
    ["a" * 243 + "@example.org", "я" * 130 + "@example.org", "a" * 1_000_000, " " * 1_000_000, "@" * 255],
)
def test_more_than_254_octets_are_too_long(text: str):
    assert problem(text) == "too_long"


def test_254_octets_are_an_address():
    assert parse("a" * 242 + "@example.org").domain == "example.org"


def test_nothing_that_is_logged_shows_the_address():
    assert "maria" not in repr(parse("maria@example.org"))
    with pytest.raises(AddressProblem) as raised:
        parse("maria@exa mple.org")
    assert "maria" not in f"{raised.value!r} {raised.value}"
    assert raised.value.__suppress_context__


def test_each_domain_has_one_rule_and_aliases_lead_to_a_domain_of_the_rule():
    assert len(DOMAINS) == len(set(DOMAINS))
    for rule in RULES:
        assert set(rule) <= {"domains", "alias_of", "subaddress", "replace"}
        assert rule.get("alias_of", rule["domains"][0]) in rule["domains"]
        assert all(domain == domain.lower() and domain.isascii() for domain in rule["domains"])
        assert all(len(character) == 1 for character in rule.get("replace", {}))
