import secrets

import pytest

from campaign.accounts.passwords import PasswordProblem, check


@pytest.mark.parametrize(
    "password",
    [
        "three grey herons",
        "correct horse battery staple",
        "тры шэрыя чаплі",
        "Tr0ub4dor&3-extra",
        "my campaign for a free belarus",
        "三只灰色的鹭在河边散步去了",
    ],
)
def test_words_in_a_row_are_taken(password):
    check(password, email="ada@example.org")


def test_generated_passwords_are_taken():
    for _ in range(200):
        check(secrets.token_urlsafe(12), email="organiser@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "P@ssw0rd!!!!", "passwordpassword", "123456789012", "111111111111", "abcdefghijkl",
        "qwertyuiop123", "summersummer", "abababababab", "administrator1", "            ", "freeviasna2026",
        "PasswordAdmin1", "0987654321098",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password):
    with pytest.raises(PasswordProblem) as problem:
        check(password, email="ada@example.org")
    assert problem.value.code == "common"


@pytest.mark.parametrize(("password", "code"), [("a1!b2?c3.d4", "short"), ("", "short"), ("xy zw " * 200, "long")])
def test_length_has_bounds(password, code):
    with pytest.raises(PasswordProblem) as problem:
        check(password, email="ada@example.org")
    assert problem.value.code == code


@pytest.mark.parametrize("password", ["lovelace12345", "Lovelace@example.org", "lovelacelovelace1 x"])
def test_the_own_address_is_no_password(password):
    with pytest.raises(PasswordProblem) as problem:
        check(password, email="lovelace@example.org")
    assert problem.value.code == "address"


def test_a_short_name_within_words_is_no_problem():
    check("abracadabra cellar", email="a@example.org")


def test_a_problem_does_not_carry_the_password():
    with pytest.raises(PasswordProblem) as problem:
        check("password1234", email="ada@example.org")
    assert "1234" not in repr(problem.value)
