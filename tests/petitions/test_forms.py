"""Every problem has words of its own, and what is taken is what was typed, tidied."""

import typing

import pytest
from flask_babel import force_locale

from campaign.app import create_app
from campaign.config import Config
from campaign.kit import addresses, text
from campaign.petitions.forms import CHOICES, TYPED, SignForm, address_message, text_message

GOOD = {"given_name": "Jo", "family_name": "Baker", "email": "Jo@Example.org", "country": "de", "consent": "y"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """No database is asked here, and nothing is changed: one application is enough."""
    return create_app(Config.from_env({"CAMPAIGN_INSTANCE": str(tmp_path_factory.mktemp("instance"))}))


@pytest.fixture
def check(app):
    def run(**changes):
        form = SignForm.read({name: value for name, value in (GOOD | changes).items() if value is not None})
        with app.test_request_context(), force_locale("en"):
            return form, form.check("en")

    return run


def test_an_empty_form_ticks_nothing():
    form = SignForm.empty()
    assert set(form.values.values()) == {""}
    assert set(form.choices.values()) == {False}


def test_a_good_form_is_a_submission(check):
    form, submission = check(comment="  two\r\nlines ", postal_code=" 10115 ")
    assert form.errors == {}
    assert (submission.given_name, submission.family_name, submission.country) == ("Jo", "Baker", "DE")
    assert (submission.email, submission.canonical) == ("Jo@example.org", "jo@example.org")
    assert (submission.comment, submission.postal_code) == ("two\nlines", "10115")
    assert not any((submission.show_name, submission.deliver_name, submission.updates))


@pytest.mark.parametrize("value", ["", "0", "off", "no", "false", " FALSE "])
@pytest.mark.parametrize("name", CHOICES)
def test_a_box_that_is_not_ticked_is_off_however_a_program_says_it(name, value):
    assert SignForm.read({name: value}).choices[name] is False
    assert SignForm.read({name: "on"}).choices[name] is True


def test_every_bad_field_is_named_at_once(check):
    form, submission = check(given_name="", family_name="", email="x", country="", consent=None, comment="http://x.org")
    assert submission is None
    assert set(form.errors) == {"given_name", "family_name", "email", "country", "consent", "comment"}


def test_what_was_typed_is_kept_as_it_was_typed(check):
    form, _ = check(given_name="  <b> ", email=" nobody ")
    assert (form.values["given_name"], form.values["email"]) == ("  <b> ", " nobody ")


def test_a_form_of_nothing_is_read(check):
    form, submission = check(**dict.fromkeys([*TYPED, *CHOICES]))
    assert submission is None
    assert form.values == dict.fromkeys(TYPED, "")


@pytest.mark.parametrize("code", typing.get_args(text.TextProblemCode))
@pytest.mark.parametrize("field", ["given_name", "family_name", "postal_code", "comment"])
def test_every_problem_of_a_text_has_words(app, field, code):
    with app.test_request_context():
        words = text_message(field, text.TextProblem(code, 100))
    assert words.endswith(".")
    assert code == "missing" or "%" not in words


@pytest.mark.parametrize("code", typing.get_args(addresses.AddressProblemCode))
def test_every_problem_of_an_address_has_words_of_its_own(app, code):
    with app.test_request_context():
        words = address_message(addresses.AddressProblem(code))
        others = {address_message(addresses.AddressProblem(other)) for other in ("missing", "too_long", "syntax")}
    assert words.endswith(".")
    assert len(others) == 3
