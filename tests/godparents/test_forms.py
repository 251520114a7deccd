"""Every problem has words of its own; what is taken is what was typed, tidied, and nothing hostile gets further."""

import typing

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from campaign.app import create_app
from campaign.chambers.queries import Seat
from campaign.config import Config
from campaign.godparents.forms import CHOICES, TYPED, JoinForm, Known, address_message, text_message
from campaign.kit import addresses, text

SEAT = Seat(7, 3, "Mari Tamm", "Mari", "Tamm", "Parliament of Example", "EE", "", "", "mari@x.example", "", None)
KNOWN = Known(chambers={3, 4}, seat=SEAT, prisoner_id=11)
GOOD = {
    "given_name": "Mari", "family_name": "Tamm", "member": "7", "chamber": "3", "country": "ee",
    "email": "Mari@Parliament.Example", "prisoner": "anna", "consent": "on", "publish": "on",
}  # fmt: skip
HOSTILE = st.text(max_size=40) | st.sampled_from(
    [
        "",
        "0",
        "-1",
        "3" * 5000,
        "٣",
        "3\0",
        "other",
        "assign",
        "x" * 2000,
        "\u202eevil",
        "a@b.c",
        "\ud800",
        "http://x.yz",
    ]
)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """No database is asked here, and nothing is changed: one application is enough."""
    return create_app(Config.from_env({"CAMPAIGN_INSTANCE": str(tmp_path_factory.mktemp("instance"))}))


@pytest.fixture(scope="module")
def check(app):
    def run(known=KNOWN, **changes):
        form = JoinForm.read({name: value for name, value in (GOOD | changes).items() if value is not None})
        with app.test_request_context(), force_locale("en"):
            return form, form.check("en", known)

    return run


def test_a_good_form_is_an_application(check):
    form, typed = check(statement=" two\r\nlines ", contact="office@x.example, +372 1")
    assert form.errors == {}
    assert (typed.given_name, typed.family_name, typed.country, typed.language) == ("Mari", "Tamm", "EE", "en")
    assert (typed.email, typed.canonical) == ("Mari@parliament.example", "mari@parliament.example")
    assert (typed.domain, typed.contact) == ("parliament.example", "office@x.example, +372 1")
    assert (typed.member_id, typed.chamber_id, typed.prisoner_id, typed.statement) == (7, 3, 11, "two\nlines")


def test_who_picks_a_member_and_types_another_name_or_parliament_means_another(check):
    assert check(given_name="Jaan")[1].member_id is None
    assert check(given_name="TAMM", family_name="Mári")[1].member_id == 7
    assert check(chamber="4")[1].chamber_id == 4
    assert check(chamber="")[1].chamber_id == 3


def test_another_office_is_written_by_hand_and_something_must_be_said(check):
    assert check(chamber="other", office="First minister")[1].chamber_id is None
    assert set(check(chamber="other")[0].errors) == {"office"}
    assert set(check(Known(chambers={3}), chamber="", prisoner="")[0].errors) == {"chamber"}
    assert set(check(chamber="5")[0].errors) == {"chamber"}


@pytest.mark.parametrize("value", ["", "assign", " assign "])
def test_without_a_choice_somebody_is_assigned(check, value):
    assert check(prisoner=value)[1].prisoner_id is None
    assert set(check(Known(chambers={3}), prisoner="anna")[0].errors) == {"prisoner"}


def test_both_agreements_are_asked_for(check):
    assert set(check(consent=None, publish="off")[0].errors) == {"consent", "publish"}


@given(st.dictionaries(st.sampled_from([*TYPED, *CHOICES]), HOSTILE))
def test_whatever_is_sent_is_checked_without_falling_over_and_comes_back_as_it_was(check, sent):
    form, typed = check(**sent)
    assert (typed is None) == bool(form.errors)
    assert all(form.values[name] == value for name, value in sent.items() if name in TYPED)
    if typed is not None:
        assert typed.chamber_id in {None, 3, 4}
        assert typed.chamber_id or typed.office
        assert not any("\0" in value or "\u202e" in value for value in (typed.office, typed.party, typed.statement))
        assert not any(map(text.has_link, (typed.given_name, typed.office, typed.party, typed.statement)))


def test_every_problem_has_words(app):
    with app.test_request_context():
        told = [
            text_message(field, text.TextProblem(code, 100))
            for field in ("given_name", "family_name", "statement")
            for code in typing.get_args(text.TextProblemCode)
        ]
        told += [address_message(addresses.AddressProblem(c)) for c in typing.get_args(addresses.AddressProblemCode)]
    assert all(words.endswith(".") for words in told)
