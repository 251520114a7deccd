"""Limits count per client and can be switched off; a proof of work is taken once, and only if it is ours and fresh."""

import base64
import json
from datetime import UTC, datetime, timedelta

import altcha
import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse

from campaign.kit import clock
from campaign.web.limits import LONGEST_PAYLOAD, SIGN, Limit, Limits, ProofOfWork
from tests.browsing import PATH, hidden_fields, sign

TWICE = Limit("test", parse("2 per 1 hour"))


def test_each_client_and_each_limit_is_counted_apart():
    limits = Limits(enabled=True)
    assert [limits.hit(TWICE, "a") for _ in range(3)] == [True, True, False]
    assert limits.hit(TWICE, "b")
    assert limits.hit(Limit("other", TWICE.rate), "a")


def test_switched_off_nothing_is_counted():
    limits = Limits(enabled=False)
    assert all(limits.hit(TWICE, "a") for _ in range(10))


@pytest.fixture
def work():
    return ProofOfWork(b"k" * 32)


def solved(challenge) -> str:
    """What the page's script sends: the number found, in ALTCHA's format."""
    for number in range(int(challenge["maxNumber"]) + 1):
        if altcha.hash_hex("SHA-256", (challenge["salt"] + str(number)).encode()) == challenge["challenge"]:
            return packed(challenge, number)
    raise AssertionError("no solution")


def packed(challenge, number, /, **changes) -> str:
    names = ("algorithm", "challenge", "salt", "signature")
    data = {name: challenge[name] for name in names} | {"number": number} | changes
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_a_solution_is_taken_once(work):
    solution = solved(work.challenge(clock.now()))
    assert work.accepts(solution)
    assert not work.accepts(solution)


def test_a_solution_of_yesterday_is_not_taken(work):
    assert not work.accepts(solved(work.challenge(datetime.now(UTC) - timedelta(days=1))))


def test_a_solution_that_another_key_signed_is_not_taken(work):
    assert not work.accepts(solved(ProofOfWork(b"x" * 32).challenge(clock.now())))


def test_a_solution_that_was_altered_is_not_taken(work):
    challenge = work.challenge(clock.now())
    solution = json.loads(base64.b64decode(solved(challenge)))
    number = solution["number"]
    later = solution["salt"].replace("expires=", "expires=9")
    for forged in (
        packed(challenge, number + 1),
        packed(challenge, number, salt=later),
        packed(challenge, number, signature="0" * 64),
        packed(challenge, number, algorithm="SHA-1"),
        packed(challenge, number, challenge="0" * 64),
        packed(challenge, "x"),
        packed(challenge, number, salt=None),
    ):
        assert not work.accepts(forged)
    assert work.accepts(packed(challenge, number))


@pytest.mark.parametrize("data", ["", "[]", "{}", "null", "1", '"x"', "[" * 3000, '{"salt": 1}', "x" * LONGEST_PAYLOAD])
def test_nonsense_is_not_taken(work, data):
    assert not work.accepts(data)
    assert not work.accepts(base64.b64encode(data.encode()).decode())


@given(st.text())
def test_no_text_makes_it_break(text):
    assert not ProofOfWork(b"k" * 32).accepts(text)


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_template, tmp_path):
    path = tmp_path / "instance" / "campaign.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def limited_env(env):
    env |= {"CAMPAIGN_RATE_LIMITS": "on", "CAMPAIGN_TRUSTED_PROXIES": "127.0.0.1"}
    return env


@pytest.fixture
def limited(limited_env, app):
    return app


def fill(client, **headers):
    fields = {"given_name": "Jo", "family_name": "Baker", "country": "DE", "consent": "y"}
    fields |= hidden_fields(client.get(PATH).text)
    for number in range(SIGN.rate.amount):
        answer = client.post(PATH, data=fields | {"email": f"{number}@example.org"}, headers=headers)
        assert answer.status_code == 303
    return fields


def test_over_the_limit_work_is_asked_for_and_accepted_once_and_nothing_typed_is_lost(limited):
    client = limited.test_client()
    fill(client)
    answer = sign(client, email="more@example.org", comment="my words")
    assert answer.status_code == 429
    assert "my words" in answer.text
    assert "data-work=" in answer.text
    assert "Retry-After" not in answer.headers
    challenge = limited.extensions["campaign.kernel"].work.challenge(clock.now())
    solution = solved(challenge)
    assert sign(client, email="more@example.org", altcha=solution).status_code == 303
    assert sign(client, email="again@example.org", altcha=solution).status_code == 429


def test_behind_our_proxy_each_client_has_the_own_limit_and_cannot_escape_it(limited):
    client = limited.test_client()
    fields = fill(client, **{"X-Forwarded-For": "198.51.100.1"})
    post = {"data": fields | {"email": "x@example.org"}}
    assert client.post(PATH, **post, headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.1"}).status_code == 429
    assert client.post(PATH, **post, headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 303
